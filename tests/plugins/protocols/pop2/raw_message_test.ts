/** Octets that were announced: exactly so many, or the connection is of no more use. */
import { assertEquals, assertRejects } from "@std/assert";
import { OutOfStep } from "../../../../core/wire/errors.ts";
import { sendAnnounced } from "../../../../plugins/protocols/pop2/raw_message.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";

const pieces = ["four", "", "more"].map((text) => new TextEncoder().encode(text));

Deno.test("pop2: octets that were announced are sent as they are", async () => {
  const { connection: { writer }, client } = fakeConnection();
  await sendAnnounced(writer, ReadableStream.from(pieces), 8);
  assertEquals(client.received, "fourmore");
});

Deno.test("pop2: more octets than were announced are not sent, and fewer are no message: both end the session", async () => {
  for (const size of [7, 9]) {
    const { connection: { writer }, client } = fakeConnection();
    await assertRejects(() => sendAnnounced(writer, ReadableStream.from(pieces), size), OutOfStep);
    assertEquals(client.received, size < 8 ? "four" : "fourmore");
  }
});

Deno.test("pop2: octets that cannot be read end the session", async () => {
  const { connection: { writer } } = fakeConnection();
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("the disk is gone")),
  });
  await assertRejects(() => sendAnnounced(writer, broken, 8), OutOfStep);
});
