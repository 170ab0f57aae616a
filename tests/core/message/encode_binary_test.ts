import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessagePart } from "../../../core/contract/mod.ts";
import { concat } from "../../../core/message/bytes.ts";
import { hasBinary, withoutBinary } from "../../../core/message/encode_binary.ts";
import { openBinary } from "../../../core/message/open_binary.ts";
import { summarize } from "../../../core/message/summary.ts";
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { memoryBody } from "../../plugins/protocols/imap/sections/memory_body.ts";
import { corpus, octets } from "./corpus.ts";

async function encoded(message: Uint8Array): Promise<Uint8Array> {
  const pieces = withoutBinary(summarize(message).structure, memoryBody(message));
  return concat(await Array.fromAsync(pieces, (piece) => piece.slice()));
}

/** Every part that holds no other, by its numbers. */
function leaves(part: MessagePart, above: readonly number[] = []): (readonly number[])[] {
  const inner = part.message?.structure ?? part;
  if (inner.parts !== undefined) return inner.parts.flatMap((child, index) => leaves(child, [...above, index + 1]));
  if (part.message !== undefined) return leaves(inner, [...above, 1]);
  return [above.length === 0 ? [1] : above];
}

async function contents(message: Uint8Array): Promise<string[]> {
  const { structure } = summarize(message), body = memoryBody(message);
  return await Promise.all(
    leaves(structure).map(async (numbers) => {
      const found = await openBinary(numbers, structure, body);
      return typeof found === "string" ? found : latin1(await found.octets.read(0, found.octets.size));
    }),
  );
}

Deno.test("RFC 3516 §6: binary parts are in base64, what holds them is 8bit, and all else stays as it is", async () => {
  const message = [
    ...[
      "Subject: \xff",
      "Content-Type: multipart/mixed; boundary=x",
      "content-transfer-encoding: BINARY",
      "",
      "before",
    ],
    ...["--x", "Content-Transfer-Encoding: binary", "Content-Type: image/x; name=y", "", "\0\r\xff\n\0", "--x"],
    ...["Content-Type: message/rfc822", "Content-Transfer-Encoding: binary", "", "Subject: inner", ""],
    ...["8bit \xe4\0", "--x", "", "Hi", "--x--", "after\0"],
  ].join("\r\n");
  assertEquals(
    latin1(await encoded(latin1Bytes(message))),
    message.replace("content-transfer-encoding: BINARY", "Content-Transfer-Encoding: 8bit")
      .replace("Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: base64")
      .replace("\0\r\xff\n\0", "AA3/CgA=\r\n"),
  );
});

Deno.test("a message without binary parts stays as it is, whatever it is", async () => {
  for (const { text } of corpus) {
    const { structure } = summarize(octets(text));
    if (!hasBinary(structure)) assertEquals(await encoded(octets(text)), octets(text));
  }
});

Deno.test("RFC 3516 §6: nothing of the content is lost, in any number of parts", async () => {
  const content = fc.uint8Array({ maxLength: 300 }).filter((octets) => !latin1(octets).includes("--b"));
  await fc.assert(fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 4 }), async (parts) => {
    const head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    const printed = parts.map((part) => `--b\r\nContent-Transfer-Encoding: binary\r\n\r\n${latin1(part)}\r\n`);
    for (
      const message of [
        head + printed.join("") + "--b--\r\n",
        `Content-Transfer-Encoding: binary\r\n\r\n${latin1(parts[0] ?? new Uint8Array())}`,
      ]
    ) {
      const before = latin1Bytes(message), after = await encoded(before);
      assertEquals(await contents(after), await contents(before));
      assert(!hasBinary(summarize(after).structure));
      assert(!after.includes(0));
    }
  }));
});
