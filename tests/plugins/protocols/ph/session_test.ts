/** The rules of RFC 2378, and the bounds of a server that anybody may ask. */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { Pattern } from "../../../../plugins/protocols/ph/pattern.ts";
import plugin from "../../../../plugins/protocols/ph/plugin.ts";
import { find, readQuery } from "../../../../plugins/protocols/ph/query.ts";
import { converse, mailContext } from "../mail_context.ts";
import { here, ph } from "./serve.ts";

const people = ["alice@example.org", "bob.smith@example.org", "bob.jones@example.net", '"odd name"@example.org'];

/** Addresses that a query finds, or the last line of the answer. */
async function found(query: string, options?: Record<string, unknown>): Promise<string[] | string> {
  const { serve } = await ph(people, options);
  const received = await converse(serve, `query ${query}\r\n`, here);
  const emails = [...received.matchAll(/^-200:\d+: *email: (.*)\r$/gm)].map(([, address = ""]) => address);
  return emails.length > 0 ? emails : received.split("\r\n").at(-2) ?? "";
}

Deno.test("ph: others have their turn while many accounts are looked at", async () => {
  const query = readQuery([{ value: "alice", isQuoted: false }]);
  assert(!("problems" in query));
  const { storage } = await mailContext({ address: "alice@example.org" });
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  assertEquals(await find(storage, query, 10), ["alice@example.org"]);
  clearInterval(timer);
  assert(turns >= 1);
});

Deno.test("ph: RFC 2378 §2.3: words are compared whole and without regard to case, and all of them must be there", async () => {
  assertEquals(await found("BOB"), ["bob.jones@example.net", "bob.smith@example.org"]);
  assertEquals(await found("bob smith"), ["bob.smith@example.org"]);
  assertEquals(await found("smith name=bob"), ["bob.smith@example.org"]);
  assertEquals(await found("smit"), "501:No matches to your query.");
  assertEquals(await found('"bob smith"'), ["bob.smith@example.org"]);
  assertEquals(await found('"smith bob"'), "501:No matches to your query.");
  assertEquals(await found("email=bob.jones@example.net"), ["bob.jones@example.net"]);
  assertEquals(await found("alias=alice"), ["alice@example.org"]);
  assertEquals(await found("any=jones"), ["bob.jones@example.net"]);
  assertEquals(await found('"odd name"'), ['"odd name"@example.org']);
});

Deno.test("ph: RFC 2378 §2.3: wildcards", () => {
  const cases: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
    ["al*", ["al", "alice", "ALICE"], ["bal", "a"]],
    ["*ice", ["ice", "alice"], ["icey"]],
    ["al+", ["ali"], ["al"]],
    ["al?ce", ["alice", "alüce"], ["alce", "aliice"]],
    ["al[ei]ce", ["alice", "alece"], ["aloce", "al[ei]ce"]],
    ["a*b*c", ["abc", "axxbyyc", "abbcc", "abcbc"], ["acb", "ab"]],
    ["[", ["["], [""]],
    ["", [""], ["a"]],
    ["*", ["", "anything"], []],
  ];
  for (const [pattern, yes, no] of cases) {
    for (const text of yes) assert(new Pattern(pattern).matches(text), `${pattern} is ${text}`);
    for (const text of no) assert(!new Pattern(pattern).matches(text), `${pattern} is not ${text}`);
  }
});

Deno.test("ph: a search takes no longer for its wildcards", () => {
  const pattern = new Pattern(`${"*a".repeat(400)}*b`);
  assertEquals(pattern.matches("a".repeat(5000)), false);
});

Deno.test("ph: RFC 2378 §1.1.1: nobody gets a list without knowing how one of its names begins", async () => {
  const refused = "500:Did not understand query.";
  for (const query of ["*", "?*", "a*", "[a-z]*", "*lice", "email=*", "", "return email", '"*"', "x"]) {
    assertEquals(await found(query), refused, query);
  }
  assertEquals(await found("al*"), ["alice@example.org"]);
  assertEquals(await found("* alice"), ["alice@example.org"]);
});

Deno.test("ph: more matches than configured are not shown, and no more accounts are looked at", async () => {
  assertEquals(await found("bob*", { most_matches: 1 }), "502:Too many entries to print.");
  assertEquals((await found("bob*", { most_matches: 2 })).length, 2);
});

Deno.test("ph: RFC 2378 §3.8: what is returned is what was asked for; quoted it is a value, not a keyword", async () => {
  const { serve } = await ph(["alice@example.org", "return@example.org"]);
  const shown = async (query: string) => (await converse(serve, `query ${query}\r\n`, here)).split("\r\n").slice(1, -2);
  assertEquals(await shown("alice return name"), ["-200:1:     name: alice"]);
  assertEquals((await shown("alice return all")).length, 3);
  assertEquals(await shown('"return" return name'), ["-200:1:     name: return"]);
  assertEquals(
    await converse(serve, "query alice return\r\n", here),
    "-599:return:no fields.\r\n500:Did not understand query.\r\n",
  );
});

Deno.test("ph: from this machine alone, unless configured", async () => {
  const query = "query alice\r\n";
  const { serve } = await ph(people);
  assertEquals(await converse(serve, query, { peer: "192.0.2.1" }), "590:Remote queries not allowed.\r\n");
  const { serve: open } = await ph(people, { allow: ["192.0.2.0/24"] });
  assert((await converse(open, query, { peer: "192.0.2.1" })).startsWith("102:There was 1 match"));
  assertEquals(await converse(open, query, here), "590:Remote queries not allowed.\r\n");
});

Deno.test("ph: RFC 2378 §1.1.2: US-ASCII quotes other letters, ISO-8859-1 has them, UTF-8 has all", async () => {
  const { serve } = await ph(["jörg@example.org", "łukasz@example.org"]);
  const ask = async (charset: string, name: string) =>
    (await converse(serve, `set charset=${charset}\r\nquery ${name} return name\r\n`, here)).split("\r\n").at(-3);
  assertEquals(await ask("us-ascii", "j\xc3\xb6rg"), "-200:1:     name: j=F6rg");
  assertEquals(await ask("iso-8859-1", "j\xf6rg"), "-200:1:     name: j\xf6rg");
  assertEquals(await ask("utf-8", "j\xc3\xb6rg"), "-200:1:     name: j\xc3\xb6rg");
  // What a set does not have cannot be asked for by it, but be found.
  assertEquals(await ask("iso-8859-1", "?ukasz name=*asz alias=\xc5\x82uk*"), "-200:1:     name: ?ukasz");
});

Deno.test("ph: a session has so many commands, and a storage that fails tells nothing", async () => {
  const { serve } = await ph(people);
  const received = await converse(serve, "id x\r\n".repeat(500), here);
  assertEquals(received.split("\r\n").length - 1, 200);
  const away = (storage: Storage): Storage =>
    new Proxy(storage, {
      get(_storage, name) {
        if (name === "accounts") return () => Promise.reject(new Error("the database is away"));
        const value: unknown = Reflect.get(storage, name);
        return typeof value === "function" ? value.bind(storage) : value;
      },
    });
  const broken = await ph(people, {}, away);
  assertEquals(
    await converse(broken.serve, "query alice\r\n", { ...here, log: broken.log }),
    "401:Internal database error.\r\n",
  );
  assert(broken.log.lines.some((line) => line.startsWith("error command failed")));
});

Deno.test("ph: the operator is told at setup what it tells", async () => {
  const { context, log } = await ph(people);
  const validated = plugin.options["~standard"].validate(undefined);
  assert(validated.issues === undefined);
  await plugin.setup(context, validated.value);
  assertEquals(log.lines.filter((line) => line.startsWith("warn Ph tells the addresses of all accounts")).length, 1);
});
