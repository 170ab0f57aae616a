/** Accounts, aliases, and the maildrop's lock. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Secrets } from "../../../core/contract/accounts.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, contentOf, fill, inbox, named, namesOf } from "./support.ts";

/** Promises about accounts. */
export const accountPromises: readonly StoragePromise[] = [
  ["an account is made with its INBOX, and found by id and by address", async ({ storage }) => {
    const secrets = { scrypt: "x", "scram-sha-256": "ü\u0000" };
    const [made] = await storage.apply([{ do: "createAccount", address: "a@example.org", secrets }]);
    assertEquals(made.address, "a@example.org");
    assertEquals(made.secrets, secrets);
    assertEquals(await storage.account(made.id), made);
    assertEquals(await storage.accountByAddress("a@example.org"), made);
    assertEquals(await storage.accountByAddress("b@example.org"), undefined);
    assertEquals(await namesOf(storage, made.id), ["INBOX"]);
  }],
  ["what mail asks of an account, where it is had apart, is what the account has", async ({ storage }) => {
    const forMail = (address: string) => storage.accountForMail?.(address) ?? storage.accountByAddress(address);
    assertEquals(await forMail("a@example.org"), undefined);
    const id = await account(storage, "a@example.org");
    assertEquals([(await forMail("a@example.org"))?.id, (await forMail("a@example.org"))?.quota], [id, undefined]);
    for (const quota of [{ storage: 1, messages: 2, mailboxes: 3 }, {}]) {
      await storage.changeAccounts([{ do: "setQuota", account: id, quota }]);
      const { quota: kept } = await storage.account(id) ?? {};
      assertEquals((await forMail("a@example.org"))?.quota, kept);
    }
    assertEquals(await forMail("A@example.org"), undefined);
    await storage.changeAccounts([{ do: "removeAccount", account: id }]);
    assertEquals(await forMail("a@example.org"), undefined);
  }],
  ["an address is an account's or an alias, never both", async ({ storage }) => {
    await account(storage, "a@example.org");
    await storage.changeAccounts([{ do: "setAlias", address: "b@example.org", to: ["a@example.org"] }]);
    for (const address of ["a@example.org", "b@example.org"]) {
      await assertRefused("conflict", storage.apply([{ do: "createAccount", address, secrets: {} }]));
    }
    await assertRefused(
      "conflict",
      storage.changeAccounts([{ do: "setAlias", address: "a@example.org", to: ["b@example.org"] }]),
    );
  }],
  ["accounts come in the order of their addresses, a page at a time", async ({ storage }) => {
    const addresses = ["b@x", "a@x", "é@x", "c@x", "Z@x", "\u{1f600}@x", "\uffee@x"];
    await storage.changeAccounts(addresses.map((address) => ({ do: "createAccount", address, secrets: {} })));
    const all = (await storage.accounts()).map(({ address }) => address);
    assertEquals(all, ["Z@x", "a@x", "b@x", "c@x", "é@x", "\uffee@x", "\u{1f600}@x"]);
    const page = await storage.accounts("a@x", 2);
    assertEquals(page.map(({ address }) => address), ["b@x", "c@x"]);
  }],
  ["secrets are replaced as a whole", async ({ storage }) => {
    const id = await account(storage);
    await storage.changeAccounts([{ do: "setSecrets", account: id, secrets: { one: "1", two: "2" } }]);
    await storage.changeAccounts([{ do: "setSecrets", account: id, secrets: { two: "3" } }]);
    assertEquals((await storage.account(id))?.secrets, { two: "3" });
  }],
  [
    "secrets are replaced only while they are what was read: of two who have read the same, one wins",
    async ({ storage }) => {
      const id = await account(storage);
      const set = (secrets: Secrets, instead: Secrets) =>
        storage.changeAccounts([{ do: "setSecrets", account: id, secrets, instead }]);
      await storage.changeAccounts([{ do: "setSecrets", account: id, secrets: { one: "1", two: "2" } }]);
      await set({ one: "1", two: "3" }, { two: "2", one: "1" });
      for (const other of [{ one: "1", two: "2" }, { one: "1" }, { one: "1", two: "3", three: "4" }, {}]) {
        await assertRefused("conflict", set({ one: "5" }, other));
      }
      assertEquals((await storage.account(id))?.secrets, { one: "1", two: "3" });
      const race = ["a", "b", "c"].map((one) => set({ one }, { one: "1", two: "3" }));
      const outcomes = await Promise.allSettled(race);
      assertEquals(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected", "rejected"]);
      const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
      assertEquals((await storage.account(id))?.secrets, { one: ["a", "b", "c"][winner] ?? "" });
    },
  ],
  ["aliases are set, replaced and removed", async ({ storage }) => {
    await storage.changeAccounts([
      { do: "setAlias", address: "info@x", to: ["a@x"] },
      { do: "setAlias", address: "@x", to: ["c@x"] },
      { do: "setAlias", address: "info@x", to: ["a@x", "b@y"] },
    ]);
    assertEquals(await storage.alias("info@x"), ["a@x", "b@y"]);
    assertEquals((await storage.aliases()).map(({ address }) => address), ["@x", "info@x"]);
    await storage.changeAccounts([{ do: "removeAlias", address: "info@x" }]);
    assertEquals(await storage.alias("info@x"), undefined);
    await assertRefused("not-found", storage.changeAccounts([{ do: "removeAlias", address: "info@x" }]));
    await assertRefused("invalid", storage.changeAccounts([{ do: "setAlias", address: "none@x", to: [] }]));
  }],
  ["removing an account removes its mailboxes, messages and bodies, and nobody else's", async ({ storage }) => {
    const kept = await inbox(storage, "kept@x");
    const id = await account(storage, "gone@x");
    const { id: gone } = await named(storage, id, "INBOX");
    const [first, second] = await fill(storage, gone, "one", "two");
    assert(first && second);
    await storage.apply([{ do: "copy", from: gone, uids: [first.uid], to: kept }]);
    await storage.changeAccounts([{ do: "removeAccount", account: id }]);
    assertEquals(await storage.account(id), undefined);
    assertEquals(await storage.accountByAddress("gone@x"), undefined);
    assertEquals(await storage.mailboxes(id), []);
    await assertRefused("not-found", storage.messages(gone));
    await assertRefused("not-found", storage.openBody(second.body));
    assert((await contentOf(storage, first.body)).includes("one"));
    assertEquals((await storage.messages(kept)).messages.length, 1);
  }],
  ["what is done to an account that is gone is refused, and its id is never given again", async ({ storage }) => {
    const gone = await account(storage);
    await storage.changeAccounts([{ do: "removeAccount", account: gone }]);
    await assertRefused("not-found", storage.changeAccounts([{ do: "removeAccount", account: gone }]));
    await assertRefused("not-found", storage.changeAccounts([{ do: "setSecrets", account: gone, secrets: {} }]));
    await assertRefused("not-found", storage.apply([{ do: "createMailbox", account: gone, name: "x" }]));
    assertNotEquals(await account(storage), gone);
  }],
  ["thousands of accounts at once", async ({ storage }) => {
    await storage.changeAccounts(
      Array.from({ length: 3000 }, (_, n) => ({ do: "createAccount", address: `user${n}@x`, secrets: { n: `${n}` } })),
    );
    assertEquals((await storage.accounts()).length, 3000);
    assertEquals((await storage.accountByAddress("user2999@x"))?.secrets, { n: "2999" });
  }],
  ["what was acknowledged of accounts is there when the storage is opened again", async ({ storage, reopen }) => {
    const id = await account(storage);
    await storage.changeAccounts([{ do: "setAlias", address: "alias@x", to: ["user@example.org"] }]);
    const before = await storage.account(id);
    if (reopen === undefined) return;
    const again = await reopen();
    assertEquals(await again.account(id), before);
    assertEquals(await again.alias("alias@x"), ["user@example.org"]);
    assertNotEquals(await account(again, "other@x"), id);
  }],
  ["RFC 1939 §4: one holds a maildrop at a time, and lets go of it once", async ({ storage }) => {
    const one = await account(storage, "one@x"), two = await account(storage, "two@x");
    const first = await storage.lockMaildrop(one);
    assert(first);
    assertEquals(await storage.lockMaildrop(one), undefined);
    const other = await storage.lockMaildrop(two);
    assert(other);
    await first[Symbol.asyncDispose]();
    const second = await storage.lockMaildrop(one);
    assert(second);
    // The first has nothing more to let go of.
    await first[Symbol.asyncDispose]();
    assertEquals(await storage.lockMaildrop(one), undefined);
    await second[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  }],
];
