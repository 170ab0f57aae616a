/** Contexts (RFC 2244 §3.3, §6.5): what others change is told at once, to those who have asked. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { differences, type Member } from "../../../../plugins/protocols/acap/contexts/differences.ts";
import { processorTime } from "../../../core/message/quickly.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { joe, logIn, testService, timeless } from "./talk.ts";

overEachStorage(
  "acap: RFC 2244 §6.5: changes by another session are told while no command is under way",
  async (given) => {
    const service = await testService(given);
    await using watching = await logIn(service);
    await using changing = await logIn(service);
    await changing.done('STORE ("/c/~/a" "c.x" "2") ("/c/~/b" "c.x" "1")');
    await watching.done(
      'SEARCH "/c/~/" RETURN ("c.x") MAKECONTEXT ENUMERATE NOTIFY "all" SORT ("c.x" "i;ascii-numeric") ALL',
    );
    await changing.done('STORE ("/c/~/b" "c.x" "10")');
    assertEquals(timeless(await watching.told(2)), ['* CHANGE "all" "b" 1 2 "10"', '* MODTIME "all" "TIME"']);
    await changing.done('STORE ("/c/~/c" "c.x" "3")');
    assertEquals(timeless(await watching.told(2)), ['* ADDTO "all" "c" 2 "3"', '* MODTIME "all" "TIME"']);
    await changing.done('STORE ("/c/~/a" "entry" NIL)');
    assertEquals(timeless(await watching.told(2)), ['* REMOVEFROM "all" "a" 1', '* MODTIME "all" "TIME"']);
    // Nothing more is told once the context is free.
    await watching.done('FREECONTEXT "all"');
    await changing.done('STORE ("/c/~/d" "c.x" "4")');
    assertEquals(await watching.done("NOOP"), []);
  },
);

overEachStorage(
  "acap: RFC 2244 §6.5: changes of an inherited dataset, of others' and of rights are told",
  async (given) => {
    const service = await testService({ ...given, options: { administrators: [joe] } });
    await using watching = await logIn(service);
    await using root = await logIn(service, joe);
    await root.done('STORE ("/c/site/a" "c.x" "1") ("/c/~/j" "c.x" "5")');
    await root.done('SETACL ("/c/~/") "anyone" "r"');
    await watching.done('STORE ("/c/~/" "dataset.inherit" "/c/site/")');
    const criteria = 'PREFIX "c.x" "i;octet" ""';
    await watching.done(`SEARCH "/c/~/" RETURN ("c.x") MAKECONTEXT NOTIFY "own" ${criteria}`);
    await watching.done(`SEARCH "/c/user/joe/" RETURN ("c.x") MAKECONTEXT NOTIFY "joe's" ${criteria}`);
    await root.done('STORE ("/c/site/a" "c.x" "2")');
    assertEquals(timeless(await watching.told(2)), ['* CHANGE "own" "a" 0 0 "2"', '* MODTIME "own" "TIME"']);
    await root.done('STORE ("/c/~/k" "c.x" "6")');
    assertEquals(timeless(await watching.told(2)), [`* ADDTO "joe's" "k" 0 "6"`, `* MODTIME "joe's" "TIME"`]);
    await root.done('DELETEACL ("/c/~/") "anyone"');
    assertEquals(timeless(await watching.told(3)), [
      `* REMOVEFROM "joe's" "k" 0`,
      `* REMOVEFROM "joe's" "j" 0`,
      `* MODTIME "joe's" "TIME"`,
    ]);
  },
);

overEachStorage(
  "acap: RFC 2244 §6.4.1: a context without NOTIFY is a snapshot; one of a context has what both find",
  async (given) => {
    const service = await testService(given);
    await using client = await logIn(service);
    await client.done('STORE ("/c/~/a" "c.x" "1") ("/c/~/b" "c.x" "2") ("/c/~/c" "c.x" "3")');
    const names = async (command: string) =>
      (await client.done(command)).flatMap((line) => /^ENTRY "([^"]*)"/.exec(line)?.[1] ?? []).join();
    await client.done('SEARCH "/c/~/" MAKECONTEXT ENUMERATE "still" SORT ("c.x" "-i;octet") PREFIX "c.x" "i;octet" ""');
    await client.done('STORE ("/c/~/a" "entry" NIL) ("/c/~/d" "c.x" "4")');
    assertEquals(await names('SEARCH "still" RETURN ("entry") ALL'), "c,b,a");
    assertEquals(await names('SEARCH "still" RETURN ("entry") RANGE 2 3 "20300101000000"'), "b,a");
    assertEquals(await names('SEARCH "still" RETURN ("entry") SORT ("c.x" "i;octet") ALL'), "a,b,c");
    assertEquals((await client.run('SEARCH "still" MAKECONTEXT NOTIFY "x" ALL')).at(-1)?.slice(0, 2), "NO");
    await client.done('SEARCH "/c/~/" MAKECONTEXT NOTIFY "live" COMPARE "c.x" "i;octet" "2"');
    assertEquals(
      await names('SEARCH "live" RETURN ("entry") MAKECONTEXT NOTIFY "both" NOT EQUAL "c.x" "i;octet" "3"'),
      "b,d",
    );
    assertEquals(timeless(await client.done('STORE ("/c/~/e" "c.x" "5")')), [
      ...['* ADDTO "live" "e" 0', '* MODTIME "live" "TIME"'],
      ...['* ADDTO "both" "e" 0 "e"', '* MODTIME "both" "TIME"'],
    ]);
    // RANGE only where there are numbers.
    for (const place of ["live", "/c/~/"]) {
      const reply = (await client.run(`SEARCH "${place}" RANGE 1 2 "20300101000000"`)).at(-1);
      assertEquals(reply, 'BAD "RANGE is for enumerated contexts"');
    }
  },
);

Deno.test("acap: RFC 2244 §3.3: a hundred contexts, and for one more one has to be freed", async () => {
  const service = await testService();
  await using client = await logIn(service);
  await client.done('STORE ("/c/~/a" "c.x" "1")');
  const make = async (name: string) => (await client.run(`SEARCH "/c/~/" MAKECONTEXT "${name}" ALL`)).at(-1);
  for (let n = 0; n < 100; n++) assertEquals(await make(`${n}`), 'OK "The context was made"');
  const full = 'NO (TRYFREECONTEXT) "There are too many contexts, or too large ones"';
  assertEquals(await make("more"), full);
  // One of the same name takes its place.
  assertEquals(await make("99"), 'OK "The context was made"');
  await client.done('FREECONTEXT "0"');
  assertEquals(await make("more"), 'OK "The context was made"');
});

Deno.test("acap: contexts keep so much and no more", async () => {
  const service = await testService({ options: { quota: "20MB" } });
  await using client = await logIn(service);
  const value = "x".repeat(1_000_000);
  for (let n = 0; n < 9; n++) await client.done(`STORE ("/c/~/${n}" "c.x" {${value.length}+}\r\n${value})`);
  await client.done('SEARCH "/c/~/" MAKECONTEXT "one" ALL');
  assertEquals((await client.run('SEARCH "/c/~/" MAKECONTEXT "two" ALL')).at(-1)?.slice(0, 19), "NO (TRYFREECONTEXT)");
});

/** What a client makes of the changes that it is told. */
function told(before: readonly string[], changes: ReturnType<typeof differences<Member>>): string[] {
  const list = [...before];
  for (const change of changes) {
    if (change.is !== "added") assertEquals(list.splice(change.from - 1, 1), [change.member.path]);
    if (change.is !== "removed") list.splice(change.at - 1, 0, change.member.path);
  }
  return list;
}

const member = fc.record({ path: fc.constantFrom(..."abcdefgh"), printed: fc.constantFrom("1", "2") });
const members = fc.uniqueArray(member, { selector: ({ path }) => path, maxLength: 8 });

Deno.test("acap: RFC 2244 §6.5: whatever has changed, who follows the changes has the new list", () => {
  fc.assert(
    fc.property(members, members, (before, after) => {
      const changes = differences(before, after);
      assertEquals(told(before.map(({ path }) => path), changes), after.map(({ path }) => path));
      // What has other data is told, and what is the same at the same place is not.
      const said = new Set(changes.map(({ member }) => member.path));
      for (const [index, { path, printed }] of after.entries()) {
        const was = before.findIndex((one) => one.path === path);
        if (was < 0 || before[was]?.printed !== printed) assertEquals(said.has(path), true);
        else if (before.length === after.length && was === index && changes.length === 0) {
          assertEquals(said.has(path), false);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("acap: a long list that is turned around is told at once: others wait meanwhile", () => {
  const before = Array.from(
    { length: 20_000 },
    (_one, at) => ({ path: `/c/user/fred@example.org/${at}`, printed: "1" }),
  );
  const spent = processorTime();
  assertEquals(differences(before, before.toReversed()).length, before.length - 1);
  assert(spent() < 3);
});

Deno.test("acap: RFC 2244 §6.5.5: one entry that moves is one CHANGE", () => {
  const list = (text: string) => [...text].map((path) => ({ path, printed: path === "a" ? text : "" }));
  assertEquals(differences(list("abcd"), list("bcda")).length, 1);
  assertEquals(differences(list("bcda"), list("abcd")).length, 1);
  assertEquals(differences(list("abcd"), list("abcd")), []);
});
