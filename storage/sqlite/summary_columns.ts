/** What was parsed of messages, as columns of `bodies`: what is long stands apart, so that nobody parses what is not wanted. */
import type { MessageSummary } from "../../core/contract/message.ts";

/** Columns of JSON; null: not asked for. */
export type SummaryTuple = readonly [
  summary: string | null,
  envelope: string | null,
  structure: string | null,
  fields: string | null,
];

/** Which columns. */
type Wanted = readonly [summary: number, envelope: number, structure: number, fields: number];

/** Every part of a summary. */
export const wholeSummary: Wanted = [1, 1, 1, 1];

/** The columns of a `SummaryTuple`, of which ?2 to ?5 say which are wanted. */
export const summaryColumns = `iif(?2, summary, NULL) AS summary, iif(?3, envelope, NULL) AS envelope,
  iif(?4, structure, NULL) AS structure, iif(?5, fields, NULL) AS fields`;

/** Which columns have these parts. */
export function columnsOf(parts: readonly (keyof MessageSummary)[]): Wanted {
  const wanted = [0, 0, 0, 0] satisfies Wanted;
  for (const part of parts) wanted[part === "envelope" ? 1 : part === "structure" ? 2 : part === "fields" ? 3 : 0] = 1;
  return wanted;
}

/** What a row has of a summary. */
export function partsOf<Part extends keyof MessageSummary>(
  [summary, envelope, structure, fields]: readonly [...SummaryTuple, ...unknown[]],
): Pick<MessageSummary, Part> {
  const rest = summary === null ? {} : JSON.parse(summary);
  if (envelope !== null) rest.envelope = JSON.parse(envelope);
  if (structure !== null) rest.structure = JSON.parse(structure);
  if (fields !== null) rest.fields = JSON.parse(fields);
  return rest;
}

/** The columns, in the order of a `SummaryTuple`. */
export function columnsFrom(whole: MessageSummary): readonly [string, string, string, string] {
  const { envelope, structure, fields } = whole;
  // JSON leaves out what is undefined. A copy without some properties would be made one by one.
  const rest = { ...whole, envelope: undefined, structure: undefined, fields: undefined };
  return [JSON.stringify(rest), JSON.stringify(envelope), JSON.stringify(structure), JSON.stringify(fields)];
}
