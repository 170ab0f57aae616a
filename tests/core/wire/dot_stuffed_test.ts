import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Body } from "../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { BufferPool, LARGE_BUFFER } from "../../../core/wire/buffer_pool.ts";
import { LineWriter } from "../../../core/wire/line_writer.ts";
import { Waits } from "../../../core/wire/waits.ts";

/** What a client gets of a writer. */
async function sent(write: (writer: LineWriter) => void | Promise<void>): Promise<string> {
  let text = "";
  const stream = {
    read: () => Promise.resolve(null),
    write: (octets: Uint8Array) => {
      text += latin1(octets);
      return Promise.resolve(octets.length);
    },
    end: () => Promise.resolve(),
    close: () => {},
  };
  using waits = new Waits(undefined);
  const writer = new LineWriter({ stream, waits, idleTimeout: () => 1000, buffers: new BufferPool() });
  await write(writer);
  await writer.flush();
  return text;
}

function bodyOf(octets: Uint8Array): Body {
  return { size: octets.length, read: (start, end) => Promise.resolve(octets.slice(start, end)) };
}

Deno.test("dot-stuffing: a stored message is sent as its octets are", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.constantFrom(".", "\r\n", "a", "..", "\r\n.", "text")),
    // Ends of pieces fall anywhere.
    fc.integer({ min: -3, max: 3 }),
    fc.boolean(),
    async (words, around, isLong) => {
      const octets = latin1Bytes("x".repeat(isLong ? LARGE_BUFFER + around : 0) + words.join(""));
      assertEquals(await sent((writer) => writer.dotStuffed(bodyOf(octets))), await sent((w) => w.dotStuffed(octets)));
    },
  ));
  assertEquals(await sent((writer) => writer.dotStuffed(bodyOf(latin1Bytes(".a\r\n.b")))), "..a\r\n..b\r\n.\r\n");
});

Deno.test("dot-stuffing: a stored message of which a part is missing does not pass for a whole one", async () => {
  for (const size of [0, 10, LARGE_BUFFER, LARGE_BUFFER + 1]) {
    const body = { ...bodyOf(new Uint8Array(size)), size: size + LARGE_BUFFER };
    await assertRejects(() => sent((writer) => writer.dotStuffed(body)), Error, "ends before octet");
  }
});
