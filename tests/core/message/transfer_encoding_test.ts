import { assert, assertEquals } from "@std/assert";
import { encodeBase64, encodeBase64Body } from "../../../core/message/base64.ts";
import { decodeTransfer, isKnownEncoding } from "../../../core/message/transfer_encoding.ts";
import { octets } from "./corpus.ts";
import { encodeQuotedPrintable } from "./encode_quoted_printable.ts";

function decoded(text: string, encoding: string): string {
  return String.fromCharCode(...decodeTransfer(octets(text), encoding));
}

Deno.test("RFC 4648 §10: the test vectors of base64, both ways", () => {
  for (
    const [plain, encoded] of [["", ""], ["f", "Zg=="], ["fo", "Zm8="], ["foo", "Zm9v"], [
      "foobar",
      "Zm9vYmFy",
    ]] as const
  ) {
    assertEquals(encodeBase64(octets(plain)), encoded);
    assertEquals(decoded(encoded, "base64"), plain);
  }
});

Deno.test("RFC 2045 §6.8: octets outside the alphabet are passed over; joined and cut input decodes", () => {
  assertEquals(decoded("Zm\r\n9 v!\0Y-m_F*y", "BASE64"), "foobar");
  assertEquals(decoded("Zg==Zm8=", "base64"), "ffo");
  assertEquals(decoded("Zm9vYg", "base64"), "foob");
  assertEquals(decoded("Zm9vY", "base64"), "foo");
  assertEquals(decoded("====", "base64"), "");
});

Deno.test("RFC 2045 §6.8: lines of 76 characters", () => {
  const lines = encodeBase64Body(new Uint8Array(100)).split("\r\n");
  assertEquals(lines.map((line) => line.length), [76, 60, 0]);
});

Deno.test("RFC 2045 §6.7: escapes, soft line breaks, white space at line ends", () => {
  assertEquals(decoded("a=3Db=c3=BC", "quoted-printable"), "a=b\xc3\xbc");
  assertEquals(decoded("soft=\r\nbreak=\nhere= \t\r\nand=", "quoted-printable"), "softbreakhereand");
  assertEquals(decoded("kept  inside \t\r\nnext \n end  ", "quoted-printable"), "kept  inside\r\nnext\n end");
});

Deno.test("quoted-printable that is none stays as it is", () => {
  assertEquals(decoded("a=zz b=4 c==3D d=\rx", "quoted-printable"), "a=zz b=4 c== d=\rx");
  assertEquals(decoded("x=4", "quoted-printable"), "x=4");
  assertEquals(decoded("= x", "quoted-printable"), "= x");
  assertEquals(decoded("\xff\0", "quoted-printable"), "\xff\0");
});

Deno.test("RFC 2045 §6.4: an unknown encoding changes nothing", () => {
  assertEquals(decoded("a=3D", "x-uuencode"), "a=3D");
  assertEquals([isKnownEncoding("x-uuencode"), isKnownEncoding("8BIT"), isKnownEncoding("Base64")], [
    false,
    true,
    true,
  ]);
});

Deno.test("RFC 2045 §6.7: printed lines have at most 76 characters and no blanks at their ends", () => {
  const text = encodeQuotedPrintable(octets(`${"x".repeat(76)}\r\n${"\xfc".repeat(100)} \r\n${"word ".repeat(40)}`));
  for (const line of text.split("\r\n")) assert(line.length <= 76 && !/[ \t]$/.test(line), line);
});
