/** Requests (RFC 4511 §4.2 to §4.12), read from what was sent. */
import { application, context, type Element, isConstructed, universal } from "./ber.ts";
import { Fields, integerOf, Malformed, octetsOf, textOf } from "./fields.ts";
import { type Filter, readFilter } from "./filter.ts";

/** A request. */
export type Request =
  | BindRequest
  | SearchRequest
  | CompareRequest
  | ExtendedRequest
  | { readonly kind: "unbind" }
  | { readonly kind: "abandon"; readonly id: number }
  /** It would change something, and is not read on. */
  | { readonly kind: "write" };

/** §4.2. */
export interface BindRequest {
  readonly kind: "bind";
  /** 3, or 2 of old clients. */
  readonly version: number;
  /** Who, where it is not SASL's to say. */
  readonly name: string;
  /** How it is proven. */
  readonly by:
    | { readonly choice: "simple"; readonly password: Uint8Array }
    /** An absent initial response is not an empty one (RFC 4513 §5.2.1.3). */
    | { readonly choice: "sasl"; readonly mechanism: string; readonly credentials: Uint8Array | undefined }
    | { readonly choice: "unknown" };
}

/** §4.5.1. */
export interface SearchRequest {
  readonly kind: "search";
  /** Where to look. */
  readonly base: string;
  /** How far from there. */
  readonly scope: Scope;
  /** The most entries; 0: as the server likes. */
  readonly sizeLimit: number;
  /** Seconds; 0: as the server likes. */
  readonly timeLimit: number;
  /** Whether values are left out. */
  readonly typesOnly: boolean;
  /** Which entries. */
  readonly filter: Filter;
  /** What of them. */
  readonly attributes: readonly string[];
}

/** §4.5.1.2. */
export type Scope = "base" | "one" | "sub";

/** §4.10. */
export interface CompareRequest {
  readonly kind: "compare";
  /** Which entry. */
  readonly entry: string;
  /** Which attribute. */
  readonly attribute: string;
  /** Whether it has this value. */
  readonly value: Uint8Array;
}

/** §4.12. */
export interface ExtendedRequest {
  readonly kind: "extended";
  /** Which operation. */
  readonly name: string;
  /** What goes with it. */
  readonly value: Uint8Array | undefined;
}

/** §4.1.11. */
export interface Control {
  /** Which. */
  readonly type: string;
  /** Whether the request makes no sense without. */
  readonly isCritical: boolean;
  /** What goes with it. */
  readonly value: Uint8Array | undefined;
}

/** A message from a client. What of it could not be read, though its id and kind could, is "malformed". */
export interface ClientMessage {
  /** What its answers are known by. */
  readonly id: number;
  /** What is asked. */
  readonly request: Request | "malformed";
  /** How it is asked. */
  readonly controls: readonly Control[];
  /** The tag of the answer; undefined where there is none. */
  readonly responseTag: number | undefined;
}

const scopes: readonly Scope[] = ["base", "one", "sub"];

type Read = (element: Element) => Request;

type Operation = readonly [read: Read, responseTag: number | undefined];

function write(responseTag: number): Operation {
  return [() => ({ kind: "write" }), responseTag];
}

/** By the tag of the request: how it is read, and the tag of its answer. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [application(0), [readBind, application(1)]],
  [application(2, false), [() => ({ kind: "unbind" }), undefined]],
  [application(3), [readSearch, application(5)]],
  [application(6), write(application(7))],
  [application(8), write(application(9))],
  [application(10, false), write(application(11))],
  [application(12), write(application(13))],
  [application(14), [readCompare, application(15)]],
  [application(16, false), [readAbandon, undefined]],
  [application(23), [readExtended, application(24)]],
]);

/**
 * Reads a message; undefined where neither its id nor what it asks can be known: RFC 4511 §4.1.1 has the session end
 * then.
 */
export function readClientMessage(element: Element): ClientMessage | undefined {
  if (element.tag !== universal.sequence || !isConstructed(element)) return undefined;
  const [idElement, operation, ...more] = element.elements;
  const [read, responseTag] = operations.get(operation?.tag ?? 0) ?? [];
  const id = idElement && attempt(() => integerOf(idElement, universal.integer));
  // §4.1.1.1: zero is for notices of the server's own.
  if (id === undefined || id === "malformed" || id === 0 || operation === undefined || !read) return undefined;
  const controls = attempt(() => readControls(new Fields(more)));
  const request = controls === "malformed" ? controls : attempt(() => read(operation));
  return { id, request, controls: controls === "malformed" ? [] : controls, responseTag };
}

function attempt<Value>(read: () => Value): Value | "malformed" {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return "malformed";
    throw error;
  }
}

function readControls(fields: Fields): Control[] {
  const list = fields.optional(context(0, true));
  const all = list === undefined ? new Fields([]) : Fields.of(list);
  const controls: Control[] = [];
  while (all.hasMore) {
    const control = new Fields(all.elements());
    const type = control.text();
    const critical = control.optional(universal.boolean);
    const isCritical = critical !== undefined && new Fields([critical]).boolean();
    controls.push({ type, isCritical, value: control.optionalOctets(universal.octetString) });
  }
  return controls;
}

function readBind(element: Element): Request {
  const fields = Fields.of(element);
  const version = fields.integer(), name = fields.text();
  return { kind: "bind", version, name, by: readAuthentication(fields.next()) };
}

function readAuthentication(element: Element): BindRequest["by"] {
  if (element.tag === context(0)) return { choice: "simple", password: octetsOf(element, context(0)) };
  if (element.tag !== context(3, true)) return { choice: "unknown" };
  const sasl = Fields.of(element);
  return { choice: "sasl", mechanism: sasl.text(), credentials: sasl.optionalOctets(universal.octetString) };
}

function readSearch(element: Element): Request {
  const fields = Fields.of(element);
  const base = fields.text();
  const scope = scopes[fields.integer(universal.enumerated)];
  // Whatever is asked for: there are no aliases that could be followed.
  const derefAliases = fields.integer(universal.enumerated);
  if (scope === undefined || derefAliases > 3) throw new Malformed("a choice is none");
  const sizeLimit = fields.integer(), timeLimit = fields.integer(), typesOnly = fields.boolean();
  const filter = readFilter(fields.next());
  const list = new Fields(fields.elements());
  const attributes: string[] = [];
  while (list.hasMore) attributes.push(list.text());
  return { kind: "search", base, scope, sizeLimit, timeLimit, typesOnly, filter, attributes };
}

function readCompare(element: Element): Request {
  const fields = Fields.of(element);
  const entry = fields.text(), assertion = new Fields(fields.elements());
  return { kind: "compare", entry, attribute: assertion.text(), value: assertion.octets() };
}

function readAbandon(element: Element): Request {
  return { kind: "abandon", id: integerOf(element, application(16, false)) };
}

function readExtended(element: Element): Request {
  const fields = Fields.of(element);
  return { kind: "extended", name: textOf(fields.octets(context(0))), value: fields.optionalOctets(context(1)) };
}
