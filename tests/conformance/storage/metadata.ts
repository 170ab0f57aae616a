/** Metadata (RFC 5464) and subscriptions (RFC 9051 §6.3.7). */
import { assertEquals } from "@std/assert";
import type { AccountId, MailboxId } from "../../../core/contract/identifiers.ts";
import type { MetadataPlace } from "../../../core/contract/mailbox.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, named, octets } from "./support.ts";

function set(
  storage: Storage,
  place: MetadataPlace,
  entries: Readonly<Record<string, Uint8Array | string | undefined>>,
): Promise<unknown> {
  const changes = Object.entries(entries).map(([name, value]) =>
    [name, typeof value === "string" ? octets(value) : value] as const
  );
  return storage.apply([{ do: "setMetadata", place, entries: changes }]);
}

/** Places of an account and its INBOX, and the account. */
async function places(storage: Storage, address = "user@example.org") {
  const id = await account(storage, address);
  const { id: mailbox } = await named(storage, id, "INBOX");
  return { account: id, mailbox, all: [{}, { account: id }, { mailbox }, { mailbox, account: id }] };
}

/** Promises about metadata and subscriptions. */
export const metadataPromises: readonly StoragePromise[] = [
  ["RFC 5464 §3: entries belong to a mailbox or the server, to all or to one; each place has its own", async ({
    storage,
    reopen,
  }) => {
    const { all } = await places(storage);
    for (const [n, place] of all.entries()) await set(storage, place, { "/comment": `${n}`, [`/only/${n}`]: "x" });
    const current = await reopen?.() ?? storage;
    for (const [n, place] of all.entries()) {
      const expected = new Map([["/comment", octets(`${n}`)], [`/only/${n}`, octets("x")]]);
      assertEquals(await current.metadata(place), expected);
    }
  }],
  [
    "RFC 7162 §3.2: what is changed of a mailbox's metadata, its special use too, has a mod-sequence of the mailbox",
    async ({ storage }) => {
      const { account: id, mailbox } = await places(storage);
      let before = (await named(storage, id, "INBOX")).highestModseq;
      const raises = async () => {
        const { highestModseq } = await named(storage, id, "INBOX");
        const isHigher = highestModseq > before;
        before = highestModseq;
        return isHigher;
      };
      await set(storage, { mailbox }, { "/comment": "shared" });
      assertEquals(await raises(), true);
      await set(storage, { mailbox, account: id }, { "/comment": "private" });
      assertEquals(await raises(), true);
      await set(storage, { mailbox }, { "/comment": undefined });
      assertEquals(await raises(), true);
      await storage.apply([{ do: "setSpecialUse", mailbox, specialUse: "\\Archive" }]);
      assertEquals(await raises(), true);
      await set(storage, { account: id }, { "/comment": "of the account" });
      assertEquals(await raises(), false);
      const { messages, expunged } = await storage.messages(mailbox, { changedSince: 0n });
      assertEquals([messages, expunged], [[], []]);
    },
  ],
  ["values are octets; one that is empty is a value, one that is missing removes the entry", async ({ storage }) => {
    const { all: [place = {}] } = await places(storage);
    const every = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    await set(storage, place, { "/a": every, "/b": new Uint8Array(), "/c": "c" });
    every.fill(0);
    await set(storage, place, { "/b": "b", "/c": undefined, "/d": undefined, "/e": "" });
    const found = await storage.metadata(place);
    assertEquals([...found.keys()].sort(), ["/a", "/b", "/e"]);
    assertEquals(found.get("/a"), Uint8Array.from({ length: 256 }, (_, octet) => octet));
    assertEquals([found.get("/b"), found.get("/e")], [octets("b"), new Uint8Array()]);
    // What is read belongs to the reader.
    found.get("/b")?.fill(0);
    assertEquals((await storage.metadata(place)).get("/b"), octets("b"));
  }],
  ["entries that are wanted only where there are none stay as they are: of callers at once, one has its way", async ({
    storage,
    reopen,
  }) => {
    const { all } = await places(storage);
    const setNew = (place: MetadataPlace, entries: readonly (readonly [string, Uint8Array | undefined])[]) =>
      storage.apply([{ do: "setMetadata", place, entries, onlyNew: true }]);
    for (const place of all) {
      await set(storage, place, { "/a": "1", "/b": "" });
      await setNew(place, [["/A", octets("2")], ["/b", octets("2")], [":new", octets("2")], ["/a", undefined]]);
      await Promise.all(Array.from({ length: 10 }, (_, n) => setNew(place, [["/c", octets(`${n}`)]])));
    }
    const current = await reopen?.() ?? storage;
    for (const place of all) {
      const { "/c": one, ...others } = Object.fromEntries(await current.metadata(place));
      assertEquals(others, { "/a": octets("1"), "/b": new Uint8Array(), ":new": octets("2") });
      assertEquals(one?.length, 1);
      await current.apply([{ do: "setMetadata", place, entries: [["/c", octets("later")]], onlyNew: true }]);
      assertEquals((await current.metadata(place)).get("/c"), one);
    }
  }],
  ["RFC 5464 §4.1: what INBOX is renamed to has its entries, and INBOX keeps them", async ({ storage }) => {
    const { account: id, mailbox, all } = await places(storage);
    for (const [n, place] of all.entries()) await set(storage, place, { "/comment": `${n}` });
    await storage.apply([{ do: "renameMailbox", mailbox, name: "old" }]);
    const { id: old } = await named(storage, id, "old");
    for (const [n, place] of all.entries()) {
      assertEquals((await storage.metadata(place)).get("/comment"), octets(`${n}`));
      if (place.mailbox === undefined) continue;
      assertEquals(await storage.metadata({ ...place, mailbox: old }), new Map([["/comment", octets(`${n}`)]]));
    }
    await set(storage, { mailbox: old }, { "/comment": "other" });
    assertEquals((await storage.metadata({ mailbox })).get("/comment"), octets("2"));
  }],
  ["RFC 5464 §3.2: names of entries are the same in any case", async ({ storage }) => {
    const { all: [place = {}] } = await places(storage);
    await set(storage, place, { "/Vendor/X": "1" });
    await set(storage, place, { "/vendor/x": "2" });
    assertEquals(await storage.metadata(place), new Map([["/vendor/x", octets("2")]]));
  }],
  ["an entry without slashes, which a server keeps for itself, is an entry of its own", async ({ storage }) => {
    const { all: [place = {}] } = await places(storage);
    await set(storage, place, { ":key": "1", "/key": "2" });
    assertEquals(await storage.metadata(place), new Map([["/key", octets("2")], [":key", octets("1")]]));
    await set(storage, place, { ":key": undefined });
    assertEquals(await storage.metadata(place), new Map([["/key", octets("2")]]));
  }],
  ["RFC 5464 §3.2: what is no name of an entry is refused", async ({ storage }) => {
    const { all: [place = {}] } = await places(storage);
    for (
      const name of ["", "a", ":", ":a/b", ":/a", "/", "/a/", "/a//b", "/*", "/a%", "/\u00e9", "/\u0007", "/a\r\n"]
    ) {
      await assertRefused("invalid", set(storage, place, { [name]: "x" }));
    }
    assertEquals((await storage.metadata(place)).size, 0);
  }],
  ["metadata of what is not there is refused, and there is none", async ({ storage }) => {
    const { account: gone, mailbox } = await places(storage);
    const kept = await account(storage, "kept@x");
    await storage.changeAccounts([{ do: "removeAccount", account: gone }]);
    for (const place of [{ account: gone }, { mailbox }, { mailbox, account: kept }, { account: "0" as AccountId }]) {
      await assertRefused("not-found", set(storage, place, { "/a": "x" }));
      assertEquals((await storage.metadata(place)).size, 0);
    }
    await assertRefused("not-found", set(storage, { mailbox: 0 as MailboxId }, { "/a": "x" }));
  }],
  ["a value of more than 64 KiB, or more than a thousand entries in a place, are too large", async ({ storage }) => {
    const { all: [, own = {}, , other = {}] } = await places(storage);
    await set(storage, own, { "/a": new Uint8Array(64 * 1024) });
    await assertRefused("too-large", set(storage, own, { "/b": new Uint8Array(64 * 1024 + 1) }));
    await assertRefused("too-large", set(storage, own, { [`/${"x".repeat(1000)}`]: "" }));
    const many = Object.fromEntries(Array.from({ length: 999 }, (_, n) => [`/${n}`, "x"]));
    await set(storage, own, many);
    await assertRefused("too-large", set(storage, own, { "/0": "changed", "/more": "x" }));
    assertEquals((await storage.metadata(own)).get("/0"), octets("x"));
    await set(storage, own, { "/0": undefined, "/more": "x" });
    await set(storage, other, { "/other": "x" });
  }],
  ["more than 1 MiB of values in a place is too large: whoever asks for one entry may be given all", async ({
    storage,
  }) => {
    const { all: [, own = {}, , other = {}] } = await places(storage);
    const many = Array.from({ length: 16 }, (_, n) => [`/${n}`, new Uint8Array(64 * 1024)] as const);
    await set(storage, own, Object.fromEntries(many));
    await assertRefused("too-large", set(storage, own, { "/more": "x" }));
    await set(storage, own, { "/0": "y", "/more": "x" });
    await set(storage, other, Object.fromEntries(many));
  }],
  ["a mailbox that is removed takes its metadata along, also what was one account's", async ({ storage }) => {
    const { account: id, all: [server = {}, own = {}] } = await places(storage);
    const [{ id: mailbox }] = await storage.apply([{ do: "createMailbox", account: id, name: "x" }]);
    for (const place of [server, own, { mailbox }, { mailbox, account: id }]) await set(storage, place, { "/a": "x" });
    await storage.apply([{ do: "removeMailbox", mailbox }]);
    for (const place of [{ mailbox }, { mailbox, account: id }]) assertEquals((await storage.metadata(place)).size, 0);
    for (const place of [server, own]) assertEquals((await storage.metadata(place)).size, 1);
  }],
  ["an account that is removed takes its metadata along, in others' mailboxes as well", async ({ storage }) => {
    const kept = await places(storage, "kept@x"), gone = await places(storage, "gone@x");
    const inTheirs = { mailbox: kept.mailbox, account: gone.account };
    for (const place of [...kept.all, ...gone.all, inTheirs]) await set(storage, place, { "/a": "x" });
    await storage.changeAccounts([{ do: "removeAccount", account: gone.account }]);
    for (const place of [...gone.all.slice(1), inTheirs]) assertEquals((await storage.metadata(place)).size, 0);
    for (const place of kept.all) assertEquals((await storage.metadata(place)).size, 1);
  }],
  ["callers who set entries of one place at the same time all have their way", async ({ storage }) => {
    const { all: [place = {}] } = await places(storage);
    await Promise.all(Array.from({ length: 30 }, (_, n) => set(storage, place, { [`/${n}`]: `${n}` })));
    assertEquals((await storage.metadata(place)).size, 30);
  }],
  ["RFC 9051 §6.3.7: names are subscribed to, whether there is such a mailbox or not", async ({ storage, reopen }) => {
    const id = await account(storage, "a@x"), other = await account(storage, "b@x");
    const subscribe = (...names: string[]) =>
      storage.apply(names.map((name) => ({ do: "subscribe", account: id, name } as const)));
    await subscribe("z", "inbox", "a/b/", "é", "e\u0301", "Z", "z");
    assertEquals(await storage.subscriptions(id), ["INBOX", "Z", "a/b", "z", "é"]);
    assertEquals(await storage.subscriptions(other), []);
    await storage.apply([
      { do: "unsubscribe", account: id, name: "z" },
      { do: "unsubscribe", account: id, name: "never" },
    ]);
    const current = await reopen?.() ?? storage;
    assertEquals(await current.subscriptions(id), ["INBOX", "Z", "a/b", "é"]);
  }],
  ["RFC 9051 §6.3.7: a subscription outlives its mailbox; RENAME and DELETE leave it", async ({ storage }) => {
    const id = await account(storage);
    const [one, two] = await storage.apply([
      { do: "createMailbox", account: id, name: "one" },
      { do: "createMailbox", account: id, name: "two" },
      { do: "subscribe", account: id, name: "one" },
      { do: "subscribe", account: id, name: "two" },
    ]);
    await storage.apply([
      { do: "renameMailbox", mailbox: one.id, name: "three" },
      { do: "removeMailbox", mailbox: two.id },
    ]);
    assertEquals(await storage.subscriptions(id), ["one", "two"]);
  }],
  ["subscriptions to what is no name, or of nobody, or too many of them, are refused", async ({ storage }) => {
    const id = await account(storage), gone = await account(storage, "gone@x");
    await storage.apply([{ do: "subscribe", account: gone, name: "x" }]);
    await storage.changeAccounts([{ do: "removeAccount", account: gone }]);
    assertEquals(await storage.subscriptions(gone), []);
    for (const name of ["", "/", "a//b", "a\u0000", "x".repeat(1001)]) {
      await assertRefused("invalid", storage.apply([{ do: "subscribe", account: id, name }]));
      await assertRefused("invalid", storage.apply([{ do: "unsubscribe", account: id, name }]));
    }
    await assertRefused("not-found", storage.apply([{ do: "subscribe", account: gone, name: "x" }]));
    await assertRefused("not-found", storage.apply([{ do: "unsubscribe", account: gone, name: "x" }]));
    const many = Array.from({ length: 10_001 }, (_, n) => ({ do: "subscribe", account: id, name: `${n}` } as const));
    await assertRefused("too-large", storage.apply(many));
    assertEquals(await storage.subscriptions(id), []);
  }],
];
