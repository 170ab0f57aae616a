/** OpenLDAP's tools: every way to log in, every form of filter, pages, and what is refused. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mailName, makeAuthority } from "../support/authority.ts";
import type { TestSettings } from "../support/test_config.ts";
import type { Finished } from "../support/run_program.ts";
import { type ClientHome, interopTest, type Program } from "./client.ts";
import { kerberosRealm, realmPrograms, withTickets } from "./kerberos_realm.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const tool = (name: string): Program => ({ name, packageName: "ldap-utils" });
const sasl = (name: string, packageName: string): Program => ({
  name: `/usr/lib/${Deno.build.arch}-linux-gnu/sasl2/lib${name}.so`,
  packageName,
});
const programs = [tool("ldapsearch"), tool("ldapwhoami"), tool("ldapcompare"), tool("ldapmodify"), tool("ldapdelete")];
const [search, whoami, compare, modify] = programs.map(({ name }) => tool(name));
const mechanisms = ["scram", "digestmd5", "crammd5", "plain"].map((name) => sasl(name, "libsasl2-modules"));

const people = "ou=people,dc=example,dc=org";
const aliceName = `uid=alice,${people}`;
const accounts = {
  [alice.address]: alice.password,
  "bob.smith@example.org": "secret of bob",
  "carol@example.org": "secret of carol",
  "dave@example.net": "secret of dave",
};

/** A server with an address book. */
function serverOf(
  furtherTls: "starttls" | "tls",
  options: Readonly<Record<string, unknown>> = {},
  settings: TestSettings = {},
): Promise<MailServer> {
  const domains = ["example.org", "example.net"];
  return mailServer({ accounts, domains, further: { ldap: options }, furtherTls, ...settings });
}

/** Runs a tool against a server, whose certificate it knows. For "localhost" it takes what the machine is called otherwise. */
async function run(
  home: ClientHome,
  program: Program | undefined,
  server: MailServer,
  args: readonly string[],
  scheme: "ldap" | "ldaps" = "ldap",
  host = "127.0.0.1",
): Promise<Finished> {
  if (program === undefined) throw new Error("no program");
  await home.write(".ldaprc", `TLS_CACERT ${server.certificate}\nTLS_REQCERT demand\n`);
  return await home.run(program, ["-H", `${scheme}://${host}:${server.furtherPorts.ldap}`, ...args]);
}

const simple = ["-x", "-D", aliceName, "-w", alice.password];

/** Names of entries, in their order. */
function found({ stdout }: Finished): string[] {
  return [...stdout.matchAll(/^dn: (.*)$/gm)].map(([, name = ""]) => name);
}

interopTest(
  "ldap-utils: a password after StartTLS, and under TLS; in the clear it is refused",
  programs,
  async (home) => {
    await using server = await serverOf("starttls");
    const told = await run(home, whoami, server, [...simple, "-ZZ"]);
    assertEquals([told.code, told.stdout], [0, `dn:${aliceName}\n`], told.stderr);
    const refused = await run(home, whoami, server, simple);
    assertEquals(refused.code, 13);
    assertStringIncludes(refused.stderr, "Confidentiality required (13)");
    const wrong = await run(home, whoami, server, ["-ZZ", "-x", "-D", aliceName, "-w", "guess"]);
    assertStringIncludes(wrong.stderr, "Invalid credentials (49)");
    await using secured = await serverOf("tls");
    const implicit = await run(home, whoami, secured, simple, "ldaps");
    assertEquals([implicit.code, implicit.stdout], [0, `dn:${aliceName}\n`], implicit.stderr);
    assertEquals(server.log.filter(({ level }) => level === "error"), []);
  },
);

interopTest("ldap-utils: nobody looks without a login, unless configured", programs, async (home) => {
  await using closed = await serverOf("starttls");
  const refused = await run(home, search, closed, ["-x", "-b", "dc=example,dc=org"]);
  assertStringIncludes(refused.stderr, "Inappropriate authentication (48)");
  await using open = await serverOf("starttls", { anonymous: ["127.0.0.1"] });
  const all = await run(home, search, open, ["-x", "-b", "", "-LLL", "(objectClass=person)", "1.1"]);
  assertEquals(found(all).length, 4, all.stderr);
  const [warning] = open.log.filter(({ level }) => level === "warn");
  assertStringIncludes(String(warning?.message), "without a login");
});

for (
  const [mechanism, layer] of [
    ["SCRAM-SHA-1", undefined],
    ["SCRAM-SHA-256", undefined],
    ["CRAM-MD5", undefined],
    ["DIGEST-MD5", 0],
    ["DIGEST-MD5", 1],
    ["DIGEST-MD5", 128],
    ["PLAIN", undefined],
  ] as const
) {
  const name = `${mechanism}${layer === undefined ? "" : ` with a layer of strength ${layer}`}`;
  interopTest(`ldap-utils: ${name}`, [...programs, ...mechanisms], async (home) => {
    await using server = await serverOf("starttls");
    const strength = layer === undefined ? [] : ["-O", `minssf=${layer},maxssf=${layer}`];
    // The server goes by the name that the client was given, not by one that the resolver has for its address.
    const login = ["-N", "-Y", mechanism, "-U", "alice", "-w", alice.password, ...strength];
    const tls = mechanism === "PLAIN" ? ["-ZZ"] : [];
    const told = await run(home, search, server, [...login, ...tls, "-b", people, "-LLL", "(objectClass=*)", "mail"]);
    assertEquals(told.code, 0, told.stderr);
    assertEquals(found(told), [people, ...["alice", "bob.smith", "carol"].map((uid) => `uid=${uid},${people}`)]);
    if (layer !== undefined && layer > 0) assertStringIncludes(told.stderr, `SASL SSF: ${layer}\n`);
    const wrong = await run(home, whoami, server, [
      ...login.map((arg) => arg === alice.password ? "guess" : arg),
      ...tls,
    ]);
    assertEquals(wrong.code, 49, wrong.stderr);
  });
}

interopTest(
  "ldap-utils: it chooses a mechanism by itself from the root DSE",
  [...programs, ...mechanisms],
  async (home) => {
    await using server = await serverOf("starttls");
    const told = await run(home, whoami, server, ["-N", "-ZZ", "-U", "alice", "-w", alice.password]);
    assertEquals([told.code, told.stdout], [0, `dn:${aliceName}\n`], told.stderr);
    assertMatch(told.stderr, /SASL\/SCRAM-SHA-(?:256|512) authentication started/);
  },
);

interopTest("ldap-utils: EXTERNAL by a client's certificate", programs, async (home) => {
  const authority = await makeAuthority("authority");
  const { certificate, key } = await authority.issue({ names: [mailName(alice.address)] });
  const files = { "authority.pem": authority.certificate };
  const settings: TestSettings = { engine: "node", auth: ["external"], files, tls: { "client_ca": "./authority.pem" } };
  await using server = await serverOf("starttls", {}, settings);
  await home.write(
    ".ldaprc",
    `TLS_CACERT ${server.certificate}\nTLS_CERT ${await home.write("c", certificate)}\nTLS_KEY ${await home.write(
      "k",
      key,
    )}\n`,
  );
  const url = `ldap://127.0.0.1:${server.furtherPorts.ldap}`;
  for (const identity of [[], ["-X", "u:alice"], ["-X", `dn:${aliceName}`]]) {
    const told = await home.run(tool("ldapwhoami"), ["-H", url, "-ZZ", "-Y", "EXTERNAL", ...identity]);
    assertEquals([told.code, told.stdout], [0, `dn:${aliceName}\n`], told.stderr);
  }
  const other = await home.run(tool("ldapwhoami"), ["-H", url, "-ZZ", "-Y", "EXTERNAL", "-X", "u:carol"]);
  assertEquals(other.code, 49, other.stderr);
});

const gssapi = sasl("gssapiv2", "libsasl2-modules-gssapi-mit");

for (const [name, strength] of Object.entries({ "no layer": 0, "integrity": 1, "confidentiality": 256 })) {
  interopTest(`ldap-utils: GSSAPI with ${name}`, [...programs, gssapi, ...realmPrograms], async (home) => {
    await using realm = await kerberosRealm();
    await using server = await serverOf("starttls", {}, {
      auth: [{ use: "gssapi", options: { keytab: realm.keytab } }],
    });
    const client = withTickets(home, realm.alice);
    const layer = ["-N", "-Y", "GSSAPI", "-O", `minssf=${strength},maxssf=${strength}`];
    const told = await run(
      client,
      search,
      server,
      [...layer, "-b", people, "-LLL", "(mail=bob*)", "mail"],
      "ldap",
      "localhost",
    );
    assertEquals([told.code, found(told)], [0, [`uid=bob.smith,${people}`]], told.stderr);
    if (strength > 0) assertStringIncludes(told.stderr, `SASL SSF: ${strength}\n`);
  });
}

const filters: Readonly<Record<string, readonly string[]>> = {
  "(cn=bob smith)": ["bob.smith"],
  "(cn=*smi*)": ["bob.smith"],
  "(cn=b*b*th)": ["bob.smith"],
  "(&(objectClass=person)(!(sn=smith)))": ["alice", "carol"],
  "(|(uid=alice)(uid=carol))": ["alice", "carol"],
  "(createTimestamp>=20200101000000Z)": ["alice", "bob.smith", "carol"],
  "(createTimestamp<=20200101000000Z)": [],
  "(cn~=Alice)": ["alice"],
  "(givenName=*)": ["bob.smith"],
  "(cn:caseExactMatch:=alice)": ["alice"],
  "(:dn:caseIgnoreMatch:=carol)": ["carol"],
  "(&)": ["alice", "bob.smith", "carol"],
  "(cn=alice\\2a)": [],
};

interopTest("ldap-utils: every form of filter", programs, async (home) => {
  await using server = await serverOf("tls");
  for (const [filter, uids] of Object.entries(filters)) {
    const told = await run(
      home,
      search,
      server,
      [...simple, "-b", people, "-s", "one", "-LLL", filter, "1.1"],
      "ldaps",
    );
    assertEquals([told.code, found(told)], [0, uids.map((uid) => `uid=${uid},${people}`)], filter + told.stderr);
  }
});

interopTest("ldap-utils: an entry, whole, and only its types", programs, async (home) => {
  await using server = await serverOf("tls");
  const book = [...simple, "-b", people, "-LLL", "-o", "ldif-wrap=no"];
  const whole = await run(home, search, server, [...book, "(uid=bob.smith)"], "ldaps");
  assertEquals(whole.stdout.trim().split("\n"), [
    `dn: uid=bob.smith,${people}`,
    ...["top", "person", "organizationalPerson", "inetOrgPerson"].map((name) => `objectClass: ${name}`),
    ...["uid: bob.smith", "uid: bob.smith@example.org", "cn: bob smith", "sn: smith", "givenName: bob"],
    ...["displayName: bob smith", "mail: bob.smith@example.org"],
  ]);
  const types = await run(home, search, server, [...book, "-A", "(uid=alice)", "mail", "+"], "ldaps");
  assertEquals(types.stdout.trim().split("\n").slice(1), [
    ...["mail:", "createTimestamp:", "modifyTimestamp:", "structuralObjectClass:", "entryDN:", "subschemaSubentry:"],
  ]);
});

interopTest("ldap-utils: pages, and the limits of either side", programs, async (home) => {
  await using server = await serverOf("tls", { most_entries: 2 });
  const book = [...simple, "-b", people, "-s", "one", "-LLL"];
  const paged = await run(home, search, server, [...book, "-E", "pr=1/noprompt", "(mail=*)", "1.1"], "ldaps");
  assertEquals([paged.code, found(paged).length], [0, 3], paged.stderr);
  const limited = await run(home, search, server, [...book, "(mail=*)", "1.1"], "ldaps");
  assertEquals([limited.code, found(limited).length], [4, 2], limited.stderr);
  const wanted = await run(home, search, server, [...book, "-z", "1", "-l", "300", "(mail=*)", "1.1"], "ldaps");
  assertEquals([wanted.code, found(wanted).length], [4, 1], wanted.stderr);
  // RFC 2891, insisted on.
  const sorted = await run(home, search, server, [...book, "-E", "!sss=mail", "(mail=*)"], "ldaps");
  assertEquals(sorted.code, 12, sorted.stderr);
});

interopTest("ldap-utils: what is there is compared, and nothing changes", programs, async (home) => {
  await using server = await serverOf("tls");
  const compared = await run(home, compare, server, [...simple, aliceName, "mail:ALICE@example.org"], "ldaps");
  assertStringIncludes(compared.stdout, "TRUE");
  const change = await home.write("change", `dn: ${aliceName}\nchangetype: modify\nreplace: cn\ncn: Eve\n`);
  const modified = await run(home, modify, server, [...simple, "-f", change], "ldaps");
  assertStringIncludes(modified.stderr, "Server is unwilling to perform (53)");
  const deleted = await run(home, tool("ldapdelete"), server, [...simple, aliceName], "ldaps");
  assertStringIncludes(deleted.stderr, "Server is unwilling to perform (53)");
  assert(await server.storage.accountByAddress(alice.address) !== undefined);
});
