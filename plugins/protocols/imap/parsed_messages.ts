/** What FETCH needs of messages beside their rows: what was parsed of them, or has been printed before. */
import type { BodyId, Message, MessageSummary } from "../../../core/contract/mod.ts";
import { isGone } from "./failures.ts";
import { neededOctets, neededParts } from "./fetch_item.ts";
import type { FetchItem } from "./grammar/fetch_items.ts";
import type { Kept } from "./kept.ts";
import { printedForm } from "./printed_items.ts";
import type { Session } from "./session.ts";

/** One or the other, where any item needs it. */
export interface ParsedMessage {
  /** What was parsed. */
  readonly summary?: Partial<MessageSummary> | undefined;
  /** For each item that is made of that, or of the body, its text: the body is not needed then. */
  readonly printed?: readonly (string | undefined)[] | undefined;
}

/** Of each message; undefined for those that are gone meanwhile. */
export async function parsedOf(
  session: Session,
  items: readonly FetchItem[],
  messages: readonly Message[],
): Promise<readonly (ParsedMessage | undefined)[]> {
  const { printed: kept, context: { storage } } = session.service;
  const forms = items.map((item) => printedForm(session, item));
  const areAllPrinted = items.every((item, index) => forms[index] !== undefined || !isRead(item));
  // A header that is read alone is as long as it is.
  const isSizeNeeded = items.some((item) => neededOctets(item) === "message");
  const parts = [...new Set(items.flatMap(neededParts))].filter((part) => part !== "headerSize" || isSizeNeeded);
  const printed = messages.map(({ body }) => areAllPrinted ? textsOf(kept, forms, body) : undefined);
  const others = messages.filter((_, index) => printed[index] === undefined);
  const summaries = others.length === 0 || parts.length === 0
    ? others.map(() => ({}))
    : await presentOf(others, (bodies) => storage.summaries(bodies, parts));
  let next = 0;
  return printed.map((texts) => {
    if (texts !== undefined) return { printed: texts };
    const summary = summaries[next++];
    return summary && { summary };
  });
}

/** Of each form what was printed; undefined where not all of them were. */
function textsOf(kept: Kept<string>, forms: readonly (string | undefined)[], body: BodyId): ParsedMessage["printed"] {
  const texts: (string | undefined)[] = [];
  for (const form of forms) {
    const text = form === undefined ? undefined : kept.get(form, body);
    if (form !== undefined && text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

/** What is read of each; undefined for those that are gone meanwhile. */
export async function presentOf<Read>(
  messages: readonly Message[],
  read: (bodies: readonly BodyId[]) => Promise<readonly Read[]>,
): Promise<readonly (Read | undefined)[]> {
  try {
    return await read(messages.map(({ body }) => body));
  } catch (error) {
    if (!isGone(error)) throw error;
    const one = async ({ body }: Message) => (await read([body]))[0];
    return await Promise.all(messages.map((message) => one(message).catch(unlessGone)));
  }
}

function unlessGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}

/** Whether it takes more than the row of a message. */
function isRead(item: FetchItem): boolean {
  return neededOctets(item) !== "none" || neededParts(item).length > 0;
}
