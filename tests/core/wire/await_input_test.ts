/** Waiting for the first octet of what is no line. */
import { assertEquals, assertRejects } from "@std/assert";
import { latin1 } from "../../../core/wire/ascii.ts";
import { Stopping } from "../../../core/wire/errors.ts";
import { fakeConnection } from "../../support/fake_connection.ts";

Deno.test("wire: what was waited for is there to be read, and the end of the stream is told", async () => {
  const { connection: { reader }, client } = fakeConnection();
  client.send("ab");
  client.close();
  assertEquals([await reader.awaitInput(), await reader.awaitInput()], [true, true]);
  for await (const octets of reader.readExactly(2)) assertEquals(latin1(octets), "ab");
  assertEquals(await reader.awaitInput(), false);
});

Deno.test("wire: a stop wakes whoever waits for the next octet", async () => {
  const stop = new AbortController();
  const { connection: { reader } } = fakeConnection({ stop: stop.signal });
  const waiting = reader.awaitInput();
  stop.abort();
  await assertRejects(() => waiting, Stopping);
});
