/** docs/examples/greylist.ts: a stranger is deferred once, and then known. */
import { assertEquals } from "@std/assert";
import { type Filter, setUp } from "@quetzal/server/testing";
import greylist from "../../../docs/examples/greylist.ts";

const facts = { id: "c1", peer: "192.0.2.7", tls: false };

/** MAIL and RCPT; what the filter says to the latter. */
async function ask(
  filter: Filter,
  given: Partial<typeof facts & { account: never }> = {},
): Promise<string | undefined> {
  const who = { ...facts, ...given };
  await filter.sender?.(who, "a@client.example");
  return (await filter.recipient?.(who, "Test@example.org"))?.action;
}

Deno.test("examples: greylist defers a stranger until some minutes have passed, from anywhere in the network", async () => {
  let time = 0;
  await using set = await setUp(greylist, { options: { delay: "5m" }, now: () => new Date(time) });
  const filter = set.extension;
  assertEquals(await ask(filter), "defer");
  time += 4 * 60_000;
  assertEquals(await ask(filter), "defer");
  time += 60_000;
  assertEquals(await ask(filter, { id: "c2", peer: "192.0.2.99" }), "continue");
  assertEquals(await ask(filter, { id: "c3", peer: "198.51.100.1" }), "defer");
  // Who has logged in is no stranger.
  assertEquals(await ask(filter, { id: "c4", peer: "203.0.113.1", account: "1" as never }), "continue");
  time += 36 * 86_400_000;
  assertEquals(await ask(filter), "defer");
});
