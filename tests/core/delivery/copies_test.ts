import { assertEquals } from "@std/assert";
import type { Filter } from "../../../core/contract/filter.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import { stranger, type TestDelivery, testDelivery } from "./deliver.ts";

const accepted = { accepted: true, id: "m1" } as const;
const sender = "kim@example.com";

/** All mail for host.example.org is joe's, each address by itself; as the tests' accounts are numbered. */
const joe = "1" as AccountId;
const resolve = (address: string) =>
  address.endsWith("@host.example.org")
    ? Promise.resolve({ kind: "account", account: joe, isSeparate: true } as const)
    : undefined;

/** Envelopes and texts of the messages in a mailbox. */
async function copies({ storage, read }: TestDelivery, name: string, mailbox = "INBOX"): Promise<unknown[]> {
  const account = await storage.accountByAddress(`${name}@example.org`);
  const found = account && await storage.mailboxByName(account.id, mailbox);
  const envelopes = found === undefined ? [] : [...(await storage.envelopes(found.id)).values()];
  assertEquals(envelopes.length, (await read(name, mailbox)).length);
  return envelopes.map((envelope) => [envelope.sender, envelope.recipient]);
}

Deno.test("copies: an account has one, with the first recipient that leads to it, and the sender", async () => {
  const tested = await testDelivery({ aliases: { "all@example.org": ["ann@example.org", "joe@example.org"] } });
  assertEquals(await tested.send({ to: ["JOE@example.org", "all@example.org", "joe+x@example.org"] }), accepted);
  assertEquals(await copies(tested, "joe"), [[sender, "JOE@example.org"]]);
  assertEquals(await copies(tested, "ann"), [[sender, "all@example.org"]]);
});

Deno.test("copies: each address of a multidrop domain has one, in one batch and of one body; given twice it has one", async () => {
  const tested = await testDelivery({ resolve });
  const to = ["fred@host.example.org", "joe@example.org", "jane@host.example.org", "Fred@host.example.org"];
  assertEquals(await tested.send({ to }), accepted);
  assertEquals(await copies(tested, "joe"), [
    [sender, "fred@host.example.org"],
    [sender, "joe@example.org"],
    [sender, "jane@host.example.org"],
  ]);
  assertEquals(await tested.bodies(), 1);
  assertEquals(new Set(await tested.read("joe")).size, 1);
});

Deno.test("copies: an alias of a multidrop domain has one for all that it leads to", async () => {
  const to = ["joe@example.org", "ann@example.org"];
  const tested = await testDelivery({
    resolve: (address) =>
      address.endsWith("@multi.example") ? Promise.resolve({ kind: "redirect", to, isSeparate: true }) : undefined,
  });
  assertEquals(await tested.send({ to: ["a@multi.example", "b@multi.example"] }), accepted);
  for (const name of ["joe", "ann"]) {
    assertEquals(await copies(tested, name), [[sender, "a@multi.example"], [sender, "b@multi.example"]]);
  }
});

Deno.test("copies: only that of the recipient whom a filter quarantines goes to Junk", async () => {
  const strict: Filter = {
    recipient: (_facts, address) =>
      Promise.resolve(
        address.startsWith("fred@") ? { action: "quarantine", reason: "not for fred" } : { action: "continue" },
      ),
  };
  const tested = await testDelivery({ resolve, filters: [strict] });
  await tested.storage.apply([{ do: "createMailbox", account: joe, name: "Junk" }]);
  const to = ["fred@host.example.org", "jane@host.example.org"];
  assertEquals(await tested.send({ facts: stranger, to }), accepted);
  assertEquals(await copies(tested, "joe"), [[sender, "jane@host.example.org"]]);
  assertEquals(await copies(tested, "joe", "Junk"), [[sender, "fred@host.example.org"]]);
});
