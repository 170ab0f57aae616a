/** Rights (RFC 4314) and special uses (RFC 6154) of mailboxes. */
import { assertEquals } from "@std/assert";
import type { AccountId, MailboxId } from "../../../core/contract/identifiers.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, fill, mailboxOf, named } from "./support.ts";

function setRights(storage: Storage, mailbox: MailboxId, who: AccountId | "anyone", rights: string): Promise<unknown> {
  return storage.apply([{ do: "setRights", mailbox, who, rights }]);
}

async function sharedWith(storage: Storage, account: AccountId): Promise<string[]> {
  return (await storage.mailboxesSharedWith(account)).map(({ name }) => name);
}

/** Promises about sharing. */
export const sharingPromises: readonly StoragePromise[] = [
  ["RFC 4314 §2: rights are kept by who has them, each once and in order, until none is left", async ({
    storage,
    reopen,
  }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX");
    assertEquals((await mailboxOf(storage, mailbox)).rights, {});
    await setRights(storage, mailbox, friend, "wslrsl");
    await setRights(storage, mailbox, "anyone", "p0");
    await setRights(storage, mailbox, id, "lr");
    const rights = { [friend]: "lrsw", anyone: "0p", [id]: "lr" };
    const current = await reopen?.() ?? storage;
    assertEquals((await mailboxOf(current, mailbox)).rights, rights);
    assertEquals((await current.mailboxes(id))[0]?.rights, rights);
    await setRights(current, mailbox, friend, "l");
    await setRights(current, mailbox, "anyone", "");
    await setRights(current, mailbox, id, "");
    assertEquals((await mailboxOf(current, mailbox)).rights, { [friend]: "l" });
  }],
  ["rights that are none, of nobody or in no mailbox, are refused", async ({ storage }) => {
    const id = await account(storage, "a@x"), gone = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX"), { id: none } = await named(storage, gone, "INBOX");
    await storage.changeAccounts([{ do: "removeAccount", account: gone }]);
    for (const rights of ["L", "l r", "é", "-l", "l\u0000"]) {
      await assertRefused("invalid", setRights(storage, mailbox, "anyone", rights));
    }
    await assertRefused("not-found", setRights(storage, mailbox, gone, "l"));
    await assertRefused("not-found", setRights(storage, mailbox, "0" as AccountId, "l"));
    await assertRefused("not-found", setRights(storage, none, "anyone", "l"));
    assertEquals((await mailboxOf(storage, mailbox)).rights, {});
  }],
  ["RFC 4314 §3.1: rights are added to those that there are, and removed from them, and nothing else changes", async ({
    storage,
    reopen,
  }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX");
    const change = (mode: "add" | "remove", rights: string, who: AccountId | "anyone" = friend) =>
      storage.apply([{ do: "setRights", mailbox, who, rights, mode }]);
    const rights = async () => (await mailboxOf(storage, mailbox)).rights;
    await change("remove", "l");
    await change("add", "");
    assertEquals(await rights(), {});
    await change("add", "wl");
    await change("add", "wr");
    await change("add", "lr", "anyone");
    assertEquals(await rights(), { [friend]: "lrw", anyone: "lr" });
    await change("remove", "xr");
    await change("remove", "rl", "anyone");
    assertEquals(await rights(), { [friend]: "lw" });
    for (const mode of ["add", "remove"] as const) await assertRefused("invalid", change(mode, "lL"));
    // In one batch each sees what those before it did.
    await storage.apply([
      { do: "setRights", mailbox, who: friend, rights: "a", mode: "add" },
      { do: "setRights", mailbox, who: friend, rights: "l", mode: "remove" },
      { do: "setRights", mailbox, who: friend, rights: "i", mode: "add" },
    ]);
    assertEquals((await mailboxOf(await reopen?.() ?? storage, mailbox)).rights, { [friend]: "aiw" });
  }],
  ["an account finds the mailboxes of others in which it or anyone has rights", async ({ storage }) => {
    const one = await account(storage, "z@x"), two = await account(storage, "a@x"), me = await account(storage, "m@x");
    const boxes = await storage.apply([
      { do: "createMailbox", account: one, name: "b" },
      { do: "createMailbox", account: one, name: "a" },
      { do: "createMailbox", account: two, name: "team" },
      { do: "createMailbox", account: me, name: "mine" },
    ]);
    const [b, a, team, mine] = boxes.map(({ id }) => id) as [MailboxId, MailboxId, MailboxId, MailboxId];
    assertEquals(await sharedWith(storage, me), []);
    await setRights(storage, b, me, "l");
    await setRights(storage, a, me, "lr");
    await setRights(storage, a, "anyone", "l");
    await setRights(storage, (await named(storage, one, "INBOX")).id, me, "p");
    await setRights(storage, team, "anyone", "lr");
    await setRights(storage, mine, "anyone", "lr");
    await setRights(storage, mine, me, "lr");
    assertEquals(await sharedWith(storage, me), ["INBOX", "a", "b", "team"]);
    assertEquals(await sharedWith(storage, two), ["a", "mine"]);
    assertEquals(await storage.mailboxesSharedWith(one), [
      await mailboxOf(storage, team),
      await mailboxOf(storage, mine),
    ]);
    await setRights(storage, a, me, "");
    await setRights(storage, a, "anyone", "");
    assertEquals(await sharedWith(storage, me), ["INBOX", "b", "team"]);
    await storage.apply([{ do: "removeMailbox", mailbox: b }]);
    assertEquals(await sharedWith(storage, me), ["INBOX", "team"]);
  }],
  ["RFC 4314 §4: a mailbox has the rights of the one above it when it is made, and its own from then on", async ({
    storage,
  }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const [above] = await storage.apply([{ do: "createMailbox", account: id, name: "a" }]);
    await setRights(storage, above.id, friend, "kl");
    await setRights(storage, above.id, "anyone", "r");
    const [made, beside] = await storage.apply([
      { do: "createMailbox", account: id, name: "a/b/c" },
      { do: "createMailbox", account: id, name: "d/e" },
    ]);
    const rights = { [friend]: "kl", anyone: "r" };
    assertEquals([made.rights, (await named(storage, id, "a/b")).rights], [rights, rights]);
    assertEquals([beside.rights, (await named(storage, id, "d")).rights], [{}, {}]);
    await setRights(storage, above.id, friend, "");
    await storage.apply([{ do: "renameMailbox", mailbox: beside.id, name: "a/f/g" }]);
    assertEquals((await mailboxOf(storage, made.id)).rights, rights);
    // RFC 4314 §4: RENAME changes no rights; what is made for it has those of what is above.
    assertEquals((await mailboxOf(storage, beside.id)).rights, {});
    assertEquals((await named(storage, id, "a/f")).rights, { anyone: "r" });
  }],
  ["an account that is removed has no rights left anywhere, and gives none", async ({ storage }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX"), { id: theirs } = await named(storage, friend, "INBOX");
    await setRights(storage, mailbox, friend, "lr");
    await setRights(storage, mailbox, "anyone", "l");
    await setRights(storage, theirs, id, "lr");
    await storage.changeAccounts([{ do: "removeAccount", account: friend }]);
    assertEquals((await mailboxOf(storage, mailbox)).rights, { anyone: "l" });
    assertEquals(await sharedWith(storage, id), []);
  }],
  ["callers who give rights at the same time all have their way", async ({ storage }) => {
    const id = await account(storage, "owner@x");
    const { id: mailbox } = await named(storage, id, "INBOX");
    const friends = await Promise.all(Array.from({ length: 20 }, (_, n) => account(storage, `${n}@x`)));
    await Promise.all(friends.map((friend) => setRights(storage, mailbox, friend, "lr")));
    assertEquals(
      (await mailboxOf(storage, mailbox)).rights,
      Object.fromEntries(friends.map((friend) => [friend, "lr"])),
    );
  }],
  ["callers who change the rights of one account at the same time all have their way", async ({ storage }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX");
    await setRights(storage, mailbox, friend, "0123456789");
    const change = (mode: "add" | "remove") => (letter: string) =>
      storage.apply([{ do: "setRights", mailbox, who: friend, rights: letter, mode }]);
    await Promise.all([...[..."aeiklprstwx"].map(change("add")), ...[..."0123456789"].map(change("remove"))]);
    assertEquals((await mailboxOf(storage, mailbox)).rights, { [friend]: "aeiklprstwx" });
  }],
  ["RFC 6154 §3: a special use is given with the mailbox or later, in any case, and to one alone", async ({
    storage,
    reopen,
  }) => {
    const id = await account(storage, "a@x"), other = await account(storage, "b@x");
    const [sent] = await storage.apply([{ do: "createMailbox", account: id, name: "Sent", specialUse: "\\sent" }]);
    assertEquals(sent.specialUse, "\\Sent");
    const { id: inbox, specialUse } = await named(storage, id, "INBOX");
    assertEquals(specialUse, undefined);
    const setUse = (mailbox: MailboxId, specialUse: string | undefined) =>
      storage.apply([{ do: "setSpecialUse", mailbox, specialUse }]);
    const again = { do: "createMailbox", account: id, name: "Sent 2", specialUse: "\\Sent" } as const;
    await assertRefused("conflict", storage.apply([again]));
    assertEquals(await storage.mailboxByName(id, "Sent 2"), undefined);
    await assertRefused("conflict", setUse(inbox, "\\Sent"));
    for (const use of ["", "Sent", "\\", "\\Inbox", "\\Sent "]) await assertRefused("invalid", setUse(inbox, use));
    await setUse(sent.id, "\\Sent");
    // Each account has its own.
    await storage.apply([{ ...again, account: other }]);
    await setUse(sent.id, "\\TRASH");
    const [second] = await storage.apply([again]);
    const current = await reopen?.() ?? storage;
    assertEquals((await mailboxOf(current, second.id)).specialUse, "\\Sent");
    assertEquals((await mailboxOf(current, sent.id)).specialUse, "\\Trash");
    await current.apply([{ do: "setSpecialUse", mailbox: sent.id, specialUse: undefined }]);
    assertEquals("specialUse" in await mailboxOf(current, sent.id), false);
    await current.apply([
      { do: "removeMailbox", mailbox: second.id },
      { do: "setSpecialUse", mailbox: sent.id, specialUse: "\\Sent" },
    ]);
    await assertRefused(
      "not-found",
      current.apply([{ do: "setSpecialUse", mailbox: second.id, specialUse: "\\All" }]),
    );
  }],
  ["callers who want the same special use at the same time: one has it", async ({ storage }) => {
    const id = await account(storage);
    const outcomes = await Promise.allSettled(
      Array.from(
        { length: 10 },
        (_, n) => storage.apply([{ do: "createMailbox", account: id, name: `${n}`, specialUse: "\\Junk" }]),
      ),
    );
    assertEquals(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    assertEquals((await storage.mailboxes(id)).map(({ specialUse }) => specialUse), [undefined, "\\Junk"]);
  }],
  ["RFC 9051 §6.3.6: RENAME keeps rights, special use, keywords and metadata; no mod-sequence is new", async ({
    storage,
  }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const [made] = await storage.apply([{ do: "createMailbox", account: id, name: "a/b", specialUse: "\\Archive" }]);
    await fill(storage, made.id, "one");
    const place = { mailbox: made.id };
    await storage.apply([
      { do: "setFlags", mailbox: made.id, uids: [1], change: { mode: "add", flags: ["k"] } },
      { do: "setMetadata", place, entries: [["/comment", Uint8Array.of(1)]] },
      { do: "takeRecent", mailbox: made.id },
    ]);
    const before = await mailboxOf(storage, made.id);
    await setRights(storage, made.id, friend, "lr");
    assertEquals(await mailboxOf(storage, made.id), { ...before, rights: { [friend]: "lr" } });
    const { id: above } = await named(storage, id, "a");
    await storage.apply([{ do: "renameMailbox", mailbox: above, name: "c" }]);
    assertEquals(await mailboxOf(storage, made.id), { ...before, name: "c/b", rights: { [friend]: "lr" } });
    assertEquals(await storage.metadata(place), new Map([["/comment", Uint8Array.of(1)]]));
  }],
  ["RFC 9051 §6.3.6: RENAME of INBOX leaves its rights and special use", async ({ storage }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX");
    await setRights(storage, mailbox, friend, "lr");
    await storage.apply([
      { do: "setSpecialUse", mailbox, specialUse: "\\Important" },
      { do: "subscribe", account: id, name: "INBOX" },
      { do: "renameMailbox", mailbox, name: "old" },
    ]);
    const { rights, specialUse } = await mailboxOf(storage, mailbox);
    assertEquals([rights, specialUse], [{ [friend]: "lr" }, "\\Important"]);
    const old = await named(storage, id, "old");
    assertEquals([old.rights, old.specialUse, await storage.subscriptions(id)], [{}, undefined, ["INBOX"]]);
  }],
];
