/** Filters in a sandbox: what they are asked, and what becomes of those that do not answer. Run by `threads_test.ts`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { sandboxed, senderFilter } from "../../../support/sandboxed_plugin.ts";

const facts = { id: "c1", peer: "192.0.2.7", tls: false };

Deno.test("sandbox: a filter is asked, and its verdict comes back", async () => {
  await using one = await sandboxed("filter", {
    code: senderFilter(`return { action: "continue", addHeaders: [["X-Sender", sender + " " + facts.peer]] };`),
  });
  assertEquals(await one.plugin.sender?.(facts, "kim@example.com"), {
    action: "continue",
    addHeaders: [["X-Sender", "kim@example.com 192.0.2.7"]],
  });
  assertEquals(one.plugin.message, undefined);
});

Deno.test("sandbox: what a filter throws fails the call, and nothing else", async () => {
  await using one = await sandboxed("filter", {
    code: senderFilter(`if (sender === "") throw new TypeError("no null path"); return { action: "accept" };`),
  });
  await assertRejects(() => one.plugin.sender?.(facts, "") ?? Promise.resolve(), Error, "TypeError: no null path");
  assertEquals(await one.plugin.sender?.(facts, "x"), { action: "accept" });
});

Deno.test("sandbox: a loop without end is ended, and the log says why", async () => {
  await using one = await sandboxed("filter", {
    code: senderFilter(`if (sender === "loop") for (;;); return { action: "accept" };`),
    sandbox: { deadline: 300 },
  });
  await assertRejects(() => one.plugin.sender?.(facts, "loop") ?? Promise.resolve(), Refusal);
  assert(one.log.some(({ reason }) => String(reason).includes('"sender" took longer than 300 ms')));
});

Deno.test("sandbox: in a process of its own", async () => {
  await using one = await sandboxed("filter", {
    code: senderFilter(`return { action: "continue", addHeaders: [["X-Sender", sender]] };`),
    sandbox: { process: true },
  });
  assertEquals((await one.plugin.sender?.(facts, "kim"))?.action, "continue");
});
