/** Inheritance (RFC 2244 §5.1): what one dataset has of another. */
import { assertEquals } from "@std/assert";
import { overEachStorage } from "../over_each_storage.ts";
import { type AcapClient, type Given, joe, logIn, testService, timeless } from "./talk.ts";

/** joe, who administers, and fred, whose `/o/~/` inherits from the group's, which inherits from the site's. */
async function levels(given: Given): Promise<{ root: AcapClient; fred: AcapClient } & AsyncDisposable> {
  const service = await testService({ ...given, options: { administrators: [joe] } });
  const root = await logIn(service, joe), fred = await logIn(service);
  await root.done('STORE ("/o/site/a" "o.x" "site a" "o.y" "site y") ("/o/site/b" "o.x" "site b")');
  await root.done('STORE ("/o/group/g/" "dataset.inherit" "/o/site" "dataset.acl" ("value" ("anyone\txr")))');
  await root.done('STORE ("/o/group/g/b" "o.y" "group y") ("/o/group/g/c" "o.x" "group c")');
  await fred.done('STORE ("/o/~/" "dataset.inherit" "/o/group/g/")');
  return {
    ...{ root, fred },
    async [Symbol.asyncDispose]() {
      await root[Symbol.asyncDispose]();
      await fred[Symbol.asyncDispose]();
    },
  };
}

/** What fred's dataset has, without what manages it. */
async function contents(client: AcapClient, dataset = "/o/~/", modifiers = ""): Promise<string[]> {
  const lines = await client.done(
    `SEARCH "${dataset}" ${modifiers}${
      modifiers && " "
    }RETURN ("o.x" "o.y" "subdataset") NOT EQUAL "entry" "i;octet" ""`,
  );
  return lines.slice(0, -1).map((line) => line.replace("ENTRY ", ""));
}

overEachStorage("acap: RFC 2244 §5.1: two levels of inheritance, attribute by attribute", async (given) => {
  await using parts = await levels(given);
  const { root, fred } = parts;
  const inherited = ['"a" "site a" "site y" NIL', '"b" "site b" "group y" NIL', '"c" "group c" NIL NIL'];
  assertEquals(await contents(fred), inherited);
  assertEquals(await contents(fred, "/o/~/", "NOINHERIT"), []);
  // What is stored overrides; what changes in the base shows.
  await fred.done('STORE ("/o/~/a" "o.x" "mine")');
  await root.done('STORE ("/o/site/a" "o.x" "other" "o.y" "newer")');
  assertEquals(await contents(fred), ['"a" "mine" "newer" NIL', ...inherited.slice(1)]);
  assertEquals(await contents(fred, "/o/~/", "NOINHERIT"), ['"a" "mine" NIL NIL']);
});

overEachStorage(
  "acap: RFC 2244 §6.6.1: NIL hides what is inherited, DEFAULT brings it back and tells so",
  async (given) => {
    await using parts = await levels(given);
    const { fred } = parts;
    await fred.done('STORE ("/o/~/a" "o.x" NIL)');
    assertEquals((await contents(fred))[0], '"a" NIL "site y" NIL');
    assertEquals(await fred.done('STORE ("/o/~/a" "o.x" DEFAULT "o.z" DEFAULT)'), ['ENTRY "/o/~/a" "o.x" "site a"']);
    assertEquals((await contents(fred))[0], '"a" "site a" "site y" NIL');
    // The same of an entry; one that was removed and is made again inherits nothing.
    await fred.done('STORE ("/o/~/a" "entry" NIL)');
    assertEquals((await contents(fred)).map((line) => line.slice(0, 3)), ['"b"', '"c"']);
    await fred.done('STORE ("/o/~/a" "o.y" "again")');
    assertEquals((await contents(fred))[0], '"a" NIL "again" NIL');
    assertEquals(await fred.done('STORE ("/o/~/a" "entry" DEFAULT)'), ['ENTRY "/o/~/a" "o.x" "site a" "o.y" "site y"']);
    assertEquals((await contents(fred))[0], '"a" "site a" "site y" NIL');
  },
);

overEachStorage("acap: RFC 2244 §5.1: the modtime of an entry is the greater of the two", async (given) => {
  await using parts = await levels(given);
  const { root, fred } = parts;
  const modtime = async (client: AcapClient, dataset: string) => {
    const [line = ""] = await client.done(`SEARCH "${dataset}" RETURN ("modtime") EQUAL "entry" "i;octet" "a"`);
    return line;
  };
  await fred.done('STORE ("/o/~/a" "o.x" "mine")');
  const own = await modtime(fred, "/o/~/");
  await root.done('STORE ("/o/site/a" "o.y" "newer")');
  const newer = await modtime(fred, "/o/~/");
  assertEquals([newer > own, newer], [true, await modtime(root, "/o/site/")]);
});

overEachStorage(
  "acap: RFC 2244 §5.1: a subdataset of the base is there as a virtual one, until something is stored",
  async (given) => {
    await using parts = await levels(given);
    const { root, fred } = parts;
    await root.done(
      'STORE ("/o/site/sub/x" "o.x" "deep") ("/o/site/far" "subdataset" ("value" ("//other.example/o/site/")))',
    );
    const all = await contents(fred);
    assertEquals(all.filter((line) => /^"(?:sub|far)"/.test(line)), ['"far" NIL NIL (".")', '"sub" NIL NIL (".")']);
    assertEquals(await contents(fred, "/o/~/sub/"), ['"x" "deep" NIL NIL']);
    assertEquals(await fred.run('SEARCH "/o/~/sub/" NOINHERIT ALL'), [
      'NO (NOEXIST "/o/~/sub/") "There is no such dataset"',
    ]);
    await fred.done('STORE ("/o/~/sub/y" "o.x" "mine")');
    assertEquals(await contents(fred, "/o/~/sub/"), ['"x" "deep" NIL NIL', '"y" "mine" NIL NIL']);
    assertEquals(await contents(fred, "/o/~/sub/", "NOINHERIT"), ['"y" "mine" NIL NIL']);
    assertEquals(await contents(fred, "/o/~/", "DEPTH 2 NOINHERIT"), [
      '"/o/~/sub" NIL NIL (".")',
      '"/o/~/sub/y" "mine" NIL NIL',
    ]);
  },
);

overEachStorage("acap: RFC 2244 §6.4.1: what the user may not read in the base is not inherited", async (given) => {
  await using parts = await levels(given);
  const { root, fred } = parts;
  await root.done('SETACL ("/o/site/" "o.x" "a") "-anyone" "r"');
  await root.done('SETACL ("/o/site/" "entry" "b") "anyone" ""');
  assertEquals(await contents(fred), ['"a" NIL "site y" NIL', '"b" NIL "group y" NIL', '"c" "group c" NIL NIL']);
});

overEachStorage(
  "acap: RFC 2244 §5.2: a base that is not there gives nothing; one that inherits from itself ends",
  async (given) => {
    await using parts = await levels(given);
    const { root, fred } = parts;
    await fred.done('STORE ("/o/~/" "dataset.inherit" "/o/nowhere/x/") ("/o/~/a" "o.x" "1")');
    assertEquals(await contents(fred), ['"a" "1" NIL NIL']);
    await fred.done('STORE ("/o/~/" "dataset.inherit" "/o/~/")');
    assertEquals(await contents(fred), ['"a" "1" NIL NIL']);
    await fred.done(
      'STORE ("/o/~/" "dataset.inherit" "/o/~/d") ("/o/~/d/" "dataset.inherit" "/o/~/") ("/o/~/d/e" "o.x" "2")',
    );
    assertEquals((await contents(fred)).map((line) => line.slice(0, 3)), ['"a"', '"d"', '"e"']);
    // Below what inherits from what is above it, there is always more.
    const deep = await fred.run('SEARCH "/o/~/" DEPTH 0 ALL');
    assertEquals(timeless(deep), ['MODTIME "TIME"', 'OK "That was all"']);
    // A loop of several branches would be exponential.
    const branches = Array.from({ length: 20 }, (_, n) => `("/o/~/d/e${n}" "subdataset" ("value" (".")))`).join(" ");
    await fred.done(`STORE ${branches}`);
    await fred.done('STORE ("/o/~/" "dataset.inherit" "/o/~/d")');
    const many = (await fred.run('SEARCH "/o/~/" DEPTH 0 ALL')).at(-1) ?? "";
    assertEquals(many.startsWith("OK") || many.startsWith("NO"), true, many);
    // Others are served as before.
    assertEquals((await root.done("NOOP")).length, 0);
  },
);

overEachStorage("acap: RFC 2244 §5.2: what manages a dataset is validated", async (given) => {
  await using parts = await levels(given);
  const { fred } = parts;
  const invalid = async (attribute: string, value: string) => {
    const reply = (await fred.run(`STORE ("/o/~/" "${attribute}" ${value})`)).at(-1);
    assertEquals(reply, `NO (INVALID "/o/~/" "${attribute}") "That value is not valid there"`);
  };
  await invalid("dataset.inherit", '"no slash"');
  await invalid("dataset.inherit", '"/a//b"');
  await invalid("dataset.inherit", '("value" ("/a/site/" "/b/site/"))');
  await invalid("dataset.acl", '"fred\tr"');
  await invalid("dataset.acl", '("value" ("fred r"))');
  await invalid("dataset.acl", '("value" ("fred\tq"))');
  await invalid("dataset.acl.o.x", '("value" ("\tr"))');
  await invalid("modtime", '"19970728105252"');
  await invalid("subdataset", '("value" ("."))');
});
