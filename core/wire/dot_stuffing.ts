/** Where dots are to be added so that content does not end too early (RFC 5321 §4.5.2, RFC 1939 §3): pure. */
import { latin1 } from "./ascii.ts";

const DOT = 46;

/**
 * Where the dots at the start of a line are: there one is added before each.
 *
 * After a LF without CR too: whoever takes that for a line end must not see the end of the data there.
 *
 * @param isLineStart Whether the first octet starts a line.
 */
export function leadingDots(content: Uint8Array, isLineStart: boolean): number[] {
  const found = isLineStart && content[0] === DOT ? [0] : [];
  // A text is searched several times as quickly as its octets.
  const text = latin1(content);
  for (let at = text.indexOf("\n."); at >= 0; at = text.indexOf("\n.", at + 1)) found.push(at + 1);
  return found;
}
