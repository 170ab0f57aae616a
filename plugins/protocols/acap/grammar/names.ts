/** Names of datasets, entries, attributes and contexts (RFC 2244 §3.1, §4.3, §8). */
import type { Scanner } from "./scanner.ts";

/** The components of a dataset's name: `/class/~/sub/` has three. As the client wrote them. */
export type DatasetName = readonly string[];

/** An entry by its path: `/class/~/name` is the entry `name` of `/class/~/`, and `/class/~/` the one without a name there. */
export interface EntryPath {
  /** The dataset that it is in. */
  readonly dataset: DatasetName;
  /** May be empty. */
  readonly entry: string;
}

/** The components of a dataset's name; undefined for what is none. The last slash may be missing, as in RFC 2244's examples. */
export function datasetNameOf(text: string): DatasetName | undefined {
  if (text === "/") return [];
  const [first, ...components] = text.replace(/\/$/, "").split("/");
  return first === "" && components.every(isEntryName) && !components.includes("") ? components : undefined;
}

/** With a slash at both ends. */
export function printDatasetName(name: DatasetName): string {
  return name.length === 0 ? "/" : `/${name.join("/")}/`;
}

/** RFC 2244 §3.1: not beginning with a full stop, without slashes. */
export function isEntryName(text: string): boolean {
  return !text.startsWith(".") && !text.includes("/") && !text.includes("\0");
}

/** RFC 2244 §3.1: without wildcards. */
function isAttributeName(text: string): boolean {
  return text !== "" && !/[*%\0]/.test(text);
}

/** Reads the name of a dataset. @throws Malformed. */
export function expectDataset(scanner: Scanner): DatasetName {
  const start = scanner.at;
  const name = datasetNameOf(scanner.expectName("the name of a dataset"));
  if (name === undefined) throw scanner.malformed("the name of a dataset", start);
  return name;
}

/** Reads the path of an entry. @throws Malformed. */
export function expectEntryPath(scanner: Scanner): EntryPath {
  const start = scanner.at;
  const text = scanner.expectName("the path of an entry");
  const slash = text.lastIndexOf("/");
  const dataset = datasetNameOf(text.slice(0, slash + 1)), entry = text.slice(slash + 1);
  if (slash < 0 || dataset === undefined || !isEntryName(entry)) throw scanner.malformed("the path of an entry", start);
  return { dataset, entry };
}

/** Reads the name of an entry. @throws Malformed. */
export function expectEntryName(scanner: Scanner): string {
  const start = scanner.at;
  const name = scanner.expectName("the name of an entry");
  if (!isEntryName(name)) throw scanner.malformed("the name of an entry", start);
  return name;
}

/** Reads the name of an attribute. @throws Malformed. */
export function expectAttribute(scanner: Scanner): string {
  const start = scanner.at;
  const name = scanner.expectName("the name of an attribute");
  // RFC 2244 §3.1: invalid attribute names result in a BAD response.
  if (!isAttributeName(name)) throw scanner.malformed("the name of an attribute", start);
  return name;
}

/** Reads the name of a context. @throws Malformed. */
export function expectContext(scanner: Scanner): string {
  const start = scanner.at;
  const name = scanner.expectName("the name of a context");
  // RFC 2244 §3.3: what begins with a slash is a dataset.
  if (name.startsWith("/")) throw scanner.malformed("the name of a context", start);
  return name;
}
