/** Controls (RFC 4511 §4.1.11) that are known here, and the one that says how much of a result is sent (RFC 2696). */
import { type Element, printElement, readElement, universal } from "./ber.ts";
import { Fields } from "./fields.ts";
import type { Control, Request } from "./request.ts";
import { integer, octetString, sequence } from "./result.ts";

/** RFC 2696 §2. */
const pagedResults = "1.2.840.113556.1.4.319";
/** RFC 3296 §3: there are no referrals, so it changes nothing. */
const manageDsaIt = "2.16.840.1.113730.3.4.2";

/** Kinds of request that each makes sense for. */
const appropriate: ReadonlyMap<string, readonly Request["kind"][]> = new Map([
  [pagedResults, ["search"]],
  [manageDsaIt, ["search", "compare", "write"]],
]);

/** Those that are known. */
export const supportedControls: readonly string[] = [...appropriate.keys()];

/** A page that is asked for, or told of. */
export interface Page {
  /** Entries of it at most; where it is told of: of how many, or 0. */
  readonly size: number;
  /** Where the last one ended; empty: nowhere. */
  readonly cookie: Uint8Array;
}

/** Whether a request may not be done: what it insists on is not known, or makes no sense for it. */
export function hasUnmet(controls: readonly Control[], kind: Request["kind"]): boolean {
  return controls.some(({ type, isCritical }) => isCritical && !appropriate.get(type)?.includes(kind));
}

/** The page that a search asks for, if it does. @throws Malformed. */
export function readPage(controls: readonly Control[]): Page | undefined {
  const control = controls.find(({ type }) => type === pagedResults);
  if (control === undefined) return undefined;
  const fields = Fields.of(readElement(control.value ?? new Uint8Array(0)), universal.sequence);
  return { size: fields.integer(), cookie: fields.octets() };
}

/** The control that tells of a page. */
export function printPage({ size, cookie }: Page): Element {
  const value = printElement(sequence(integer(size), octetString(cookie)));
  return sequence(octetString(pagedResults), octetString(value));
}
