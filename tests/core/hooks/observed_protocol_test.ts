/** A protocol that is observed is the same to its clients. */
import { assertEquals } from "@std/assert";
import type { Protocol } from "../../../core/contract/connection.ts";
import { observedProtocol } from "../../../core/hooks/observed_protocol.ts";

const events = { has: () => true, tell: () => {} };

Deno.test("hooks: who is turned away by an observed protocol hears its words too", () => {
  const serve = () => Promise.resolve();
  const of = (protocol: Protocol) => observedProtocol("parrot", protocol, events, () => new Date());
  assertEquals(of({ serve, tooMany: "Come again" }).tooMany, "Come again");
  assertEquals("tooMany" in of({ serve }), false);
});
