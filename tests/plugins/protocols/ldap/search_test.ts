/** Searches (RFC 4511 §4.5): which entries, for whom, and what of them. */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { ldap, type LdapTest, people } from "./talk.ts";

const alice = "uid=alice,ou=people,dc=example,dc=org";
const bob = "uid=bob.smith,ou=people,dc=example,dc=org";
const carol = "uid=carol.ann.jones,ou=people,dc=example,dc=org";
const dave = "uid=dave,ou=people,dc=example,dc=net";
const all = [alice, bob, carol, dave];
const structure = [
  "dc=example,dc=org",
  "ou=people,dc=example,dc=org",
  "dc=example,dc=net",
  "ou=people,dc=example,dc=net",
];

/** Names that alice finds, who sees everybody. */
async function found(filter: string, base?: string, scope?: string): Promise<string[]> {
  const { connect } = await ldap({ options: { visible: "all" } });
  await using client = connect();
  await client.bind();
  return await client.find(filter, base, scope);
}

/** Each form of filter, and who is meant. */
const filters: Readonly<Record<string, readonly string[]>> = {
  // §4.5.1.7.1.
  "(cn=Bob Smith)": [bob],
  "(cn= bob  smith )": [bob],
  "(mail=BOB.SMITH@EXAMPLE.ORG)": [bob],
  "(uid=alice)": [alice],
  "(uid=alice@example.org)": [alice],
  "(2.5.4.3=alice)": [alice],
  "(commonName=alice)": [alice],
  // A name of any kind: a type stands for its kinds.
  "(name=jones)": [carol],
  "(objectClass=inetOrgPerson)": all,
  "(objectClass=2.5.6.6)": all,
  "(objectClass=domain)": ["dc=example,dc=org", "dc=example,dc=net"],
  "(entryDN=UID=Dave,ou=people,dc=example,dc=net)": [dave],
  // §4.5.1.7.2.
  "(cn=bob*)": [bob],
  "(cn=*smith)": [bob],
  "(cn=*o*)": [bob, carol],
  "(cn=c*a*jones)": [carol],
  "(cn=carol*ann*jones)": [carol],
  "(cn=carol*carol*jones)": [],
  "(cn=carol ann*n jones)": [],
  "(cn=*ann *)": [carol],
  "(cn=*\\20smith)": [bob],
  "(cn=bob\\2a)": [],
  // §4.5.1.7.3 and §4.5.1.7.4.
  "(createTimestamp>=20200101000000Z)": all,
  "(createTimestamp>=20990101000000Z)": [],
  "(createTimestamp<=20990101000000Z)": all,
  "(createTimestamp<=20200101000000Z)": [],
  // The type has no rule for that (RFC 4519 §2.18): Undefined, as its negation is.
  "(cn>=a)": [],
  "(!(cn>=a))": [],
  "(cn<=z)": [],
  // §4.5.1.7.5.
  "(givenName=*)": [bob, carol],
  "(!(givenName=*))": [...structure, alice, dave],
  "(jpegPhoto=*)": [],
  "(!(jpegPhoto=*))": [],
  // §4.5.1.7.6.
  "(cn~=bob smith)": [bob],
  // §4.5.1.7.7.
  "(cn:caseExactMatch:=bob smith)": [bob],
  "(cn:caseExactMatch:=Bob Smith)": [],
  "(cn:=BOB SMITH)": [bob],
  "(:caseIgnoreMatch:=smith)": [bob],
  "(:caseIgnoreIA5Match:=dave@example.net)": [dave],
  "(cn:2.5.13.2:=Bob Smith)": [bob],
  "(cn:caseIgnoreSubstringsMatch:=b*\\5c2a*)": [],
  "(cn:caseIgnoreSubstringsMatch:=b\\2as\\2ah)": [bob],
  "(cn:caseIgnoreOrderingMatch:=b)": [alice],
  "(ou:dn:=people)": ["ou=people,dc=example,dc=org", "ou=people,dc=example,dc=net", ...all],
  "(dc:dn:caseIgnoreIA5Match:=net)": ["dc=example,dc=net", "ou=people,dc=example,dc=net", dave],
  "(cn:generalizedTimeMatch:=2026112407Z)": [],
  "(!(cn:generalizedTimeMatch:=2026112407Z))": [],
  "(cn:noSuchRule:=x)": [],
  // X.511 §7.8.1: three values.
  "(&(cn=bob smith)(mail=bob*))": [bob],
  "(&(cn=bob smith)(shoeSize=12))": [],
  "(|(cn=bob smith)(shoeSize=12))": [bob],
  "(!(&(cn=bob smith)(shoeSize=12)))": [...structure, alice, carol, dave],
  "(!(|(cn=bob smith)(shoeSize=12)))": [],
  "(!(!(cn=bob smith)))": [bob],
  // RFC 4526.
  "(&)": [...structure, ...all],
  "(|)": [],
  // An option of a type (RFC 4512 §2.5.2) that nothing has.
  "(cn;lang-de=bob smith)": [],
  "(objectClass=noSuchClass)": [],
};

Deno.test("ldap: RFC 4511 §4.5.1.7: every form of filter", async (context) => {
  for (const [filter, expected] of Object.entries(filters)) {
    await context.step(filter, async () => assertEquals((await found(filter)).toSorted(), expected.toSorted()));
  }
});

Deno.test("ldap: RFC 4511 §4.5.1: a choice of filter that nobody knows is Undefined", async () => {
  const { connect } = await ldap();
  await using client = connect();
  await client.bind();
  assertEquals(await client.find('[12] "x"'), []);
  assertEquals(await client.find('[2] { [12] "x" }'), []);
});

Deno.test("ldap: RFC 4511 §4.5.1.2: the scopes", async () => {
  const org = "dc=example,dc=org", everything = "(objectClass=*)";
  assertEquals(await found(everything, org, "baseObject"), [org]);
  assertEquals(await found(everything, org, "singleLevel"), [`ou=people,${org}`]);
  assertEquals(await found(everything, org, "wholeSubtree"), [org, `ou=people,${org}`, alice, bob, carol]);
  assertEquals(await found(everything, `ou=people,${org}`, "singleLevel"), [alice, bob, carol]);
  assertEquals(await found(everything, bob, "baseObject"), [bob]);
  assertEquals(await found(everything, "UID=Bob.Smith, ou=People, DC=example, dc=ORG", "wholeSubtree"), [bob]);
  assertEquals(await found(everything, bob, "singleLevel"), []);
  assertEquals(await found(everything, "", "wholeSubtree"), [...structure, ...all]);
});

/** Everybody whom a client sees, after a bind where there is one. */
async function seen({ connect }: LdapTest, login?: string, peer = "192.0.2.1"): Promise<string[]> {
  await using client = connect({ peer });
  if (login !== undefined) await client.bind(login);
  return await client.find("(objectClass=person)");
}

Deno.test("ldap: who has logged in sees their own domain, all, or themselves, as configured", async () => {
  assertEquals(await seen(await ldap(), "alice@example.org"), [alice, bob, carol]);
  assertEquals(await seen(await ldap(), "dave@example.net"), [dave]);
  assertEquals(await seen(await ldap({ options: { visible: "all" } }), "dave@example.net"), all);
  assertEquals(await seen(await ldap({ options: { visible: "self" } }), "alice@example.org"), [alice]);
});

Deno.test("ldap: whom somebody may not see is not there, by name neither", async () => {
  const { connect } = await ldap();
  await using client = connect();
  await client.bind();
  const answer = [`{ 7 searchResDone { noSuchObject "ou=people,dc=example,dc=net" "" } }`];
  assertEquals(await client.search("(objectClass=*)", { base: dave, scope: "baseObject" }), answer);
  assertEquals(
    await client.ask(`{ 8 compareRequest { "${dave}" { "cn" "dave" } } }`),
    ['{ 8 compareResponse { noSuchObject "ou=people,dc=example,dc=net" "" } }'],
  );
});

Deno.test("ldap: without a login all are seen from where anonymous says, and nobody from elsewhere", async () => {
  const service = await ldap({ options: { anonymous: ["192.0.2.0/24"] } });
  assertEquals(await seen(service), all);
  // Who logs in sees no less.
  assertEquals(await seen(service, "alice@example.org"), all);
  await using client = service.connect({ peer: "198.51.100.1" });
  assertEquals(await client.search("(objectClass=*)"), [
    '{ 7 searchResDone { strongerAuthRequired "" "log in first" } }',
  ]);
});

Deno.test("ldap: only those whom allow names may connect", async () => {
  const { connect } = await ldap({ options: { allow: ["192.0.2.1"] } });
  await using client = connect({ peer: "192.0.2.2" });
  const notice =
    '{ 0 extendedResp { unwillingToPerform "" "you may not connect from there" [10] "1.3.6.1.4.1.1466.20036" } }';
  assertEquals([await client.hear(), await client.hear()], [notice, undefined]);
});

Deno.test("ldap: below a base of its own, people of all domains are named by their addresses", async () => {
  const service = await ldap({ options: { base: "o=Example\\, Inc.", visible: "all" } });
  const named = people.map((address) => `uid=${address},ou=people,o=Example\\, Inc.`);
  assertEquals(await seen(service, named[3]), named);
  await using client = service.connect();
  await client.bind(named[1]);
  assertEquals(await client.find("(uid=dave)", "O=example\\2c inc."), [named[3]]);
  assertEquals(await client.find("(objectClass=organization)"), ["o=Example\\, Inc."]);
});

Deno.test("ldap: an alias that leads to one account is an address of it where that is wanted; lists are nobody's", async () => {
  const aliases = {
    "al@example.org": ["alice@example.org"],
    "all@example.org": ["alice@example.org", "bob.smith@example.org"],
    "@example.net": ["dave@example.net"],
  };
  const mail = async (given: { readonly options?: Record<string, unknown> }) => {
    const { connect } = await ldap({ aliases, ...given });
    await using client = connect();
    await client.bind();
    return (await client.search("(mail=al@example.org)", { attributes: ['"mail"'] })).slice(0, -1);
  };
  assertEquals(await mail({}), []);
  assertEquals(await mail({ options: { aliases: true } }), [
    `{ 7 searchResEntry { "${alice}" { { "mail" set { "alice@example.org" "al@example.org" } } } } }`,
  ]);
});

Deno.test("ldap: no attribute has a secret, whatever is asked for", async () => {
  const { connect } = await ldap();
  await using client = connect();
  await client.bind();
  const attributes = ['"*"', '"+"', '"userPassword"', '"secrets"'];
  const [entry = ""] = await client.search("(uid=alice)", { attributes });
  const types = [...entry.matchAll(/\{ "([^"]+)" set/g)].map(([, type]) => type);
  assertEquals(types, [
    ...["objectClass", "uid", "cn", "sn", "displayName", "mail"],
    ...["createTimestamp", "modifyTimestamp", "structuralObjectClass", "entryDN", "subschemaSubentry"],
  ]);
  assert(!/secret|scram|password/i.test(entry));
});

Deno.test("ldap: names are in one form: what an address tells, composed, with single spaces", async () => {
  const { connect } = await ldap({ people: ["zo\u00eb_van.der-berg@example.org", '"odd name"@example.org'] });
  await using client = connect();
  await client.bind('uid=\\"odd name\\",ou=people,dc=example,dc=org');
  const attributes = ['"cn"', '"sn"', '"givenName"', '"uid"'];
  const entries = (await client.search("(sn=*)", { attributes })).slice(0, -1);
  assertEquals(entries, [
    '{ 7 searchResEntry { "uid=\\\\\\"odd name\\\\\\",ou=people,dc=example,dc=org" { { "uid" set { "\\"odd name\\"" "\\"odd name\\"@example.org" } } { "cn" set { "odd name" } } { "sn" set { "name" } } { "givenName" set { "odd" } } } } }',
    '{ 7 searchResEntry { "uid=zo\u00eb_van.der-berg,ou=people,dc=example,dc=org" { { "uid" set { "zo\u00eb_van.der-berg" "zo\u00eb_van.der-berg@example.org" } } { "cn" set { "zo\u00eb van der berg" } } { "sn" set { "berg" } } { "givenName" set { "zo\u00eb van der" } } } } }',
  ]);
  assertEquals((await client.find("(cn=ZOE\\cc\\88 *)")).length, 1);
});

Deno.test("ldap: a page, an answer and a search have their limits", async () => {
  const options = { "most_entries": 2, "time_limit": "10s" };
  let time = 0;
  const slow = (storage: Storage): Storage => ({
    ...storage,
    accounts: (after, most) => {
      time += 6000;
      return storage.accounts(after, most);
    },
    account: (id) => storage.account(id),
  });
  const { connect } = await ldap({ options, wrap: slow, now: () => new Date(time) });
  await using client = connect();
  await client.bind();
  const done = async (limits: string) => (await client.search("(sn=*)", { limits })).at(-1);
  assertEquals(await done("0 0"), '{ 7 searchResDone { sizeLimitExceeded "" "" } }');
  assertEquals((await client.search("(sn=*)")).length, 3);
  // §4.5.1.5: in seconds, as the client wants it.
  assertEquals(await done("0 5"), '{ 7 searchResDone { timeLimitExceeded "" "" } }');
});

Deno.test("ldap: a filter has so many parts", async () => {
  const { connect } = await ldap();
  await using client = connect();
  await client.bind();
  const filter = (parts: number) => `(|${"(cn=a)".repeat(parts)})`;
  assertEquals(await client.search(filter(255)), ['{ 7 searchResDone { success "" "" } }']);
  const refused = ['{ 7 searchResDone { adminLimitExceeded "" "the filter has too many parts" } }'];
  assertEquals(await client.search(filter(256)), refused);
});

Deno.test("ldap: a filter that takes its time with each entry gives others their turn", async () => {
  // All fit into one page of what is read of the storage, and see one another.
  const many = Array.from({ length: 450 }, (_one, at) => `${"usér.".repeat(8)}${at}@example.org`);
  const { connect } = await ldap({ people: many });
  await using client = connect();
  await client.bind(many[0]);
  let turns = 0, isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setTimeout(count, 0);
  };
  count();
  await client.search(`(|${"(:dn:caseIgnoreMatch:=zéz)".repeat(255)})`);
  isOver = true;
  assert(turns > 10, `${turns}`);
});

Deno.test("ldap: whatever the size of pages, all entries come once, in one order", async () => {
  const many = Array.from({ length: 23 }, (_one, at) => `user${at}@example.org`);
  const { connect } = await ldap({ people: many });
  await using client = connect();
  await client.bind("user3@example.org");
  const whole = await client.find("(objectClass=*)", "dc=example,dc=org");
  assertEquals(whole.length, many.length + 2);
  for (const size of [1, 2, 7, 24, 25, 26]) {
    const pages: string[] = [];
    for (let cookie: string | undefined = ""; cookie !== undefined;) {
      const length = (cookie.length / 2).toString(16).padStart(2, "0");
      const value = `30${(5 + cookie.length / 2).toString(16).padStart(2, "0")}0201${
        size.toString(16).padStart(2, "0")
      }04${length}${cookie}`;
      const controls = `[0] { { "1.2.840.113556.1.4.319" '${value}'H } }`;
      const answer = await client.search("(objectClass=*)", { base: "dc=example,dc=org", controls });
      const entries = answer.slice(0, -1).map((entry) => /"([^"]+)"/.exec(entry)?.[1] ?? "");
      assert(entries.length <= size);
      pages.push(...entries);
      const [, sent = ""] = /'30..020100(?:04|04..)?([0-9a-f]*)'H/.exec(answer.at(-1) ?? "") ?? [];
      const [, next] = /^04..((?:..)+)$/.exec(/'30..020100([0-9a-f]+)'H/.exec(answer.at(-1) ?? "")?.[1] ?? sent) ?? [];
      cookie = next;
    }
    assertEquals(pages, whole, `${size}`);
  }
});
