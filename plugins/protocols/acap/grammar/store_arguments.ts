/** The arguments of STORE (RFC 2244 §6.6.1). */
import type { Octets } from "../octets.ts";
import { type EntryPath, expectAttribute, expectEntryPath, printDatasetName } from "./names.ts";
import type { Scanner } from "./scanner.ts";
import { expectMetadataItem } from "./search_arguments.ts";
import { expectTime } from "./time.ts";

/** A value, or several; "NIL": none, also where one would be inherited; "DEFAULT": what is inherited. */
export type NewValue =
  | { readonly is: "single"; readonly value: Octets }
  | { readonly is: "multiple"; readonly values: readonly Octets[] }
  | { readonly is: "NIL" | "DEFAULT" };

/** What is stored in an attribute; what is absent stays as it is. */
export interface AttributeStore {
  /** Which. */
  readonly attribute: string;
  /** Its value. */
  readonly value?: NewValue;
  /** Its access control list. */
  readonly acl?: NewValue;
}

/** What is stored in an entry. */
export interface EntryStore {
  /** Which. */
  readonly path: EntryPath;
  /** Whether its dataset has to be there. */
  readonly noCreate: boolean;
  /** It must not have changed after this, in microseconds. */
  readonly unchangedSince?: number;
  /** Each attribute once. */
  readonly attributes: readonly AttributeStore[];
}

/** Reads them, from the space after the name to the end. @throws Malformed. */
export function expectStoreArguments(scanner: Scanner): readonly EntryStore[] {
  scanner.expectSpace();
  const seen = new Set<string>();
  const stores = scanner.expectItems(() => {
    const start = scanner.at;
    const store = expectEntry(scanner);
    // RFC 2244 §6.6.1: any entry path twice is BAD.
    const path = `${printDatasetName(store.path.dataset)}${store.path.entry}`;
    if (seen.has(path)) throw scanner.malformed("each entry once", start);
    seen.add(path);
    return store;
  });
  scanner.expectEnd();
  return stores;
}

function expectEntry(scanner: Scanner): EntryStore {
  scanner.expect("(");
  const path = expectEntryPath(scanner);
  const attributes: AttributeStore[] = [], seen = new Set<string>();
  let noCreate = false, unchangedSince: number | undefined;
  while (!scanner.accept(")")) {
    scanner.expectSpace();
    const start = scanner.at;
    const mayBeModifier = attributes.length === 0;
    if (mayBeModifier && !noCreate && scanner.acceptKeyword("NOCREATE")) noCreate = true;
    else if (mayBeModifier && unchangedSince === undefined && scanner.acceptKeyword("UNCHANGEDSINCE")) {
      scanner.expectSpace();
      unchangedSince = expectTime(scanner);
    } else {
      const store = expectAttributeStore(scanner);
      // RFC 2244 §6.6.1: so is any attribute within an entry.
      if (seen.has(store.attribute)) throw scanner.malformed("each attribute once", start);
      seen.add(store.attribute);
      attributes.push(store);
    }
  }
  return { path, noCreate, attributes, ...unchangedSince !== undefined && { unchangedSince } };
}

function expectAttributeStore(scanner: Scanner): AttributeStore {
  const attribute = expectAttribute(scanner);
  scanner.expectSpace();
  if (!scanner.accept("(")) return { attribute, value: expectSingle(scanner) };
  const store: { value?: NewValue; acl?: NewValue } = {};
  do {
    const start = scanner.at;
    const item = expectMetadataItem(scanner);
    // RFC 2244 §3.1.2: all others are read-only. §6.6.1: any metadata item twice is BAD.
    if (item !== "value" && item !== "acl" || store[item] !== undefined) {
      throw scanner.malformed("value or acl, each once", start);
    }
    scanner.expectSpace();
    store[item] = scanner.isNext("(")
      ? { is: "multiple", values: scanner.expectList(() => scanner.expectValue(), 0) }
      : expectSingle(scanner);
  } while (scanner.acceptSpace());
  scanner.expect(")");
  return { attribute, ...store };
}

function expectSingle(scanner: Scanner): NewValue {
  for (const is of ["NIL", "DEFAULT"] as const) if (scanner.acceptKeyword(is)) return { is };
  return { is: "single", value: scanner.expectValue() };
}
