/** LIST and LSUB against a model of RFC 5258 §3, and their bounds. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CommandRefused } from "../../../../plugins/protocols/imap/failures.ts";
import { nameMatcher } from "../../../../plugins/protocols/imap/grammar/list_pattern.ts";
import { ListTree } from "../../../../plugins/protocols/imap/list_tree.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { quickly } from "../../../core/message/quickly.ts";
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import { bob, fred, logIn, testService } from "./talk.ts";

const names = fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 4 }).map((levels) =>
  levels.join("/")
);
const patterns = fc.array(fc.constantFrom("a", "b", "/", "%", "*"), { minLength: 1, maxLength: 6 }).map((parts) =>
  parts.join("")
);

interface World {
  readonly existing: readonly string[];
  readonly subscribed: readonly string[];
  readonly patterns: readonly string[];
  readonly selection: "" | "SUBSCRIBED" | "SUBSCRIBED RECURSIVEMATCH";
}

const worlds: fc.Arbitrary<World> = fc.record({
  existing: fc.uniqueArray(names, { maxLength: 8 }),
  subscribed: fc.uniqueArray(names, { maxLength: 5 }),
  patterns: fc.array(patterns, { minLength: 1, maxLength: 3 }),
  selection: fc.constantFrom("", "SUBSCRIBED", "SUBSCRIBED RECURSIVEMATCH"),
});

function superiors(name: string): string[] {
  return name.split("/").map((_, index, levels) => levels.slice(0, index).join("/")).slice(1);
}

/** What the RFC says, as slowly as it says it. */
function expected({ existing, subscribed, patterns, selection }: World): string[] {
  const isSubscribed = selection !== "", isRecursive = selection.endsWith("MATCH");
  const selected = new Set(isSubscribed ? subscribed : existing);
  const all = new Set([...existing, ...selected].flatMap((name) => [name, ...superiors(name)]));
  const regexps = patterns.map((pattern) => ({
    regexp: new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("%", "[^/]*")}$`),
    // "%" that stands beside "*" is as good as "*".
    isLevel: /(?:^|[^*%])%+$/.test(pattern),
  }));
  const matches = (name: string) => regexps.some(({ regexp }) => regexp.test(name));
  const below = (name: string, set: Iterable<string>) => [...set].filter((other) => other.startsWith(`${name}/`));
  return [...all].filter((name) => {
    if (!matches(name)) return false;
    if (selected.has(name)) return true;
    if (isRecursive) return below(name, selected).some((other) => !matches(other));
    return !isSubscribed && regexps.some(({ regexp, isLevel }) => isLevel && regexp.test(name));
  }).map((name) => {
    const attributes = [
      ...existing.includes(name) ? [] : ["\\NonExistent"],
      below(name, existing).length > 0 ? "\\HasChildren" : "\\HasNoChildren",
      ...isSubscribed && subscribed.includes(name) ? ["\\Subscribed"] : [],
    ];
    const childInfo = isRecursive && below(name, selected).length > 0 ? ' ("CHILDINFO" ("SUBSCRIBED"))' : "";
    return `* LIST (${attributes.join(" ")}) "/" ${name}${childInfo}`;
  }).sort();
}

Deno.test("list: RFC 5258 §3: names, attributes and CHILDINFO are those of a model", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const service = await testService();
      const account = service.account(fred);
      const wanted = new Set(world.existing.flatMap((name) => [...superiors(name), name]));
      await service.storage.apply([...wanted].map((name) => ({ do: "createMailbox", account, name }) as const));
      for (const name of wanted) {
        if (world.existing.includes(name)) continue;
        await service.storage.apply([{ do: "removeMailbox", mailbox: (await service.mailbox(fred, name)).id }]);
      }
      await service.storage.apply(world.subscribed.map((name) => ({ do: "subscribe", account, name }) as const));
      await using client = await logIn(service);
      const lines = await client.run(`LIST (${world.selection}) "" (${world.patterns.join(" ")})`);
      const listed = lines.slice(0, -1).filter((line) => !line.endsWith(" INBOX")).sort();
      assertEquals(listed, expected(world));
    }),
    { numRuns: 300 },
  );
});

Deno.test("list: RFC 3501 §6.3.9: LSUB tells what is subscribed, and for a % the levels above", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(names, { maxLength: 6 }), patterns, async (subscribed, pattern) => {
      const service = await testService();
      const account = service.account(fred);
      await service.storage.apply(subscribed.map((name) => ({ do: "subscribe", account, name }) as const));
      await using client = await logIn(service);
      const lines = (await client.run(`LSUB "" ${pattern}`)).slice(0, -1).sort();
      // The same names as LIST tells where they are mailboxes.
      const model = expected({ existing: subscribed, subscribed: [], patterns: [pattern], selection: "" });
      const asLsub = model.map((line) => {
        const name = line.slice(line.lastIndexOf(" ") + 1);
        return `* LSUB (${subscribed.includes(name) ? "" : "\\Noselect"}) "/" ${name}`;
      });
      assertEquals(lines, asLsub.sort());
    }),
    { numRuns: 200 },
  );
});

Deno.test("list: many patterns over many mailboxes take time in proportion to the names", async () => {
  const mailbox = await (await testService()).mailbox(fred);
  const tree = new ListTree();
  for (let index = 0; index < 20_000; index++) {
    const name = `folder ${index % 100}/sub ${index}/leaf`;
    tree.addMailbox({ mailbox, rights: "lr", name, listedAs: name });
  }
  const patterns = Array.from({ length: 10_000 }, (_, index) => `*%a*b%c${index}*%`);
  quickly("10,000 patterns", () => {
    assertEquals(tree.decide(nameMatcher(patterns), () => true).length, 40_100);
  });
});

Deno.test("list: a tree has an end: more levels than anybody has are refused, not kept", () => {
  const tree = new ListTree();
  const fill = () => {
    for (let index = 0; index < 1000; index++) tree.addSubscribed(`${index}${"/x".repeat(400)}`);
  };
  const error = assertThrows(fill, CommandRefused);
  assertEquals(error.reply.code, "LIMIT");
});

Deno.test("list: a user who shares very many mailboxes does not make everybody's list long", async () => {
  const service = await testService();
  const account = service.account(bob);
  const name = (index: number) => `${index}${"x".repeat(900)}`;
  await service.storage.apply(
    Array.from({ length: 200 }, (_, index) => ({ do: "createMailbox", account, name: name(index) }) as const),
  );
  await service.storage.apply(
    (await service.storage.mailboxes(account)).map(({ id }) =>
      ({ do: "setRights", mailbox: id, who: "anyone", rights: "lr" }) as const
    ),
  );
  await using client = await logIn(service);
  const lines = await client.run('LIST "" "Other Users/*"');
  assert(lines.length > 50 && lines.length < 150, `${lines.length} lines`);
  // What is not listed can be used by its name all the same.
  assertEquals((await client.run(`STATUS "Other Users/${bob}/${name(199)}" (MESSAGES)`)).at(-1)?.slice(0, 2), "OK");
});

Deno.test("list: thousands of mailboxes with their STATUS, rights and metadata, over SQLite", async () => {
  const { storage, close } = await openSqlite();
  try {
    const service = await testService({ storage });
    const account = service.account(fred);
    await storage.apply(
      Array.from(
        { length: 3000 },
        (_, index) => ({ do: "createMailbox", account, name: `box ${index % 50}/${index}` }) as const,
      ),
    );
    await using client = await logIn(service);
    const lines = await client.run(
      'LIST (SUBSCRIBED) "" * RETURN (STATUS (MESSAGES RECENT UIDNEXT) MYRIGHTS METADATA (/private/comment))',
    );
    assertEquals(lines.length, 1);
    const all = await client.run(
      'LIST () "" (* %) RETURN (STATUS (MESSAGES RECENT UIDNEXT) MYRIGHTS METADATA (/private/comment))',
    );
    assertEquals(all.length, 4 * 3051 + 1);
    assertEquals(all.at(-1), "OK That is all");
  } finally {
    await close();
  }
});

Deno.test("list: RFC 5819 §2: of a mailbox that is removed while its STATUS is read nothing is told, and the others are", async () => {
  const storage = memoryStorage(), read = storage.snapshot.bind(storage);
  const service = await testService({ storage });
  for (const name of ["a", "b", "c"]) await service.fill(fred, name, ["1\r\n"]);
  const { id: removed } = await service.mailbox(fred, "b");
  storage.snapshot = async (id) => {
    if (id === removed) await storage.apply([{ do: "removeMailbox", mailbox: id }]);
    return await read(id);
  };
  await using client = await logIn(service);
  const lines = await client.run('LIST "" (a b c) RETURN (STATUS (RECENT))');
  assertEquals(lines.filter((line) => !line.startsWith("* LIST")), [
    "* STATUS a (RECENT 1)",
    "* STATUS c (RECENT 1)",
    "OK That is all",
  ]);
});
