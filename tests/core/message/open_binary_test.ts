import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeBase64Body } from "../../../core/message/base64.ts";
import { summarize } from "../../../core/message/summary.ts";
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { binarySize, openBinary } from "../../../core/message/open_binary.ts";
import { corpus, octets } from "./corpus.ts";
import { brokenMime } from "../../fuzz/mime_arbitrary.ts";
import { memoryBody } from "../../plugins/protocols/imap/sections/memory_body.ts";
import { encodeQuotedPrintable } from "./encode_quoted_printable.ts";

/** The decoded content of a part, one character an octet, and whether it needs a literal8; or why there is none. */
async function binary(message: Uint8Array, numbers: readonly number[]): Promise<[string, boolean] | string> {
  const { structure } = summarize(message);
  const found = await openBinary(numbers, structure, memoryBody(message));
  const size = await binarySize(numbers, structure, memoryBody(message));
  if (typeof found === "string") {
    assertEquals(size, found);
    return found;
  }
  // RFC 3516 §4.3: BINARY.SIZE must match what BINARY returns.
  assertEquals(size, found.octets.size);
  const text = latin1(await found.octets.read(0, found.octets.size));
  assertEquals(text.length, found.octets.size);
  return [text, found.hasNul];
}

function part(encoding: string, content: string, type = "application/octet-stream"): Uint8Array {
  return latin1Bytes(`Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`);
}

Deno.test("RFC 3516 §4.2: a part without its transfer encoding", async () => {
  assertEquals(await binary(part("base64", "R3L8337lCg=="), [1]), ["Gr\xfc\xdf~\xe5\n", false]);
  assertEquals(await binary(part("Quoted-Printable", "Gr=FC=\r\n=DFe\r\n", "text/plain"), [1]), [
    "Gr\xfc\xdfe\r\n",
    false,
  ]);
  for (const encoding of ["7bit", "8bit", "binary"]) {
    assertEquals(await binary(part(encoding, "a=FC\r\n"), [1]), ["a=FC\r\n", false]);
  }
});

Deno.test("RFC 3516 §4.3: what holds NUL needs a literal8", async () => {
  assertEquals(await binary(part("base64", "AAEC"), [1]), ["\0\x01\x02", true]);
  assertEquals(await binary(part("binary", "a\0"), [1]), ["a\0", true]);
});

Deno.test("RFC 3516 §4.3: an encoding that is not known", async () => {
  assertEquals(await binary(part("x-uuencode", "begin"), [1]), "unknown-cte");
});

Deno.test("RFC 9051 §4.5: a part that is not there", async () => {
  assertEquals(await binary(part("base64", "AAEC"), [2]), "absent");
});

Deno.test("RFC 3516 §4.2: without a part, the whole message as it is", async () => {
  const message = part("base64", "AAEC");
  assertEquals(await binary(message, []), [latin1(message), false]);
});

Deno.test("RFC 2045 §6.4: a multipart has no encoding, whatever it says", async () => {
  const message = latin1Bytes(
    "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n" +
      "Content-Transfer-Encoding: base64\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--\r\n--a--\r\n",
  );
  assertEquals(await binary(message, [1, 1]), ["x", false]);
  assertEquals(
    await binary(message, [1]),
    ["--b\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--", false],
  );
});

Deno.test("RFC 3516 §4.2: whatever was encoded comes back", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (content) => {
    const expected: [string, boolean] = [latin1(content), content.includes(0)];
    assertEquals(await binary(part("base64", encodeBase64Body(content)), [1]), expected);
    assertEquals(await binary(part("quoted-printable", encodeQuotedPrintable(content)), [1]), expected);
  }));
});

Deno.test("BINARY: no message makes it fail, and sizes are right", async () => {
  const anyMessage = fc.oneof(brokenMime, fc.constantFrom(...corpus.map(({ text }) => octets(text))));
  await fc.assert(
    fc.asyncProperty(
      anyMessage,
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
      async (message, numbers) => {
        assert(await binary(message, numbers) !== undefined);
      },
    ),
  );
});
