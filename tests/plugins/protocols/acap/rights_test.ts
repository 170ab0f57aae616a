/** Access control (RFC 2244 §3.5, §6.7): who may do what, and what nobody learns. */
import { assertEquals } from "@std/assert";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { type AcapClient, fred as fredsAddress, type Given, joe, logIn, overheard, testService } from "./talk.ts";

const gone = (dataset: string) => [`NO (NOEXIST "${dataset}") "There is no such dataset"`];
const forbidden = (object: string) => [`NO (PERMISSION (${object})) "You may not do that"`];

/** fred's datasets, and what joe, who administers nothing, can make of them. */
async function two(given: Given): Promise<{ fred: AcapClient; other: AcapClient } & AsyncDisposable> {
  const service = await testService(given);
  const fred = await logIn(service), other = await logIn(service, joe);
  await fred.done('STORE ("/c/~/a" "c.x" "1" "c.y" "2") ("/c/~/b" "c.x" "3")');
  return {
    ...{ fred, other },
    async [Symbol.asyncDispose]() {
      await fred[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

/** Entries, without the rest. */
async function found(client: AcapClient, what: string): Promise<string[]> {
  return (await client.done(`SEARCH ${what}`)).filter((line) => line.startsWith("ENTRY ")).map((line) => line.slice(6));
}

const fredsPath = "/c/user/fred@example.org/";
const freds = `"${fredsPath}"`;

overEachStorage("acap: RFC 2244 §3.5: what somebody has no right to looks as if it were not there", async (given) => {
  await using parts = await two(given);
  const { fred, other } = parts;
  const asIfNone = async (dataset: string) => {
    const name = dataset.slice(1, -1);
    assertEquals(await other.run(`SEARCH ${dataset} ALL`), gone(name));
    assertEquals(await other.run(`DELETEDSINCE ${dataset} "20200101000000"`), gone(name));
    assertEquals(await other.run(`GETQUOTA ${dataset}`), gone(name));
    assertEquals(await other.run(`MYRIGHTS (${dataset})`), gone(name));
    assertEquals(await other.run(`SETACL (${dataset}) "joe" "r"`), gone(name));
    assertEquals(await other.run(`STORE ("${name}a" NOCREATE "c.x" "9")`), gone(name));
    assertEquals(await other.run(`STORE ("${name}a" "c.x" "9")`), forbidden(dataset));
    assertEquals(await other.run(`STORE ("${name}a" UNCHANGEDSINCE "00000101000000" "c.x" "9")`), forbidden(dataset));
  };
  await asIfNone(freds);
  await asIfNone('"/none/user/fred@example.org/"');
  assertEquals(await other.run('SEARCH "/c/" DEPTH 3 ALL'), gone("/c/"));
  // And those of nobody are.
  assertEquals(await other.run('SEARCH "/c/user/nobody/" ALL'), gone("/c/user/nobody/"));
  assertEquals(await found(fred, '"/c/" DEPTH 3 RETURN ("c.x") PREFIX "c.x" "i;octet" ""'), [
    '"/c/user/fred@example.org/a" "1"',
    '"/c/user/fred@example.org/b" "3"',
  ]);
});

overEachStorage(
  "acap: RFC 2244 §3.5: rights are those of the dataset, of the attribute, or of the attribute of an entry",
  async (given) => {
    await using parts = await two(given);
    const { fred, other } = parts;
    const rights = async (object: string) => (await other.done(`MYRIGHTS (${object})`)).join();
    await fred.done('SETACL ("/c/~/") "joe" "r"');
    assertEquals(await found(other, `${freds} RETURN ("c.x" "c.y") PREFIX "c.x" "i;octet" ""`), [
      '"a" "1" "2"',
      '"b" "3" NIL',
    ]);
    assertEquals(await other.run(`STORE ("${fredsPath}a" "c.x" "9")`), forbidden(freds));
    await fred.done('SETACL ("/c/~/" "c.x") "joe@example.org" "rw"');
    await other.done(`STORE ("${fredsPath}a" "c.x" "9")`);
    assertEquals(await other.run(`STORE ("${fredsPath}a" "c.x" "9" "c.y" "9")`), forbidden(freds));
    // i is for what is NIL, w for what is not.
    assertEquals(await other.run(`STORE ("${fredsPath}a" "c.z" "9")`), forbidden(freds));
    await fred.done('SETACL ("/c/~/" "c.x" "b") "joe" ""');
    assertEquals(await other.run(`STORE ("${fredsPath}b" "c.x" "9")`), forbidden(`${freds} "c.x" "b"`));
    assertEquals(await found(other, `${freds} RETURN ("c.x") PREFIX "entry" "i;octet" "b"`), ['"b" NIL']);
    assertEquals(
      [
        await rights(freds),
        await rights(`${freds} "c.x"`),
        await rights(`${freds} "c.x" "b"`),
        await rights(`${freds} "c.y" "b"`),
      ],
      ['MYRIGHTS "r"', 'MYRIGHTS "rw"', 'MYRIGHTS ""', 'MYRIGHTS "r"'],
    );
    // Without the right to the entry's name, there is no such entry.
    await fred.done('SETACL ("/c/~/" "entry" "b") "joe" ""');
    assertEquals(
      await found(other, `${freds} RETURN ("c.x") ALL`).then((all) => all.filter((line) => line.startsWith('"b"'))),
      [],
    );
    assertEquals(await other.run(`MYRIGHTS (${freds} "c.x" "b")`), ['NO "There is no such entry"']);
    await fred.done('DELETEACL ("/c/~/" "entry" "b")');
    await fred.done('DELETEACL ("/c/~/" "c.x" "b") "joe"');
    assertEquals(await rights(`${freds} "c.x" "b"`), 'MYRIGHTS ""');
    await fred.done('DELETEACL ("/c/~/" "c.x" "b")');
    assertEquals(await rights(`${freds} "c.x" "b"`), 'MYRIGHTS "rw"');
  },
);

overEachStorage("acap: RFC 2244 §3.5: x is for EQUAL by i;octet and for nothing else", async (given) => {
  await using parts = await two(given);
  const { fred, other } = parts;
  await fred.done('SETACL ("/c/~/") "joe" "r"');
  await fred.done('SETACL ("/c/~/" "c.x") "joe" "x"');
  const names = (criteria: string) => found(other, `${freds} RETURN ("c.x") ${criteria}`);
  assertEquals(await names('EQUAL "c.x" "i;octet" "1"'), ['"a" NIL']);
  assertEquals(await names('EQUAL "c.x" "i;ascii-casemap" "1"'), []);
  assertEquals(await names('PREFIX "c.x" "i;octet" "1"'), []);
  // What cannot be read is sorted as NIL.
  const sorted = await found(
    other,
    `${freds} SORT ("c.x" "-i;octet" "entry" "-i;octet") RETURN ("c.x") NOT EQUAL "entry" "i;octet" ""`,
  );
  assertEquals(sorted, ['"b" NIL', '"a" NIL']);
});

overEachStorage(
  "acap: RFC 2244 §3.5: negative rights are taken from the positive ones, and the owner's stay",
  async (given) => {
    await using parts = await two(given);
    const { fred, other } = parts;
    await fred.done('SETACL ("/c/~/") "anyone" "xrw"');
    await fred.done('SETACL ("/c/~/") "-joe" "w"');
    await fred.done('SETACL ("/c/~/") "-fred" "xrwia"');
    assertEquals(await other.done(`MYRIGHTS (${freds})`), ['MYRIGHTS "xr"']);
    assertEquals(await fred.done('MYRIGHTS ("/c/~/")'), ['MYRIGHTS "ra"']);
    assertEquals(await fred.run('STORE ("/c/~/a" "c.x" "2")'), forbidden(freds));
    await fred.done('DELETEACL ("/c/~/") "-fred"');
    await fred.done('STORE ("/c/~/a" "c.x" "2")');
  },
);

overEachStorage(
  "acap: RFC 2244 §3.1.1, §3.5: datasets below an entry go with it only where each of their entries might be removed",
  async (given) => {
    await using parts = await two(given);
    const { fred, other } = parts;
    await fred.done('SETACL ("/c/~/") "joe" "xrwi"');
    await fred.done('STORE ("/c/~/sub/x" "c.x" "4") ("/c/~/sub/deep/y" "c.x" "5" "c.y" "6")');
    const all = () => found(fred, '"/c/~/" DEPTH 0 RETURN ("c.x") ALL');
    const before = await all();
    const deep = `"${fredsPath}sub/deep/"`;
    const refused = async (object: string) => {
      for (const how of ['"entry" NIL', '"entry" DEFAULT', '"subdataset" NIL', '"subdataset" DEFAULT']) {
        const store = `STORE ("${fredsPath}a" "c.x" "9") ("${fredsPath}sub" ${how})`;
        assertEquals(await other.run(store), forbidden(object), how);
      }
      assertEquals(await all(), before);
    };
    // Another may not write there, or not this entry.
    await fred.done('SETACL ("/c/~/sub/deep/") "joe" "xri"');
    await refused(deep);
    await fred.done('SETACL ("/c/~/sub/deep/") "joe" "xrwi"');
    await fred.done('SETACL ("/c/~/sub/deep/" "entry" "y") "joe" "r"');
    await refused(`${deep} "entry" "y"`);
    // What may not be read is not named, nor is a dataset that looks as if it were not there.
    await fred.done('SETACL ("/c/~/sub/deep/" "entry" "y") "joe" "w"');
    await refused(`${freds} "subdataset" "sub"`);
    await fred.done('DELETEACL ("/c/~/sub/deep/" "entry" "y")');
    await fred.done('DELETEACL ("/c/~/sub/deep/") "joe"');
    await refused(`${freds} "subdataset" "sub"`);
    // Rules that are others than those above go by administering alone.
    await fred.done('SETACL ("/c/~/sub/deep/") "joe" "xrw"');
    await refused(deep);
    await fred.done('SETACL ("/c/~/sub/deep/") "joe" "xrwa"');
    await other.done(`STORE ("${fredsPath}sub" "entry" NIL)`);
    assertEquals(await all(), before.filter((line) => !line.includes("/sub")));
    // With the rights above, one removes what one has made.
    await other.done(`STORE ("${fredsPath}new/deep/z" "c.x" "1")`);
    await other.done(`STORE ("${fredsPath}new" "entry" NIL)`);
    // Who has no right to write, be it the owner, removes nothing.
    await fred.done('STORE ("/c/~/own/z" "c.x" "1")');
    await fred.done('SETACL ("/c/~/own/") "-fred" "w"');
    assertEquals(await fred.run('STORE ("/c/~/own" "entry" NIL)'), forbidden(`"${fredsPath}own/"`));
  },
);

overEachStorage("acap: RFC 2244 §3.5: with a, another may change the rights, also by STORE", async (given) => {
  await using parts = await two(given);
  const { fred, other } = parts;
  await fred.done('SETACL ("/c/~/") "joe" "r"');
  assertEquals(await other.run(`SETACL (${freds}) "joe" "rw"`), forbidden(freds));
  assertEquals(await other.run(`STORE ("${fredsPath}" "dataset.acl" ("value" ("joe\trw")))`), forbidden(freds));
  assertEquals(await other.run(`STORE ("${fredsPath}a" "c.x" ("acl" ("joe\trw")))`), forbidden(freds));
  await fred.done('SETACL ("/c/~/") "joe" "ra"');
  await other.done(`STORE ("${fredsPath}a" "c.x" ("acl" ("joe\trw")))`);
  assertEquals(await found(fred, '"/c/~/" RETURN ("c.x" ("acl" "myrights")) EQUAL "entry" "i;octet" "a"'), [
    '"a" (("joe\trw") "ra")',
  ]);
  await other.done(`SETACL (${freds}) "joe" "xrwia"`);
  await other.done(`STORE ("${fredsPath}c" "c.x" "made by joe")`);
});

overEachStorage(
  "acap: RFC 2244 §3.5, §6.6.2: who inherits from a dataset that it may not see is not told what was removed there",
  async (given) => {
    await using parts = await two(given);
    const { fred, other } = parts;
    await fred.done('STORE ("/c/~/secret" "c.x" "1")');
    await fred.done('STORE ("/c/~/secret" "entry" NIL)');
    await other.done(`STORE ("/c/~/" "dataset.inherit" ${freds}) ("/c/~/own" "c.x" "1")`);
    const removed = 'DELETEDSINCE "/c/~/" "19700101000000"';
    assertEquals(await other.done(removed), []);
    await fred.done('SETACL ("/c/~/" "c.x") "joe" "r"');
    assertEquals(await other.done(removed), []);
    await fred.done('SETACL ("/c/~/" "entry") "joe" "r"');
    assertEquals(await other.done(removed), ['DELETED "secret"']);
  },
);

overEachStorage(
  "acap: RFC 2244 §4.1: nobody makes datasets of others', or of the site's unless it administers",
  async (given) => {
    await using parts = await two(given);
    const { fred, other } = parts;
    assertEquals(
      await other.run('STORE ("/d/user/fred@example.org/x" "d.x" "1")'),
      forbidden('"/d/user/fred@example.org/"'),
    );
    assertEquals(await other.run('STORE ("/d/site/x" "d.x" "1")'), forbidden('"/d/site/"'));
    assertEquals(await other.run('STORE ("/d/group/g/x" "d.x" "1")'), forbidden('"/d/group/g/"'));
    assertEquals(await other.run('STORE ("/d/x" "d.x" "1")'), forbidden('"/d/"'));
    assertEquals(await other.run('STORE ("/x" "d.x" "1")'), forbidden('"/"'));
    assertEquals(await other.run('STORE ("/d/planet/earth/x" "d.x" "1")'), forbidden('"/d/planet/earth/"'));
    assertEquals(await other.run('STORE ("/d/user/nobody/x" "d.x" "1")'), forbidden('"/d/user/nobody/"'));
    assertEquals(await fred.run('STORE ("/byowner/~/x" "d.x" "1")'), forbidden('"/byowner/~/"'));
    await fred.done('STORE ("/byowner/~/d/x" "d.x" "1")');
    assertEquals(await found(fred, '"/d/~/" RETURN ("d.x") ALL'), ['"x" "1"']);
  },
);

Deno.test("acap: what is listed of others' datasets is found without reading them", async () => {
  const read: unknown[][] = [];
  const storage = overheard(memoryStorage(), (name, given) => {
    if (name === "dataset") read.push(given);
  });
  const service = await testService({ storage });
  await using fred = await logIn(service), other = await logIn(service, joe);
  await fred.done('STORE ("/c/~/a" "c.x" "1")');
  read.length = 0;
  assertEquals(await found(other, '"/" RETURN ("entry") ALL'), [
    '"Vendor.Eudora" "Vendor.Eudora"',
    '"byowner" "byowner"',
  ]);
  assertEquals(read, [[{ owner: service.account(fredsAddress), path: "/c/~/" }, { names: [""] }]]);
});
