/** Header fields that filters add, printed so that no value can begin another field or the body. */
import { concat } from "../message/bytes.ts";
import { printField } from "../message/fold.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import type { Findings } from "./run_filters.ts";

/** Octets that filters may add to a message: what is beyond is left out. */
const most = 64 * 1024;

/** The fields, ready to stand before a message; empty where there are none. */
export function printFindings({ headers, quarantine }: Findings): Uint8Array {
  const fields = quarantine === undefined ? headers : [...headers, ["X-Quarantine", quarantine] as const];
  const printed: Uint8Array[] = [];
  let size = 0;
  for (const [name, value] of fields) {
    const field = encodeUtf8(printField(name, value));
    // RFC 5322 §2.2: a name is printable; of one without such characters nothing would be left.
    if (/^[^!-9;-~]*$/.test(name) || size + field.length > most) continue;
    size += field.length;
    printed.push(field);
  }
  return concat(printed);
}
