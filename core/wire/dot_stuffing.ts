/** Where dots are to be added so that content does not end too early (RFC 5321 §4.5.2, RFC 1939 §3): pure. */

const LF = 10, DOT = 46;

/**
 * Where the next dot at the start of a line is: there one is added before it; -1 where there is none.
 *
 * After a LF without CR too: whoever takes that for a line end must not see the end of the data there.
 *
 * @param from Where to look from.
 * @param isLineStart Whether the octet at `from` starts a line.
 */
export function nextLeadingDot(content: Uint8Array, from: number, isLineStart: boolean): number {
  let at = content.indexOf(DOT, from);
  while (at >= 0 && (at === from ? !isLineStart : content[at - 1] !== LF)) at = content.indexOf(DOT, at + 1);
  return at;
}
