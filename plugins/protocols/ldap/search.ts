/** Searches (RFC 4511 §4.5) and comparisons (§4.10). */
import { decodeUtf8, encodeUtf8 } from "../../../core/wire/utf8.ts";
import { Turns } from "../../../core/wire/turns.ts";
import type { Entry } from "./entry.ts";
import { type EntryTest, entryTest, valueTest } from "./filter_matching.ts";
import { type Page, printPage, readPage } from "./grammar/controls.ts";
import { Malformed } from "./grammar/fields.ts";
import type { CompareRequest, Control, Scope, SearchRequest } from "./grammar/request.ts";
import { printEntry, type Result, result } from "./grammar/result.ts";
import type { Outcome } from "./outcome.ts";
import { rootEntry } from "./root.ts";
import { attributeType, kindsOf } from "./schema/attribute_types.ts";
import { depthBelow, keysOf, readDistinguishedName } from "./schema/distinguished_name.ts";
import { matchingRule } from "./schema/matching_rules.ts";
import { type Selection, selectionOf } from "./selection.ts";
import type { LdapSession } from "./session.ts";
import type { Place } from "./tree.ts";

/** Sends the entries that are asked for; how it went. */
export async function search(
  session: LdapSession,
  id: number,
  request: SearchRequest,
  controls: readonly Control[],
): Promise<Outcome> {
  const base = await entryNamed(session, request.base, request.scope);
  if ("code" in base) return { result: base };
  const test = entryTest(request.filter);
  if (test === undefined) return { result: result("adminLimitExceeded", "the filter has too many parts") };
  const page = pageOf(request, controls);
  if (page === "malformed") return { result: result("protocolError", "the control is malformed") };
  const after = page === undefined || page.cookie.length === 0 ? undefined : placeOf(session, page.cookie);
  if (after === "unknown") return { result: result("unwillingToPerform", "the cookie is not one of this search") };
  // RFC 2696 §3: the client wants no more of it.
  if (page?.size === 0) return paged(result("success"), "");
  const { options, context } = session.service;
  const seconds = request.timeLimit === 0 ? Infinity : request.timeLimit;
  const sent = await send(session, id, entries(session, base, request.scope, after), {
    test,
    select: selectionOf(request.attributes, request.typesOnly),
    dueAt: context.now().getTime() + Math.min(options.time_limit, seconds * 1000),
    most: Math.min(options.most_entries, request.sizeLimit || Infinity, page?.size ?? Infinity),
  });
  if (sent.end === "too late") return { result: result("timeLimitExceeded") };
  const isAll = sent.end === "all";
  if (isAll) session.connection.log.debug("searched", { base: request.base.slice(0, 128), found: sent.count });
  if (page !== undefined) return paged(result("success"), isAll ? "" : sent.last);
  return { result: result(isAll ? "success" : "sizeLimitExceeded") };
}

/** What is sent of some entries. */
interface Sending {
  readonly test: EntryTest;
  readonly select: Selection;
  /** When it has to come to its end, in milliseconds. */
  readonly dueAt: number;
  /** How many entries. */
  readonly most: number;
}

/** How it ended: with the last one that there was, with one more than may be sent, or with the time. */
interface Sent {
  readonly end: "all" | "too many" | "too late";
  readonly count: number;
  /** The name of the last one that was sent. */
  readonly last: string;
}

async function send(
  { connection: { writer }, service: { context } }: LdapSession,
  id: number,
  found: AsyncIterable<Entry>,
  { test, select, dueAt, most }: Sending,
): Promise<Sent> {
  const turns = new Turns();
  let count = 0, last = "";
  for await (const entry of found) {
    if (context.now().getTime() > dueAt) return { end: "too late", count, last };
    // Filters of many parts take their time with each entry.
    if (turns.isDue) await turns.take();
    if (test(entry) !== true) continue;
    if (count === most) return { end: "too many", count, last };
    writer.bytes(printEntry(id, entry.printed, select(entry)));
    if (writer.isFull) await writer.flush();
    last = entry.printed;
    count++;
  }
  return { end: "all", count, last };
}

/** Whether an entry has a value. */
export async function compare(session: LdapSession, request: CompareRequest): Promise<Outcome> {
  const entry = await entryNamed(session, request.entry, "base");
  if ("code" in entry) return { result: entry };
  const type = attributeType(request.attribute);
  if (type === undefined) return { result: result("undefinedAttributeType") };
  const rule = matchingRule(type.equality ?? "");
  const test = rule && valueTest(rule, request.value);
  const kinds = kindsOf(type);
  const values = entry.attributes.filter(({ type }) => kinds.has(type)).flatMap(({ values }) => values);
  if (values.length === 0) return { result: result("noSuchAttribute") };
  // What cannot be compared is not equal.
  return { result: result(test !== undefined && values.some(test) ? "compareTrue" : "compareFalse") };
}

/** The entry of a name, where there is one for this client to search from. */
async function entryNamed(session: LdapSession, written: string, scope: Scope): Promise<Entry | Result> {
  const { service, connection } = session;
  const name = readDistinguishedName(written);
  if (name === undefined) return result("invalidDNSyntax");
  const place = service.tree.find(name);
  // RFC 4513 §5.2.1.5: what the server can do is told to everybody.
  if (place?.kind === "root" && scope === "base") return rootEntry(service, connection);
  if (place?.kind === "subschema") return service.subschema;
  const people = await session.people();
  if (people === undefined) return result("strongerAuthRequired", "log in first");
  if (place?.kind === "root") return rootEntry(service, connection);
  if (place?.kind === "structure") return place.entry;
  const person = place && await people.find(place.address);
  // Directories read logins in more forms than there are names.
  if (person !== undefined && depthBelow(keysOf(name), person.keys) === 0) return person;
  return { code: "noSuchObject", matched: service.tree.nearest(name) };
}

/** The entries in the scope, in an order that stays, after one of them. */
async function* entries(
  session: LdapSession,
  base: Entry,
  scope: Scope,
  after: Place | undefined,
): AsyncGenerator<Entry> {
  const { structure } = session.service.tree;
  const hasOthers = base.keys.length === 0 || structure.includes(base);
  if (scope === "base" || !hasOthers) {
    if (scope !== "one" && after === undefined) yield base;
    return;
  }
  // RFC 4512 §5.1: the root itself is not found with what is below it.
  const isIn = ({ keys }: Entry) => {
    const depth = depthBelow(keys, base.keys);
    return depth === 1 || depth !== undefined && scope === "sub";
  };
  const from = after?.kind === "structure" ? structure.indexOf(after.entry) + 1 : 0;
  if (after?.kind !== "person") yield* structure.slice(from).filter(isIn);
  const people = await session.people();
  for await (const entry of people?.all(after?.kind === "person" ? after.address : undefined) ?? []) {
    if (isIn(entry)) yield entry;
  }
}

/** RFC 2696 §3: a page that would hold all that may be sent is none. */
function pageOf({ sizeLimit }: SearchRequest, controls: readonly Control[]): Page | "malformed" | undefined {
  try {
    const page = readPage(controls);
    return page !== undefined && sizeLimit > 0 && page.size >= sizeLimit ? undefined : page;
  } catch (error) {
    if (error instanceof Malformed) return "malformed";
    throw error;
  }
}

/** A cookie is the name of the last entry: whoever invents one sees nothing but a part of what they may see. */
function placeOf({ service: { tree } }: LdapSession, cookie: Uint8Array): Place | "unknown" {
  const name = readDistinguishedName(decodeUtf8(cookie) ?? "=");
  const place = name && tree.find(name);
  return place?.kind === "structure" || place?.kind === "person" ? place : "unknown";
}

/** RFC 2696 §3: how many there are in all is not known, and said to be 0. */
function paged(result: Result, last: string): Outcome {
  return { result, controls: [printPage({ size: 0, cookie: encodeUtf8(last) })] };
}
