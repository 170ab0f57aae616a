/** STORE (RFC 2244 §6.6): what is done is done as a whole, at a time of its own, within the quota. */
import { assert, assertEquals } from "@std/assert";
import { Refusal } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { type AcapClient, joe, logIn, overheard, testService, timeless } from "./talk.ts";

async function contents(client: AcapClient, what = '"/c/~/" RETURN ("c.x") ALL'): Promise<string[]> {
  return (await client.done(`SEARCH ${what}`)).slice(0, -1).map((line) => line.replace("ENTRY ", ""));
}

overEachStorage("acap: RFC 2244 §6.6.1: all changes of a STORE are made, or none", async (given) => {
  const service = await testService(given);
  await using client = await logIn(service);
  const refused = await client.run('STORE ("/c/~/a" "c.x" "1") ("/c/site/b" "c.x" "2") ("/d/~/c" "modtime" "3")');
  assertEquals(refused[0]?.slice(0, 14), "NO (PERMISSION");
  assertEquals(await client.run('SEARCH "/c/~/" ALL'), ['NO (NOEXIST "/c/~/") "There is no such dataset"']);
  await client.done('STORE ("/c/~/a" "c.x" "1") ("/d/~/e/f" "c.x" "2")');
  assertEquals(await contents(client), ['"a" "1"']);
  assertEquals(await contents(client, '"/d/~/" DEPTH 0 RETURN ("c.x") ALL'), ['"/d/~/e" NIL', '"/d/~/e/f" "2"']);
});

overEachStorage(
  "acap: RFC 2244 §3.1.1: each STORE has a modtime of its own, at the same time from many sessions",
  async (given) => {
    const service = await testService(given);
    const clients = await Promise.all(Array.from({ length: 5 }, () => logIn(service)));
    await Promise.all(
      clients.map(async (client, index) => {
        for (let n = 0; n < 4; n++) {
          await client.done(`STORE ("/c/~/${index}-${n}" "c.x" "1") ("/c/~/shared" "c.${index}" "${n}")`);
        }
      }),
    );
    const [first] = clients;
    assert(first);
    const lines = await contents(first, '"/c/~/" RETURN ("modtime") NOT EQUAL "entry" "i;octet" "shared"');
    const modtimes = lines.map((line) => /"(\d+)"$/.exec(line)?.[1]);
    assertEquals([modtimes.length, new Set(modtimes).size], [20, 20]);
    // Nobody's change of one entry is lost in another's.
    const [line = ""] = await contents(
      first,
      '"/c/~/" RETURN ("c.0" "c.1" "c.2" "c.3" "c.4") EQUAL "entry" "i;octet" "shared"',
    );
    assertEquals(line, '"shared" "3" "3" "3" "3" "3"');
    for (const client of clients) await client[Symbol.asyncDispose]();
  },
);

overEachStorage("acap: RFC 2244 §6.6.1: UNCHANGEDSINCE and NOCREATE", async (given) => {
  const service = await testService(given);
  await using client = await logIn(service);
  const store = async (path: string, modifiers: string) =>
    (await client.run(`STORE ("${path}" ${modifiers} "c.x" "1")`)).at(-1);
  assertEquals(await store("/c/~/a", "NOCREATE"), 'NO (NOEXIST "/c/~/") "There is no such dataset"');
  assertEquals(await store("/c/~/a", 'UNCHANGEDSINCE "00000101000000"'), 'OK "Stored"');
  const modified = 'NO (MODIFIED "/c/~/a") "Somebody else has changed it"';
  assertEquals(await store("/c/~/a", 'NOCREATE UNCHANGEDSINCE "00000101000000"'), modified);
  const [line = ""] = await contents(client, '"/c/~/" RETURN ("modtime") ALL');
  const time = /"(\d+)"$/.exec(line)?.[1] ?? "";
  assertEquals(await store("/c/~/a", `UNCHANGEDSINCE "${time}"`), 'OK "Stored"');
  assertEquals(await store("/c/~/a", `UNCHANGEDSINCE "${time}"`), modified);
  assertEquals(await store("/c/~/b", "NOCREATE"), 'OK "Stored"');
});

overEachStorage(
  "acap: RFC 2244 §3.1.1: a subdataset is made by its attribute, and goes with all below it",
  async (given) => {
    const service = await testService(given);
    await using client = await logIn(service);
    await client.done('STORE ("/c/~/sub" "subdataset" ("value" (".")))');
    assertEquals(await contents(client, '"/c/~/sub/" RETURN ("c.x") ALL'), ['"" NIL']);
    await client.done('STORE ("/c/~/sub/deep/x" "c.x" "1") ("/c/~/sub2/y" "c.x" "2")');
    await client.done('STORE ("/c/~/sub" "subdataset" NIL)');
    assertEquals(await contents(client, '"/c/~/" DEPTH 0 RETURN ("c.x") ALL'), [
      '"/c/~/sub" NIL',
      '"/c/~/sub2" NIL',
      '"/c/~/sub2/y" "2"',
    ]);
    assertEquals((await client.run('SEARCH "/c/~/sub/deep/" ALL'))[0]?.slice(0, 12), "NO (NOEXIST ");
    // Also what the same command has made.
    await client.done('STORE ("/c/~/sub/deep/x" "c.x" "1") ("/c/~/sub" "subdataset" NIL)');
    assertEquals((await client.run('SEARCH "/c/~/sub/deep/" ALL'))[0]?.slice(0, 12), "NO (NOEXIST ");
    // A renamed entry takes them along.
    await client.done('STORE ("/c/~/sub2" "entry" "sub3")');
    assertEquals(await contents(client, '"/c/~/" DEPTH 0 RETURN ("c.x") ALL'), [
      '"/c/~/sub" NIL',
      '"/c/~/sub3" NIL',
      '"/c/~/sub3/y" "2"',
    ]);
    await client.done(
      'STORE ("/c/~/far" "subdataset" ("value" ("//other.example//c/site/x/" "acap://third.example/c/site/x/")))',
    );
    assertEquals(timeless(await client.done('SEARCH "/c/~/" DEPTH 2 EQUAL "entry" "i;octet" "none"')), [
      'REFER "/c/~/far/" "//other.example//c/site/x/" "acap://third.example/c/site/x/"',
      'MODTIME "TIME"',
    ]);
    for (const value of ['"."', '("value" ())', '("value" ("a b"))', '("value" ("%zz"))']) {
      assertEquals((await client.run(`STORE ("/c/~/bad" "subdataset" ${value})`))[0]?.slice(0, 12), "NO (INVALID ");
    }
  },
);

overEachStorage(
  "acap: RFC 2244 §6.6.1: an entry is renamed; to a name that is taken, or none, it is not",
  async (given) => {
    const service = await testService(given);
    await using client = await logIn(service);
    await client.done('STORE ("/c/~/a" "c.x" "1") ("/c/~/b" "c.x" "2")');
    await client.done('STORE ("/c/~/a" "entry" "c" "c.x" "3")');
    assertEquals(await contents(client), ['"b" "2"', '"c" "3"']);
    assertEquals((await client.run('STORE ("/c/~/b" "entry" "c")'))[0]?.slice(0, 12), "NO (INVALID ");
    for (const name of ['"x/y"', '".x"', '("value" ("x" "y"))', "{1+}\r\n\xff", "{1+}\r\n\0"]) {
      assertEquals((await client.run(`STORE ("/c/~/b" "entry" ${name})`))[0]?.slice(0, 3), "BAD", name);
    }
    assertEquals(await client.done('DELETEDSINCE "/c/~/" "19700101000000"'), ['DELETED "a"']);
  },
);

overEachStorage(
  "acap: RFC 2244 §3.6: what is over the quota is refused, and there is room again when something goes",
  async (given) => {
    const service = await testService({ ...given, options: { quota: "2KB" } });
    await using client = await logIn(service);
    const value = (size: number) => `{${size}+}\r\n${"x".repeat(size)}`;
    await client.done(`STORE ("/c/~/a" "c.x" ${value(1500)})`);
    const full = ['NO (QUOTA) "The datasets are full"'];
    assertEquals(await client.run(`STORE ("/d/~/b" "c.x" ${value(600)})`), full);
    assertEquals(await client.run(`SETACL ("/c/~/") {${700}+}\r\n${"y".repeat(700)} "r"`), full);
    await client.done('STORE ("/c/~/a" "c.x" "y")');
    await client.done(`STORE ("/d/~/b" "c.x" ${value(600)})`);
    // Another's is another's.
    await using other = await logIn(service, joe);
    await other.done(`STORE ("/c/~/a" "c.x" ${value(1500)})`);
  },
);

Deno.test("acap: values are any octets, and come back as they were", async () => {
  const service = await testService();
  await using client = await logIn(service);
  const every = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
  const quoted = 'a "b" \\ c'.replace(/["\\]/g, "\\$&");
  await client.done(`STORE ("/c/~/a" "c.x" ("value" ({256+}\r\n${every} "${quoted}" "" "\xff")))`);
  client.wire.send('s SEARCH "/c/~/" RETURN ("c.x" ("size" "value")) EQUAL "entry" "i;octet" "a"\r\n');
  let received = "";
  while (!/^s OK/m.test(received)) received += `${await client.wire.readLine()}\r\n`;
  assert(received.startsWith(`s ENTRY "a" ((256 9 0 1) ({256}\r\n${every} "${quoted}" "" {1}\r\n\xff))\r\n`), received);
});

Deno.test("acap: RFC 2244 §3.6: while the storage is away, the client is told to try later, and the session goes on", async () => {
  let isAway = false;
  const storage = overheard(memoryStorage(), (name) => {
    if (isAway && (name === "dataset" || name === "apply")) throw new Refusal("unavailable", "the disk is full");
  });
  const service = await testService({ storage });
  await using client = await logIn(service);
  await client.done('STORE ("/c/~/a" "c.x" "1")');
  await client.done('SEARCH "/c/~/" MAKECONTEXT NOTIFY "x" ALL');
  isAway = true;
  const away = ['NO (TRYLATER) "The disk is full"'];
  assertEquals(await client.run('SEARCH "/c/~/" ALL'), away);
  assertEquals(await client.run('STORE ("/c/~/a" "c.x" "2")'), away);
  assertEquals(await client.run('UPDATECONTEXT "x"'), away);
  isAway = false;
  await client.done('STORE ("/c/~/a" "c.x" "2")');
});
