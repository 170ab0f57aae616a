/** Changes to a header block: every field that is not named stays as it is, octet for octet. */
import { encodeUtf8 } from "../wire/utf8.ts";
import { concat } from "./bytes.ts";
import { printField } from "./fold.ts";
import { Header } from "./header.ts";

/** What is to change. Removals come first. */
export interface HeaderEdit {
  /** Names of fields that go, in any case. */
  readonly remove: readonly string[];
  /** Each stands where the first field of its name stood, and is the only one; or at the end, where there was none. */
  readonly replace: readonly (readonly [name: string, value: string])[];
}

const lineEnd = encodeUtf8("\r\n");

/** The block, with or without the empty line at its end, with the changes. Names that no field can have change nothing. */
export function editHeader(block: Uint8Array, { remove, replace }: HeaderEdit): Uint8Array {
  const header = new Header(block);
  const removed = new Set(remove.map((name) => name.toLowerCase()));
  const printed = new Map(
    replace.filter(([name]) => isFieldName(name))
      .map(([name, value]) => [name.toLowerCase(), encodeUtf8(printField(name, value))]),
  );
  const pieces: Uint8Array[] = [];
  const written = new Set<string>();
  for (const field of header.fields) {
    const { key } = field;
    const replacement = printed.get(key);
    if (replacement === undefined ? removed.has(key) && key !== "" : written.has(key)) continue;
    pieces.push(replacement ?? header.raw(field));
    written.add(key);
  }
  const rest = block.subarray(header.fields.at(-1)?.end ?? 0);
  const added = [...printed].filter(([key]) => !written.has(key)).map(([, field]) => field);
  // A message may end in the middle of its header: what is added begins a line all the same.
  const last = pieces.at(-1);
  if (added.length > 0 && last !== undefined && last.at(-1) !== LF) pieces.push(lineEnd);
  return concat([...pieces, ...added, rest]);
}

const LF = 10;

/** RFC 5322 §2.2: printable US-ASCII without the colon. */
function isFieldName(name: string): boolean {
  return /^[!-9;-~]+$/.test(name);
}
