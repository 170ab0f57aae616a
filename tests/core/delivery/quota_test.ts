import { assert, assertEquals } from "@std/assert";
import type { AcceptAnswer } from "../../../core/contract/delivery.ts";
import type { Quota } from "../../../core/contract/accounts.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import { bytes, delegate, stranger, testDelivery } from "./deliver.ts";

/** A delivery where joe may keep no more than this. */
async function limited(quota: Quota, aliases = {}) {
  const test = await testDelivery({ aliases });
  const joe = await test.storage.accountByAddress("joe@example.org");
  assert(joe);
  await test.storage.changeAccounts([{ do: "setQuota", account: joe.id, quota }]);
  return test;
}

const status = (answer: AcceptAnswer) => answer.accepted ? 250 : `${answer.reply.code} ${answer.reply.enhanced}`;

Deno.test("quota: RFC 3463 §3.3: a message that there is no room for is 452 4.2.2, and nothing of it is kept", async () => {
  const { send, read, bodies } = await limited({ storage: 100 });
  const to = ["joe@example.org", "ann@example.org"];
  assertEquals(status(await send({ to, body: bytes("x".repeat(100)) })), "452 4.2.2");
  assertEquals([await read("joe"), await read("ann"), await bodies()], [[], [], 0]);
  assertEquals(status(await send({ to, body: bytes("\r\nsmall") })), 250);
});

Deno.test("quota: RFC 3463 §3.3: a full mailbox is 452 4.2.2 at RCPT, which harms no other recipient", async () => {
  const aliases = { "team@example.org": ["ann@example.org", "joe@example.org"] };
  for (const quota of [{ storage: 1 }, { messages: 1 }, { storage: 10 ** 6, messages: 1 }]) {
    const { delivery, storage, send } = await limited({}, aliases);
    assertEquals(status(await send()), 250);
    const joe = await storage.accountByAddress("joe@example.org");
    assert(joe);
    await storage.changeAccounts([{ do: "setQuota", account: joe.id, quota }]);
    for (const address of ["joe@example.org", "team@example.org"]) {
      const answer = await delivery.recipient(stranger, address);
      assertEquals(answer.accepted === false && `${answer.reply.code} ${answer.reply.enhanced}`, "452 4.2.2");
    }
    assert((await delivery.recipient(stranger, "ann@example.org")).accepted);
  }
});

Deno.test("quota: being over the number of mailboxes keeps no mail away", async () => {
  const { send, read } = await limited({ mailboxes: 0, messages: 1 });
  assertEquals(status(await send()), 250);
  assertEquals((await read("joe")).length, 1);
});

Deno.test("quota: what the directory has told of an account with its address is not looked up again", async () => {
  const quotas: readonly (readonly [Quota, string])[] = [[{}, "250"], [{ messages: 1 }, "250"], [
    { messages: 0 },
    "452",
  ]];
  for (const [quota, code] of quotas) {
    const found: { account?: AccountId } = {};
    const { delivery, storage } = await testDelivery({
      resolve: () => found.account && Promise.resolve({ kind: "account", account: found.account, quota }),
      wrap: (storage) => ({ ...delegate(storage), account: () => Promise.reject(new Error("asked")) }),
    });
    const joe = await storage.accountByAddress("joe@example.org");
    assert(joe);
    found.account = joe.id;
    const answer = await delivery.recipient(stranger, "joe@example.org");
    assertEquals(answer.accepted ? "250" : `${answer.reply.code}`, code);
  }
});

Deno.test("quota: a storage that cannot be asked is 451 4.3.0 at RCPT", async () => {
  const { delivery, lines } = await testDelivery({
    wrap: (storage) => ({ ...delegate(storage), account: () => Promise.reject(new Error("SQLITE_IOERR")) }),
  });
  const answer = await delivery.recipient(stranger, "joe@example.org");
  assertEquals(answer.accepted === false && `${answer.reply.code} ${answer.reply.enhanced}`, "451 4.3.0");
  assert(lines.some((line) => line.startsWith("error") && line.includes("SQLITE_IOERR")));
});
