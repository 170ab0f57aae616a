import { assertEquals } from "@std/assert";
import { crlfSizeOf, LineEndingNormalizer, lineEndingsOf } from "../../../core/message/line_endings.ts";
import { octets } from "./corpus.ts";

function normalized(...chunks: readonly string[]): string {
  const normalizer = new LineEndingNormalizer();
  const pieces = chunks.map((chunk) => normalizer.push(octets(chunk)));
  return [...pieces, normalizer.finish()].map((piece) => String.fromCharCode(...piece)).join("");
}

Deno.test("RFC 1939 §3: every line ends in CRLF, the last one too", () => {
  assertEquals(normalized("a\nb\rc\r\nd"), "a\r\nb\r\nc\r\nd\r\n");
  assertEquals(normalized("\r\r\n\n"), "\r\n\r\n\r\n");
  assertEquals(normalized(""), "");
  assertEquals(normalized("\r"), "\r\n");
});

Deno.test("a CRLF that chunks split is one line end", () => {
  assertEquals(normalized("a\r", "\nb", "\r", "\r\n", "", "\n"), "a\r\nb\r\n\r\n\r\n");
});

Deno.test("a clean chunk goes through without a copy", () => {
  const chunk = octets("a\r\nb\r\n");
  assertEquals(new LineEndingNormalizer().push(chunk) === chunk, true);
});

Deno.test("counting: each kind of line end, and whether the last line ends", () => {
  assertEquals(lineEndingsOf(octets("a\nb\rc\r\nd")), { size: 8, bareCr: 1, bareLf: 1, ended: false });
  assertEquals(lineEndingsOf(octets("a\r")), { size: 2, bareCr: 1, bareLf: 0, ended: true });
  assertEquals(crlfSizeOf(lineEndingsOf(octets("a\nb\rc\r\nd"))), 12);
});
