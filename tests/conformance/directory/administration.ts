/** Promises about changes to accounts: what they do, and what they say where they do nothing. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Refusal, type RefusalKind } from "../../../core/contract/refusal.ts";
import type { DirectoryPromise } from "../directory_suite.ts";

/** A refusal of that kind whose one line says all of these words, and no password. Gives it. */
async function assertRefuses(
  work: () => Promise<unknown>,
  kind: RefusalKind,
  ...words: readonly string[]
): Promise<Refusal> {
  const refusal = await assertRejects(work, Refusal), { kind: found, message } = refusal;
  assertEquals(found, kind, message);
  for (const word of words) assert(message.includes(word), `${message} — does not say ${word}`);
  assert(!message.includes("\n") && !message.includes("Geheim"), message);
  return refusal;
}

const password = "Geheim";

/** Them. */
export const adminPromises: readonly DirectoryPromise[] = [
  ["accounts are listed and shown, by address, with the names of what is kept and nothing of it", async ({ admin }) => {
    const ben = await admin.add("ben@example.org", password);
    const ann = await admin.add("ann@example.net", password);
    assertEquals(await admin.list(), [ann, ben]);
    assertEquals(await admin.show("Ben@example.org"), ben);
    assert(ben.secrets.length > 0 && !JSON.stringify(ben).includes(password));
    assert(ben.createdAt instanceof Date);
  }],
  ["a quota is set as a whole, shown, and taken away", async ({ admin }) => {
    const joe = await admin.add("joe@example.org", password);
    assertEquals(joe.quota, undefined);
    await admin.setQuota("Joe@example.org", { storage: 1e9, messages: 10 });
    await admin.setQuota("joe@example.org", { storage: 2e9, mailboxes: 5 });
    assertEquals((await admin.show("joe@example.org")).quota, { storage: 2e9, mailboxes: 5 });
    await assertRefuses(() => admin.setQuota("joe@example.org", { messages: -1 }), "invalid", "limit");
    await admin.setQuota("joe@example.org", {});
    assertEquals(await admin.list(), [joe]);
  }],
  ["aliases are listed by address", async ({ admin }) => {
    await admin.add("joe@example.org", password);
    await admin.setAlias("b@example.org", ["joe@example.org", "joe@example.org"]);
    await admin.setAlias("@example.net", ["b@example.org"]);
    assertEquals(await admin.aliases(), [
      { address: "@example.net", to: ["b@example.org"] },
      { address: "b@example.org", to: ["joe@example.org"] },
    ]);
  }],
  ["an address must be one, of a local domain, and free", async ({ admin }) => {
    await admin.add("joe@example.org", password);
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    await assertRefuses(() => admin.add("ann", password), "invalid", "ann@example.org");
    await assertRefuses(() => admin.add("ann smith@example.org", password), "invalid", '"ann smith"@example.org');
    for (const address of ["", "@example.org", "ann@", "ann@exa mple", "a\nb@example.org"]) {
      await assertRefuses(() => admin.add(address, password), "invalid", "LOCAL@DOMAIN");
    }
    await assertRefuses(() => admin.add(`${"a".repeat(65)}@example.org`, password), "invalid", "64 octets");
    await assertRefuses(() => admin.add("ann@exmaple.org", password), "invalid", "example.org", "example.net");
    await assertRefuses(() => admin.add("JOE@example.org", password), "conflict", "JOE@example.org");
    await assertRefuses(() => admin.add("info@example.org", password), "conflict", "alias");
    assertEquals((await admin.list()).length, 1);
  }],
  ["a password must be one that every protocol can carry", async ({ admin }) => {
    await admin.add("joe@example.org", password);
    const refused = [["", "empty"], ["a\tb", "control"], ["a\r\nb", "control"], ["x".repeat(513), "513"], [
      "\u00ad",
      "RFC 4013",
    ]];
    for (const [wrong = "", word = ""] of refused) {
      await assertRefuses(() => admin.add("ann@example.org", wrong), "invalid", word);
      await assertRefuses(() => admin.setPassword("joe@example.org", wrong), "invalid", word);
    }
    assertEquals((await admin.list()).length, 1);
  }],
  ["an account that is not there is not found, with the nearest that is", async ({ admin }) => {
    await admin.add("joe@example.org", password);
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    const questions: readonly ((who: string) => Promise<unknown>)[] = [
      (who) => admin.show(who),
      (who) => admin.remove(who),
      (who) => admin.setPassword(who, password),
      (who) => admin.setQuota(who, { messages: 1 }),
    ];
    for (const ask of questions) {
      await assertRefuses(() => ask("jeo@example.org"), "not-found", "joe@example.org");
      await assertRefuses(() => ask("info@example.org"), "not-found", "alias");
      await assertRefuses(() => ask("joe@example.com"), "invalid", "not a local domain");
    }
    await assertRefuses(() => admin.setAlias("inof@example.org", []), "not-found", "info@example.org");
  }],
  ["an alias has an address of its own, leads to somebody and not to itself", async ({ admin }) => {
    await admin.add("joe@example.org", password);
    await admin.setAlias("a@example.org", ["joe@example.org"]);
    await admin.setAlias("b@example.org", ["a@example.org"]);
    await assertRefuses(() => admin.setAlias("joe@example.org", ["a@example.org"]), "conflict", "account");
    await assertRefuses(
      () => admin.setAlias("a@example.org", ["joe@example.org", "b@example.org"]),
      "invalid",
      "itself",
    );
    await assertRefuses(() => admin.setAlias("a@example.org", ["A@example.org"]), "invalid", "itself");
    await assertRefuses(() => admin.setAlias("c@example.org", ["jeo@example.org"]), "not-found", "joe@example.org");
    await assertRefuses(() => admin.setAlias("c@example.org", ["joe"]), "invalid", "joe@example.org");
    await assertRefuses(() => admin.setAlias("c@example.com", ["joe@example.org"]), "invalid", "not a local domain");
    await assertRefuses(() => admin.setAlias("@example.com", ["joe@example.org"]), "invalid", "not a local domain");
    assertEquals((await admin.aliases()).map(({ to }) => to), [["joe@example.org"], ["a@example.org"]]);
  }],
  ["many accounts are added at once, in the order they were given", async ({ directory, admin }) => {
    const many = Array.from({ length: 310 }, (_, n) => ({ address: `U${n}@example.org`, password: `pw${n}` }));
    const added = await admin.addAll(many);
    assertEquals(added.map(({ address }) => address), many.map(({ address }) => address.toLowerCase()));
    assertEquals((await admin.list()).length, 310);
    assertEquals(await directory.checkPassword("u305", "pw305"), added[305]?.account);
    assertEquals(await admin.addAll([]), []);
  }],
  ["where one of many cannot be added, none is, and all problems are told by place", async ({ admin }) => {
    await admin.add("joe@example.org", password);
    const list = [
      { address: "ann@example.org", password },
      { address: "ben@example.org", password: "" },
      { address: "JOE@example.org", password },
      { address: "Ann@example.org", password },
    ];
    const refusal = await assertRefuses(
      () => admin.addAll(list),
      "invalid",
      "account 2: ben@example.org: the password is empty",
      "account 3: JOE@example.org",
      "account 4: Ann@example.org is in the list already",
    );
    assertEquals(refusal.entries?.map(({ index }) => index), [1, 2, 3]);
    assertEquals((await admin.list()).map(({ address }) => address), ["joe@example.org"]);
  }],
];
