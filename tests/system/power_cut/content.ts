/** Messages that say which they are, in every line: one that is not whole shows. */

/** All of it, in CRLF lines. Six of ten are short, three are long enough for a segment, one for a segment of its own. */
export function contentOf(number: number): string {
  const size = sizeOf(number);
  let text = `Subject: ${number}\r\n\r\n`;
  for (let line = 0; text.length < size; line++) text += `This is line ${line} of message ${number}, and no other.\r\n`;
  return text;
}

/** The number of a message, as it was stored. @throws Error where it is not whole. */
export function numberIn(stored: string): number {
  const start = stored.indexOf("Subject: "), number = Number(/^\d+/.exec(stored.slice(start + 9))?.[0]);
  if (start < 0 || stored.slice(start) !== contentOf(number)) {
    throw new Error(`message ${number} is not whole: ${JSON.stringify(stored.slice(0, 100))}, ${stored.length} octets`);
  }
  return number;
}

function sizeOf(number: number): number {
  const [kind, some] = [number % 10, number * 7919 % 1000];
  if (kind < 6) return 100 + 3 * some;
  return kind < 9 ? 70_000 + 100 * some : 270_000 + 200 * some;
}
