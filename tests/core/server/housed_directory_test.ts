import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AccountId, Directory, Recipient } from "../../../core/contract/mod.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { housedDirectory } from "../../../core/server/housed_directory.ts";
import { memoryStorage } from "../../../storage/memory/storage.ts";

const passwords = new Map([["ann", "engine"], ["bob", "word"], ["1", "one"], ["Ann", "other"]]);

/** Knows people by their names, and nothing of a storage. */
function plainDirectory() {
  const asked: string[] = [];
  const known = (login: string) => {
    const name = login.replace(/@example\.org$/, "");
    return passwords.has(name) ? name as AccountId : undefined;
  };
  const directory = {
    canCheckPassword: true,
    secretSchemes: new Set(["plain"] as const),
    checkPassword: (login: string, password: string) =>
      Promise.resolve(passwords.get(login) === password ? known(login) : undefined),
    secret: ((login: string) => {
      const account = known(login);
      return Promise.resolve(account && { account, password: passwords.get(account) ?? "" });
    }) as Directory["secret"],
    mayActAs: (account: AccountId, login: string) => {
      asked.push(`${account} as ${login}`);
      return Promise.resolve(account === login || account === "bob" ? known(login) : undefined);
    },
    resolve: (address: string): Promise<Recipient> => {
      if (!address.endsWith("@example.org")) return Promise.resolve({ kind: "remote" });
      if (address === "all@example.org") return Promise.resolve({ kind: "redirect", to: ["ann@example.org"] });
      const account = known(address);
      return Promise.resolve(account === undefined ? { kind: "unknown" } : { kind: "account", account });
    },
  };
  return { directory, asked };
}

function house(given = plainDirectory()) {
  const accounts = memoryStorage();
  const knowsAccounts = () => false;
  const open = () =>
    housedDirectory(given.directory, { accounts, domains: ["example.org", "example.net"], knowsAccounts });
  return { accounts, open, asked: given.asked };
}

Deno.test("directories: whoever a directory knows has an account in the storage, with its mailbox", async () => {
  const { accounts, open } = house();
  const directory = open();
  const account = await directory.checkPassword("ann", "engine");
  assert(account !== undefined);
  assertEquals((await accounts.account(account))?.address, "ann@example.org");
  assertEquals((await accounts.mailboxes(account)).map(({ name }) => name), ["INBOX"]);
  assertEquals(await directory.resolve("ann@example.org"), { kind: "account", account });
  assertEquals((await directory.secret("ann", "plain"))?.account, account);
  assertEquals(await directory.findAccount("ann"), account);
  assertEquals(await directory.findAccount("ann@example.org"), account);
  // Another opening of the same storage, after a restart.
  assertEquals(await open().checkPassword("ann", "engine"), account);
});

Deno.test("directories: who is met by whoever is first, both get one account", async () => {
  const { accounts, open } = house();
  const found = await Promise.all(Array.from({ length: 5 }, () => open().resolve("bob@example.org")));
  assertEquals(new Set(found.map((recipient) => recipient.kind === "account" && recipient.account)).size, 1);
  assertEquals((await accounts.accounts()).length, 1);
});

Deno.test("directories: names of its own are never taken for ids of the storage, nor for each other", async () => {
  const { accounts, open } = house();
  const directory = open();
  const bob = await directory.checkPassword("bob", "word");
  const one = await directory.checkPassword("1", "one");
  const ann = await directory.checkPassword("ann", "engine");
  const other = await directory.checkPassword("Ann", "other");
  assertEquals(new Set([bob, one, ann, other]).size, 4);
  assertEquals((await accounts.accounts()).map(({ address }) => address).toSorted(), [
    "1@example.org",
    "Ann@example.org",
    "ann@example.org",
    "bob@example.org",
  ]);
});

Deno.test("directories: nobody gets an account for an address that is not theirs, or is nobody's", async () => {
  const { accounts, open } = house();
  const directory = open();
  assertEquals(await directory.resolve("eve@example.org"), { kind: "unknown" });
  assertEquals(await directory.resolve("ann@elsewhere.example"), { kind: "remote" });
  assertEquals(await directory.resolve("all@example.org"), { kind: "redirect", to: ["ann@example.org"] });
  assertEquals(await directory.checkPassword("ann", "wrong"), undefined);
  assertEquals(await directory.findAccount("all"), undefined);
  assertEquals((await accounts.accounts()).length, 0);
});

Deno.test("directories: the directory is asked about its own names, also by sessions that are older than it", async () => {
  const { open, asked } = house();
  const bob = await open().checkPassword("bob", "word");
  assert(bob !== undefined);
  const directory = open();
  const ann = await directory.mayActAs(bob, "ann");
  assertEquals(ann, await directory.findAccount("ann"));
  assertEquals(asked, ["bob as ann"]);
  assertEquals(await directory.maySendAs(bob, "bob@example.org"), true);
  assertEquals(await directory.maySendAs(bob, "ann@example.org"), false);
  assertEquals(await directory.maySendAs(bob, "all@example.org"), false);
});

Deno.test("directories: an account that is nobody's any more may do nothing, whoever is called as its id is", async () => {
  const { accounts, open, asked } = house();
  await accounts.changeAccounts([{ do: "createAccount", address: "eve@example.org", secrets: {} }]);
  const eve = (await accounts.accountByAddress("eve@example.org"))?.id;
  assertEquals(eve, "1");
  assert(eve !== undefined);
  assertEquals(await open().mayActAs(eve, "1"), undefined);
  assertEquals(await open().maySendAs(eve, "1@example.org"), false);
  assertEquals(asked, []);
});

Deno.test("directories: an alias in the storage is nobody's home", async () => {
  const { accounts, open } = house();
  await accounts.changeAccounts([{ do: "setAlias", address: "ann@example.org", to: ["bob@example.org"] }]);
  const error = await assertRejects(() => open().resolve("ann@example.org"), Refusal);
  assertEquals(error.kind, "unavailable");
});

Deno.test("directories: one that has asked for the storage's accounts is left alone", async () => {
  const { directory } = plainDirectory();
  const nobody = () => Promise.resolve(undefined);
  const whole = { ...directory, findAccount: nobody, maySendAs: () => Promise.resolve(false) };
  const accounts = memoryStorage();
  const parts = { accounts, domains: ["example.org"] as const, knowsAccounts: () => true };
  assert(housedDirectory(whole, parts) === whole);
  const derived = housedDirectory(directory, parts);
  assertEquals(await derived.findAccount("ann"), "ann" as AccountId);
  assertEquals((await accounts.accounts()).length, 0);
});
