/** Datasets (RFC 2244). */
import { assert, assertEquals } from "@std/assert";
import type { DatasetOperation, DatasetOwner, DatasetPlace } from "../../../core/contract/datasets.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, octets, text } from "./support.ts";

const path = "/class/~/";

/** Stores entries of one dataset, by name; without a value: removes them. */
function put(
  storage: Storage,
  owner: DatasetOwner,
  entries: Readonly<Record<string, string | undefined>>,
  given: Partial<DatasetOperation> & { readonly path?: string } = {},
): Promise<unknown> {
  const { path: at = path, ...rest } = given;
  const changes = Object.entries(entries).map(([name, value]) => ({
    ...{ path: at, name },
    ...value !== undefined && { value: octets(value) },
  }));
  return storage.apply([{ do: "storeEntries", owner, asOf: Infinity, most: Infinity, entries: changes, ...rest }]);
}

/** Names and values. */
async function contents(storage: Storage, place: DatasetPlace): Promise<[string, string][]> {
  return (await storage.dataset(place)).entries.map(({ name, value }) => [name, text(value)]);
}

/** Promises about datasets. */
export const datasetPromises: readonly StoragePromise[] = [
  ["RFC 2244 §1.2: a dataset has its owner's entries in the order of their octets, and they last", async ({
    storage,
    reopen,
  }) => {
    const one = await account(storage), other = await account(storage, "other@x");
    await put(storage, one, { "b": "1", "": "2", "a": "3", "\u{1f600}": "4", "\uffe6": "5", "B": "6" });
    await put(storage, other, { "b": "other" });
    await put(storage, "everybody", { "b": "all" });
    await put(storage, one, { "b": "below" }, { path: `${path}b/` });
    const current = await reopen?.() ?? storage;
    const expected = [["", "2"], ["B", "6"], ["a", "3"], ["b", "1"], ["\uffe6", "5"], ["\u{1f600}", "4"]];
    assertEquals(await contents(current, { owner: one, path }), expected as [string, string][]);
    assertEquals(await contents(current, { owner: other, path }), [["b", "other"]]);
    assertEquals(await contents(current, { owner: "everybody", path }), [["b", "all"]]);
    assertEquals(await contents(current, { owner: one, path: `${path}b/` }), [["b", "below"]]);
    assertEquals(await contents(current, { owner: one, path: "/none/" }), []);
  }],
  ["only the entries that are asked for are given, where some are", async ({ storage }) => {
    const owner = await account(storage);
    await put(storage, owner, { "b": "1", "": "2", "a": "3", '"': "4", "é": "5" });
    const names = async (...names: string[]) =>
      (await storage.dataset({ owner, path }, { names })).entries.map(({ name }) => name);
    assertEquals(await names("é", "none", "", '"', "b"), ["", '"', "b", "é"]);
    assertEquals(await names(), []);
  }],
  ["values are octets, and what is read belongs to the reader", async ({ storage }) => {
    const owner = await account(storage);
    const every = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const entries = [{ path, name: "x", value: every }, { path, name: "empty", value: new Uint8Array() }];
    const stored = storage.apply([{ do: "storeEntries", owner, asOf: 0, most: 1000, entries }]);
    await stored;
    every.fill(0);
    const [empty, x] = (await storage.dataset({ owner, path })).entries;
    assertEquals(empty?.value, new Uint8Array());
    assertEquals(x?.value, Uint8Array.from({ length: 256 }, (_, octet) => octet));
    x?.value.fill(1);
    const [, again] = (await storage.dataset({ owner, path })).entries;
    assertEquals(again?.value[0], 0);
  }],
  ["RFC 2244 §3.1.1: modtimes always ascend, also within a batch, and are near the time", async ({ storage }) => {
    const one = await account(storage), other = await account(storage, "other@x");
    const before = Date.now() * 1000 - 60_000_000;
    const modtimes: number[] = [];
    for (let round = 0; round < 5; round++) {
      await put(storage, round % 2 === 0 ? one : other, { a: `${round}`, b: `${round}` });
      const { entries, modtime } = await storage.dataset({ owner: round % 2 === 0 ? one : other, path });
      modtimes.push(...entries.map((entry) => entry.modtime));
      assertEquals(modtime, modtimes.at(-1));
    }
    assertEquals(modtimes, [...new Set(modtimes)].sort((a, b) => a - b));
    assert((modtimes[0] ?? 0) > before && (modtimes.at(-1) ?? 0) < Date.now() * 1000 + 60_000_000);
    // What others store shows in every dataset's.
    assertEquals((await storage.dataset({ owner: "everybody", path })).modtime, modtimes.at(-1));
  }],
  ["stores at the same time get different modtimes, and none is lost", async ({ storage }) => {
    const owner = await account(storage);
    await Promise.all(Array.from({ length: 20 }, (_, n) => put(storage, owner, { [`${n}`]: "x" })));
    const { entries } = await storage.dataset({ owner, path });
    assertEquals(entries.length, 20);
    assertEquals(new Set(entries.map(({ modtime }) => modtime)).size, 20);
  }],
  ["what is stored as of a time is refused when the owner's datasets were changed since", async ({ storage }) => {
    const owner = await account(storage);
    await put(storage, owner, { a: "1" });
    const { modtime: asOf } = await storage.dataset({ owner, path });
    await put(storage, "everybody", { a: "1" });
    await put(storage, owner, { a: "2" }, { asOf });
    await assertRefused("conflict", put(storage, owner, { a: "3" }, { asOf }));
    await assertRefused("conflict", put(storage, owner, { z: "3" }, { asOf, path: "/other/" }));
    const { modtime: now } = await storage.dataset({ owner, path });
    await put(storage, owner, { a: undefined }, { asOf: now });
    await assertRefused("conflict", put(storage, owner, { a: "3" }, { asOf: now }));
    assertEquals(await contents(storage, { owner, path }), []);
  }],
  ["RFC 2244 §6.6.2: removals are remembered since a time, until the entry is there again", async ({
    storage,
    reopen,
  }) => {
    const owner = await account(storage);
    await put(storage, owner, { a: "1", b: "1", c: "1" });
    const { modtime: since } = await storage.dataset({ owner, path });
    await put(storage, owner, { b: undefined, never: undefined });
    await put(storage, owner, { a: undefined });
    await put(storage, owner, { a: undefined });
    const current = await reopen?.() ?? storage;
    const { removed, entries, modtime } = await current.dataset({ owner, path }, { removedSince: since });
    assertEquals([removed.map(({ name }) => name), entries.map(({ name }) => name)], [["b", "a"], ["c"]]);
    assertEquals(removed.at(-1)?.modtime, modtime);
    const [first] = removed;
    assertEquals(
      (await current.dataset({ owner, path }, { removedSince: first?.modtime ?? 0 })).removed.map(({ name }) => name),
      ["a"],
    );
    assertEquals((await current.dataset({ owner, path })).removed, []);
    await put(current, owner, { a: "2" });
    assertEquals((await current.dataset({ owner, path }, { removedSince: since })).removed.map(({ name }) => name), [
      "b",
    ]);
  }],
  ["a thousand removals of an owner are remembered, and it is known from when on", async ({ storage }) => {
    const owner = await account(storage), other = await account(storage, "other@x");
    const names = Array.from({ length: 1003 }, (_, n) => `${n}`);
    await put(storage, owner, Object.fromEntries(names.map((name) => [name, "x"])));
    await put(storage, other, { x: "x" });
    await put(storage, other, { x: undefined });
    assertEquals((await storage.dataset({ owner, path })).remembersSince, 0);
    await put(storage, owner, Object.fromEntries(names.map((name) => [name, undefined])));
    const { removed, remembersSince } = await storage.dataset({ owner, path }, { removedSince: 0 });
    assertEquals(removed.length, 1000);
    assert(remembersSince > 0 && remembersSince < (removed[0]?.modtime ?? 0));
    const { removed: others, remembersSince: all } = await storage.dataset({ owner: other, path }, { removedSince: 0 });
    assertEquals([others.length, all], [1, 0]);
  }],
  [
    "octets of entries, paths and names are counted, and a hundred for each; more than the most are refused, less is not",
    async ({ storage }) => {
      const owner = await account(storage);
      const most = 3 * (path.length + 1 + 10 + 100);
      await put(storage, owner, { a: "x".repeat(10), b: "x".repeat(10), c: "x".repeat(10) }, { most });
      assertEquals(await storage.datasetOctets(owner), most);
      await assertRefused("over-quota", put(storage, owner, { a: "x".repeat(11) }, { most }));
      await put(storage, owner, { a: "y".repeat(10) }, { most });
      // What is over already may shrink.
      await put(storage, owner, { a: "é" }, { most: 1 });
      assertEquals(await storage.datasetOctets(owner), most - 8);
      await put(storage, owner, { a: undefined, b: undefined, c: undefined }, { most: 1 });
      assertEquals([await storage.datasetOctets(owner), await storage.datasetOctets("everybody")], [0, 0]);
    },
  ],
  ["places with entries are found below a path, of one owner or of all", async ({ storage }) => {
    const one = await account(storage), other = await account(storage, "other@x");
    await put(storage, one, { a: "x" }, { path: "/b/~/" });
    await put(storage, one, { a: "x" }, { path: "/a/~/" });
    await put(storage, one, { a: "x" }, { path: "/a/~/sub/" });
    await put(storage, other, { a: "x" }, { path: "/a/~/" });
    await put(storage, other, { a: undefined }, { path: "/a/~/" });
    await put(storage, "everybody", { a: "x" }, { path: "/a/site/" });
    await put(storage, "everybody", { a: "x" }, { path: "/ab/site/" });
    const found = async (below: string, owner?: DatasetOwner) =>
      (await storage.datasets(below, owner)).map(({ owner, path }) => `${owner === one ? "one" : owner} ${path}`);
    assertEquals(await found("/a/"), ["everybody /a/site/", "one /a/~/", "one /a/~/sub/"]);
    assertEquals(await found("/a/", one), ["one /a/~/", "one /a/~/sub/"]);
    assertEquals(await found("/", "everybody"), ["everybody /a/site/", "everybody /ab/site/"]);
    assertEquals(await found("/", other), []);
  }],
  ["what cannot be an entry, or is too large, is refused, and nothing of its batch is done", async ({ storage }) => {
    const owner = await account(storage);
    const one = (change: DatasetOperation["entries"][number]) =>
      storage.apply([{
        ...{ do: "storeEntries", owner, asOf: Infinity, most: Infinity },
        entries: [{ path, name: "first", value: octets("x") }, change],
      }]);
    const value = octets("x");
    await assertRefused("invalid", one({ path: "no/slash", name: "a", value }));
    await assertRefused("invalid", one({ path: "//", name: "a", value }));
    await assertRefused("invalid", one({ path, name: "a/b", value }));
    await assertRefused("too-large", one({ path, name: "x".repeat(4100), value }));
    await assertRefused("too-large", one({ path, name: "a", value: new Uint8Array(1024 * 1024 + 1) }));
    assertEquals(await contents(storage, { owner, path }), []);
    assertEquals(await storage.datasetOctets(owner), 0);
  }],
  ["an account that is removed takes its datasets along", async ({ storage }) => {
    const gone = await account(storage);
    await put(storage, gone, { a: "x" });
    await put(storage, "everybody", { a: "x" });
    await storage.changeAccounts([{ do: "removeAccount", account: gone }]);
    assertEquals(await contents(storage, { owner: gone, path }), []);
    assertEquals(await storage.datasetOctets(gone), 0);
    assertEquals((await storage.datasets("/")).length, 1);
    await assertRefused("not-found", put(storage, gone, { a: "x" }));
    await assertRefused("not-found", put(storage, "0" as AccountId, { a: "x" }));
    const again = await account(storage);
    assertEquals(await contents(storage, { owner: again, path }), []);
  }],
  ["those who watch an account are told of its datasets, and of everybody's, once they can be read", async ({
    storage,
  }) => {
    const one = await account(storage), other = await account(storage, "other@x");
    for (const owner of [one, "everybody"] as const) {
      const stop = new AbortController();
      const changes = storage.watch(one, stop.signal)[Symbol.asyncIterator]();
      const heard = changes.next();
      await put(storage, other, { a: "not for them" });
      await put(storage, owner, { "nothing is removed": undefined });
      await put(storage, owner, { a: "x" });
      assertEquals((await heard).value, { modseq: 0n });
      assertEquals(await contents(storage, { owner, path }), [["a", "x"]]);
      stop.abort();
    }
  }],
];
