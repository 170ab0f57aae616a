/** The arguments of SETACL, DELETEACL, MYRIGHTS and LISTRIGHTS (RFC 2244 §6.7). */
import { type DatasetName, expectAttribute, expectDataset, expectEntryName } from "./names.ts";
import type { Scanner } from "./scanner.ts";

/** What an access control list belongs to (RFC 2244 §3.5). */
export type AclObject =
  /** A dataset. */
  | { readonly dataset: DatasetName; readonly attribute?: undefined; readonly entry?: undefined }
  /** An attribute of all its entries. */
  | { readonly dataset: DatasetName; readonly attribute: string; readonly entry?: undefined }
  /** An attribute of one entry. */
  | { readonly dataset: DatasetName; readonly attribute: string; readonly entry: string };

/** Reads an object. @throws Malformed. */
export function expectAclObject(scanner: Scanner): AclObject {
  scanner.expect("(");
  const dataset = expectDataset(scanner);
  if (scanner.accept(")")) return { dataset };
  scanner.expectSpace();
  const attribute = expectAttribute(scanner);
  if (scanner.accept(")")) return { dataset, attribute };
  scanner.expectSpace();
  const entry = expectEntryName(scanner);
  scanner.expect(")");
  return { dataset, attribute, entry };
}

/** Reads an identifier. @throws Malformed. */
export function expectIdentifier(scanner: Scanner): string {
  const start = scanner.at;
  const identifier = scanner.expectName("an identifier");
  // RFC 2244 §8: it must not contain HTAB.
  if (identifier === "" || identifier.includes("\t")) throw scanner.malformed("an identifier", start);
  return identifier;
}

/** Reads rights. @throws Malformed. */
export function expectRights(scanner: Scanner): string {
  const start = scanner.at;
  const rights = scanner.expectName("rights");
  // RFC 2244 §3.5: there are no others.
  if (!/^[xrwia]*$/.test(rights)) throw scanner.malformed("rights of x, r, w, i and a", start);
  return rights;
}
