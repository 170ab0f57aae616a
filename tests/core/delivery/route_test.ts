import { assert, assertEquals } from "@std/assert";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import { type Differences, stranger, testDelivery } from "./deliver.ts";

/** What comes of RCPT, in short: addresses of the accounts, or the reply. */
async function routed(address: string, differences: Differences = {}, facts = stranger) {
  const { delivery, storage, lines } = await testDelivery(differences);
  const answer = await delivery.recipient(facts, address);
  if (!answer.accepted) {
    return { reply: `${answer.reply.code} ${answer.reply.enhanced}`, text: answer.reply.text, lines };
  }
  assertEquals(answer.recipient.address, address);
  const accounts = await Promise.all(answer.recipient.accounts.map((account) => storage.account(account)));
  return { to: accounts.map((account) => account?.address.split("@")[0]), remote: answer.recipient.remote, lines };
}

const warned = ({ lines }: { readonly lines: readonly string[] }) => lines.filter((line) => line.startsWith("warn"));

Deno.test("route: an account is itself, an unknown name is 550 5.1.1", async () => {
  assertEquals((await routed("joe@example.org")).to, ["joe"]);
  assertEquals((await routed("nobody@example.org")).reply, "550 5.1.1");
});

Deno.test("route: RFC 5321 §3.6.2: who has not authenticated does not relay", async () => {
  assertEquals((await routed("kim@example.com")).reply, "550 5.7.1");
});

Deno.test("route: RFC 3463 §3.5: who has authenticated is told that there is no way out", async () => {
  const facts = { ...stranger, account: "7" as AccountId };
  const { reply, text } = await routed("kim@example.com", {}, facts);
  assertEquals([reply, text], ["550 5.4.4", "This server has no way to send mail to that domain"]);
  assertEquals((await routed("joe@example.org", {}, facts)).to, ["joe"]);
});

/** Who has logged in. */
const user = { ...stranger, account: "7" as AccountId };

Deno.test("route: no open relay: what a transport names is taken from everyone, `*` from those who have logged in", async () => {
  const transports = [["archive.example.com", "b\u00fccher.example"], ["*"]];
  const outcome = async (address: string, facts = stranger, ways: Differences = { transports }) => {
    const { remote, reply } = await routed(address, ways, facts);
    return remote?.join() ?? reply;
  };
  for (const address of ["kim@archive.example.com", "kim@ARCHIVE.example.com", "kim@xn--bcher-kva.example"]) {
    assertEquals([await outcome(address), await outcome(address, user)], [address, address]);
  }
  for (const address of ["kim@example.com", "kim@sub.archive.example.com", "kim@[192.0.2.1]", "a%b@c@d.example"]) {
    assertEquals([await outcome(address), await outcome(address, user)], ["550 5.7.1", address]);
  }
  // Neither a domain called "*" nor an address without a domain opens anything.
  for (const address of ["kim@*", "kim"]) assertEquals(await outcome(address), "550 5.7.1");
  for (const ways of [{}, { transports: [["other.example"]] }]) {
    assertEquals(await outcome("kim@example.com", stranger, ways), "550 5.7.1");
    assertEquals(await outcome("kim@example.com", user, ways), "550 5.4.4");
  }
});

Deno.test("route: RFC 4505: an account that is everybody's relays no more than a stranger", async () => {
  const differences = {
    transports: [["archive.example.com"], ["*"]],
    isEverybodys: (account: AccountId) => Promise.resolve(account === user.account),
  };
  assertEquals((await routed("kim@example.com", differences, user)).reply, "550 5.7.1");
  assertEquals((await routed("kim@archive.example.com", differences, user)).remote, ["kim@archive.example.com"]);
  const other = { ...stranger, account: "8" as AccountId };
  assertEquals((await routed("kim@example.com", differences, other)).remote, ["kim@example.com"]);
});

Deno.test("route: local mail stays here, whatever transports there are", async () => {
  const differences = { transports: [["example.org"], ["*"]] };
  assertEquals((await routed("joe@example.org", differences)).to, ["joe"]);
  assertEquals((await routed("nobody@example.org", differences, user)).reply, "550 5.1.1");
});

Deno.test("route: an alias that leads to other servers goes there, whoever sends, where there is a way", async () => {
  const aliases = {
    "team@example.org": ["joe@example.org", "more@example.org"],
    "more@example.org": ["kim@example.com"],
  };
  for (const transports of [[["example.com"]], [["*"]]]) {
    for (const facts of [stranger, user]) {
      const found = await routed("team@example.org", { aliases, transports }, facts);
      assertEquals([found.to, found.remote, warned(found)], [["joe"], ["kim@example.com"], []]);
      assertEquals((await routed("more@example.org", { aliases, transports }, facts)).remote, ["kim@example.com"]);
    }
  }
  // Never half-delivered.
  const found = await routed("team@example.org", { aliases, transports: [["other.example"]] });
  assertEquals(found.reply, "550 5.4.4");
});

Deno.test("route: aliases are followed to all their accounts, each once, also by way of sub-addresses", async () => {
  const aliases = {
    "team@example.org": ["joe@example.org", "pair@example.org", "joe+x@example.org"],
    "pair@example.org": ["ann@example.org", "joe@example.org"],
  };
  const found = await routed("team@example.org", { aliases });
  assertEquals([found.to, warned(found)], [["joe", "ann"], []]);
});

Deno.test("route: aliases that lead only to each other lead nowhere, and the operator is told", async () => {
  for (
    const aliases of [
      { "a@example.org": ["a@example.org"] },
      { "a@example.org": ["b@example.org"], "b@example.org": ["c@example.org"], "c@example.org": ["a@example.org"] },
    ]
  ) {
    const found = await routed("a@example.org", { aliases });
    assertEquals([found.reply, warned(found).length], ["550 5.4.6", 1]);
  }
});

Deno.test("route: a loop among aliases does no harm where they lead to somebody as well", async () => {
  const aliases = {
    "a@example.org": ["b@example.org", "joe@example.org"],
    "b@example.org": ["a@example.org", "ann@example.org"],
  };
  assertEquals((await routed("a@example.org", { aliases })).to, ["joe", "ann"]);
});

Deno.test("route: an alias that leads to another server, even in part, is refused and the operator told", async () => {
  const aliases = { "a@example.org": ["joe@example.org", "b@example.org"], "b@example.org": ["kim@example.com"] };
  for (const facts of [stranger, { ...stranger, account: "7" as AccountId }]) {
    const found = await routed("a@example.org", { aliases }, facts);
    assertEquals(found.reply, "550 5.4.4");
    assert(!found.text?.includes("kim"), "where an alias leads is nobody's business");
    assert(warned(found)[0]?.includes("recipient=a@example.org at=kim@example.com"), `${found.lines}`);
  }
});

Deno.test("route: an alias with dead ends leads to the others, or is unknown; the operator is told", async () => {
  const aliases = { "a@example.org": ["gone@example.org", "joe@example.org"], "b@example.org": ["gone@example.org"] };
  const some = await routed("a@example.org", { aliases });
  assertEquals([some.to, warned(some).length], [["joe"], 1]);
  const none = await routed("b@example.org", { aliases });
  assertEquals([none.reply, warned(none).length], ["550 5.1.1", 1]);
});

Deno.test("route: a tangle of aliases ends the search", async () => {
  let asked = 0;
  const resolve = (address: string) => {
    asked++;
    const to = [`${address.length}-${asked}-l@example.org`, `${address.length}-${asked}-r@example.org`];
    return Promise.resolve({ kind: "redirect", to } as const);
  };
  const found = await routed("a@example.org", { resolve });
  assertEquals([found.reply, warned(found).length], ["550 5.5.3", 1]);
  assert(asked <= 1001, `asked ${asked} times`);
  const wide = { "a@example.org": Array.from({ length: 5000 }, (_, n) => `u${n}@example.org`) };
  assertEquals((await routed("a@example.org", { aliases: wide })).reply, "550 5.5.3");
});

Deno.test("route: a directory that fails is 451 4.3.0, and its reason the operator's", async () => {
  const resolve = (address: string) => address.startsWith("a") ? Promise.reject(new Error("no database")) : undefined;
  for (const to of ["ann@example.org", "b@example.org"]) {
    const found = await routed(to, { resolve, aliases: { "b@example.org": ["ann@example.org"] } });
    assertEquals(found.reply, "451 4.3.0");
    assert(!found.text?.includes("database"));
    assert(found.lines.some((line) => line.startsWith("error") && line.includes("no database")), `${found.lines}`);
  }
});
