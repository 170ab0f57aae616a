import { assert, assertEquals } from "@std/assert";
import { stringify } from "@std/yaml";
import fc from "fast-check";
import { explainIssues } from "../../../core/config/explain_issues.ts";
import { loadConfig, loadConfigText } from "../../../core/config/load_config.ts";

const example = `
hostname: mail.example.org
domains: [example.org, Example.NET]
data: ./data
tls: { certificate: ./tls/cert.pem, key: ./tls/key.pem, engine: deno }
storage: sqlite
directory: local
auth: [plain, login, cram-md5, digest-md5, apop, scram-sha-256]
cleartext_auth: false
limits: { message: 50MB, connections: 10000, connections_per_address: 200, auth_delay: 2s }
protocols:
  - { use: smtp, listen: ["0.0.0.0:25 starttls"] }
  - { use: smtp, listen: ["0.0.0.0:587 starttls", "0.0.0.0:465 tls"], options: { mode: submission } }
  - { use: pop3, listen: ["0.0.0.0:110 starttls", "0.0.0.0:995 tls"] }
  - { use: imap, listen: ["0.0.0.0:143 starttls", "0.0.0.0:993 tls"] }
filters: [spf, dkim, { use: ./my_filter.ts, on_failure: continue, sandbox: { net: [spam.example.org] } }]
`;
const least = `hostname: mail.example.org\nprotocols: [{ use: pop3, listen: ["127.0.0.1:2110"] }]\n`;
const variables = new Map([["HOST", "env.example.org"], ["DB_PASSWORD", "hunter2!"], ["PORT", "2110"], ["MANY", "77"]]);
const environment = (name: string) => variables.get(name);

function load(text: string) {
  const loaded = loadConfigText(text, "/srv/mail/mail.yaml", environment);
  assert(loaded.ok, loaded.ok ? "" : loaded.problems.join("\n"));
  return loaded.config;
}

function problems(text: string): readonly string[] {
  const loaded = loadConfigText(text, "mail.yaml", environment);
  return loaded.ok ? [] : loaded.problems;
}

Deno.test("mail.yaml: the example of the design is read, paths relative to the file", () => {
  const { source: _, ...config } = load(example);
  assertEquals(config.domains, ["example.org", "example.net"]);
  assertEquals(config.data, "/srv/mail/data");
  assertEquals(config.tls, { certificate: "/srv/mail/tls/cert.pem", key: "/srv/mail/tls/key.pem", engine: "deno" });
  assertEquals(config.limits, {
    message: 50_000_000,
    connections: 10_000,
    connectionsPerAddress: 200,
    authDelay: 2000,
  });
  assertEquals(config.protocols[1], {
    use: "smtp",
    options: { mode: "submission" },
    listen: [
      { hostname: "0.0.0.0", port: 587, security: "starttls" },
      { hostname: "0.0.0.0", port: 465, security: "tls" },
    ],
    at: ["protocols", 1],
  });
  assertEquals(config.filters.map(({ use, onFailure, sandbox }) => [use, onFailure, sandbox?.net]), [
    ["spf", "defer", undefined],
    ["dkim", "defer", undefined],
    ["./my_filter.ts", "continue", ["spam.example.org"]],
  ]);
});

Deno.test("mail.yaml: what is left out has the values of the example", () => {
  const { source: _, ...full } = load(example);
  const { source: __, ...config } = load(least);
  assertEquals(config, {
    ...config,
    data: full.data,
    domains: ["mail.example.org"],
    storage: full.storage,
    directory: full.directory,
    auth: full.auth,
    cleartextAuth: full.cleartextAuth,
    limits: full.limits,
    filters: [],
    log: { format: "text", level: "info" },
  });
  assertEquals("tls" in config, false);
});

Deno.test("mail.yaml: every problem at once, each with its path, what was expected, what was found, the nearest name", () => {
  assertEquals(
    problems(`
hostnam: mail.example.org
domains: [example.org, "not a domain"]
tls: { certificate: ./cert.pem, engin: node }
storage: { use: sqlite, sandbox: { net: [] } }
auth: plain
cleartext_auth: perhaps
limits: { message: big, connections: 0, auth_delay: 2 }
protocols:
  - { use: pop3, listen: ["0.0.0.0:110 tsl"], on_failure: continue }
  - pop3
  - { use: smtp, listen: [] }
filters: [{ use: "http://example.org/x.ts" }, { use: spf, on_failure: ignore, sandbox: { nett: [] } }]
log: { format: xml, level: 3 }
`),
    [
      'mail.yaml  hostname: is missing: expected a host name such as "mail.example.org"',
      'mail.yaml  domains[1]: expected a domain such as "example.org", found "not a domain"',
      'mail.yaml  tls.key: is missing: expected a path such as "./tls/key.pem", relative to this file',
      "mail.yaml  tls.engin: unknown key — did you mean engine?",
      "mail.yaml  storage.sandbox: expected no sandbox: protocols and storage run inside the server, found a mapping",
      'mail.yaml  auth: expected a list of plugins such as [plain, scram-sha-256], found "plain"',
      'mail.yaml  cleartext_auth: expected true or false, found "perhaps"',
      'mail.yaml  limits.message: expected a size such as "50MB" or "64KiB", found "big"',
      "mail.yaml  limits.connections: expected a whole number of at least 1, found 0",
      'mail.yaml  limits.auth_delay: expected a duration such as "30s", "10m" or "2h", found 2',
      'mail.yaml  protocols[0].listen[0]: expected HOST:PORT, then "tls", "starttls" or nothing, such as "0.0.0.0:995 tls" or "[::]:110 starttls", found "0.0.0.0:110 tsl"',
      "mail.yaml  protocols[0].on_failure: unknown key; known: use, options, integrity, sandbox, listen",
      'mail.yaml  protocols[1]: expected a mapping of keys such as { use: pop3, listen: ["0.0.0.0:110 starttls"] }, found "pop3"',
      'mail.yaml  protocols[2].listen: expected a list of addresses such as ["0.0.0.0:110 starttls"], found an empty list',
      'mail.yaml  filters[0].use: expected a plugin: a name such as "pop3", a path such as "./my_filter.ts", or a jsr:, npm: or https: specifier, found "http://example.org/x.ts"',
      "mail.yaml  filters[1].sandbox.nett: unknown key — did you mean net?",
      'mail.yaml  filters[1].on_failure: expected defer or continue, found "ignore"',
      'mail.yaml  log.format: expected text or json, found "xml"',
      "mail.yaml  log.level: expected debug or info or warn or error, found 3",
      "mail.yaml  hostnam: unknown key — did you mean hostname?",
    ],
  );
});

Deno.test("mail.yaml: listeners with TLS need a certificate, also when other keys are wrong", () => {
  const text = `hostname: m.example\nauht: []\nprotocols: [{ use: pop3, listen: ["0.0.0.0:110", "0.0.0.0:995 tls"] }]`;
  assertEquals(problems(text), [
    "mail.yaml  auht: unknown key — did you mean auth?",
    'mail.yaml  tls: is missing: protocols[0].listen[1] says "tls", which needs { certificate: ./tls/cert.pem, key: ./tls/key.pem }',
  ]);
});

Deno.test("mail.yaml: an address that is taken twice is a problem, whatever it is called", () => {
  const entry = (use: string, ...listen: string[]) => ({ use, listen });
  const taken = (...protocols: ReturnType<typeof entry>[]) => problems(stringify({ hostname: "m.example", protocols }));
  assertEquals(taken(entry("pop3", "0.0.0.0:110"), entry("smtp", "127.0.0.1:110")), [
    "mail.yaml  protocols[1].listen[0]: port 110 is taken by protocols[0].listen[0] (0.0.0.0:110)",
  ]);
  assertEquals(taken(entry("pop3", "[::]:110", "10.0.0.1:110")).length, 1);
  assertEquals(taken(entry("pop3", "[::1]:110", "[0:0:0:0:0:0:0:1]:110")).length, 1);
  assertEquals(taken(entry("pop3", "127.0.0.1:0", "127.0.0.1:0"), entry("smtp", "127.0.0.1:25", "127.0.0.2:25")), []);
  assertEquals(taken(entry("pop3", "0.0.0.0:110", "[::1]:110")), []);
});

Deno.test("mail.yaml: environment variables are filled in after the YAML is read, and only those that are named", () => {
  const asked: string[] = [];
  const loaded = loadConfigText(
    'hostname: ${HOST}\nlimits: { connections: "${MANY}" }\nprotocols: [{ use: pop3, options: { a: "x ${DB_PASSWORD} $${HOST}" }, listen: ["127.0.0.1:${PORT}"] }]',
    "mail.yaml",
    (name) => {
      asked.push(name);
      return variables.get(name);
    },
  );
  assert(loaded.ok);
  assertEquals(loaded.config.hostname, "env.example.org");
  assertEquals(loaded.config.limits.connections, 77);
  assertEquals(loaded.config.protocols[0]?.options, { a: "x hunter2! ${HOST}" });
  assertEquals(loaded.config.protocols[0]?.listen[0]?.port, 2110);
  assertEquals(asked.sort(), ["DB_PASSWORD", "HOST", "MANY", "PORT"]);
});

Deno.test("mail.yaml: a variable that is not set or not allowed is a problem like any other", () => {
  assertEquals(problems(least.replace("mail.example.org", "${NOWHERE}") + "data: ${oops\nauth: [5]\n"), [
    "mail.yaml  hostname: environment variable NOWHERE is not set",
    'mail.yaml  data: expected ${NAME}; a plain ${ is written $${, found "${oops"',
    'mail.yaml  auth[0]: expected a plugin: a name such as "pop3", a path such as "./my_filter.ts", or a jsr:, npm: or https: specifier, found 5',
  ]);
  const denied = loadConfigText(least.replace("mail.example.org", "${HOST}"), "mail.yaml", () => {
    throw new Deno.errors.NotCapable("no");
  });
  assertEquals(denied.ok ? [] : denied.problems, [
    "mail.yaml  hostname: environment variable HOST may not be read; allow it with --allow-env=HOST",
  ]);
});

Deno.test("mail.yaml: secrets never appear in problems", () => {
  const text = `
hostname: "\${DB_PASSWORD}/x"
data: "\${DB_PASSWORD}"
limits: { message: "\${DB_PASSWORD}" }
storage: { use: "postgres://mail:hunter3!@db/ x" }
log: { file: [ ] }
password: hunter4!
`;
  const all = problems(text).join("\n");
  assert(!/hunter/.test(all), all);
  assert(all.includes('found "${DB_PASSWORD}/x"'), all);
});

Deno.test("mail.yaml: a plugin's own schema reports into the same file, secrets hidden there too", () => {
  const text =
    `${least}storage: { use: postgres, options: { password: hunter2!, poool: "\${DB_PASSWORD}", size: many } }`;
  const loaded = loadConfigText(text, "mail.yaml", environment);
  assert(loaded.ok);
  const { source, storage } = loaded.config;
  const lines = explainIssues(source, [
    { message: 'Invalid type: Expected number but received "many"', path: [{ key: "size" }] },
    { message: "unknown option — did you mean pool?", path: ["poool"] },
    { message: 'Invalid key: Expected never but received "hunter2!"', path: ["poool"] },
    { message: "too short: hunter2!", path: ["password"] },
    { message: "expected a long password", path: ["password"] },
    { message: "expected a folder", path: ["nowhere", 3, "a\nb"] },
  ], { at: [...storage.at, "options"], of: "postgres" });
  assertEquals(lines, [
    'mail.yaml  storage.options.size: expected number, found "many"',
    "mail.yaml  storage.options.poool: unknown option of postgres — did you mean pool?",
    "mail.yaml  storage.options.poool: unknown option of postgres",
    "mail.yaml  storage.options.password: too short: …",
    "mail.yaml  storage.options.password: expected a long password, found something else (not shown)",
    'mail.yaml  storage.options.nowhere[3]["a\\nb"]: expected a folder, found nothing',
  ]);
});

Deno.test("mail.yaml: what counts or measures something about a secret is none, and is shown", () => {
  const loaded = loadConfigText(`${least}directory: { use: local, options: { password_hash_cost: 99 } }`, "mail.yaml");
  assert(loaded.ok);
  const { source, directory } = loaded.config;
  const issues = [{ message: "expected a whole number from 10 to 20", path: ["password_hash_cost"] }];
  assertEquals(explainIssues(source, issues, { at: [...directory.at, "options"] }), [
    "mail.yaml  directory.options.password_hash_cost: expected a whole number from 10 to 20, found 99",
  ]);
});

Deno.test("mail.yaml: entries that name their plugin can be checked further though the rest is wrong", () => {
  const loaded = loadConfigText(
    "hostname: 5\nauth: [plain, 7, { use: apop }]\nfilters: [spf, { use: ./f.ts, sandbax: {} }]\n" +
      "protocols: [{ use: pop3, options: { expire: 1 } }, { use: imap, listen: ['[::1]:143'] }]",
    "mail.yaml",
    environment,
  );
  assert(!loaded.ok);
  assertEquals(loaded.remains?.entries.map(({ kind, entry }) => [kind, entry.use, entry.at]), [
    ["storage", "sqlite", ["storage"]],
    ["directory", "local", ["directory"]],
    ["auth", "plain", ["auth", 0]],
    ["auth", "apop", ["auth", 2]],
    ["filter", "spf", ["filters", 0]],
    ["protocol", "pop3", ["protocols", 0]],
    ["protocol", "imap", ["protocols", 1]],
  ]);
});

Deno.test("mail.yaml: what is not YAML, not a mapping, not there or not a file is one line", async () => {
  assertEquals(problems("a: [1"), [
    "mail.yaml  line 2, column 1: is not YAML: Cannot read flow collection: unexpected end of the stream within a flow collection" +
    "; a bracket, a brace or a quote may not be closed above",
  ]);
  assertEquals(problems("hostname:a.example\ndomains: [b.example]"), [
    "mail.yaml  line 2, column 8: is not YAML: Cannot read document: end of the stream or a document separator is expected" +
    "; a space may be missing after a colon here or above, or quotes around a value",
  ]);
  assertEquals(problems("data: a: b").map((line) => line.replace(/.*; /, "")), [
    "a value with a colon in it needs quotes",
  ]);
  assertEquals(problems("data: 'a").map((line) => line.replace(/.*; /, "")), ["a quote may not be closed above"]);
  assertEquals(problems("password: !hunter2"), [
    "mail.yaml  line 2, column 1: is not YAML: Cannot resolve unknown tag …; a value that begins with such a sign needs quotes",
  ]);
  assertEquals(problems("filters:\n  - a\nlog: {}\nfilters:\n  - { use: b }\n"), [
    "mail.yaml  line 4: is not YAML: Cannot store mapping pair: duplicated key",
  ]);
  assertEquals(problems(""), ["mail.yaml  expected a mapping of keys, found nothing"]);
  assertEquals(problems("- a"), ["mail.yaml  expected a mapping of keys, found a list"]);
  const folder = await Deno.makeTempDir();
  try {
    const missing = await loadConfig(`${folder}/mail.yaml`);
    assertEquals(missing.ok ? [] : missing.problems, [`${folder}/mail.yaml  there is no such file`]);
    const notFile = await loadConfig(folder);
    assertEquals(notFile.ok ? [] : notFile.problems, [`${folder}  is a folder; expected a file such as mail.yaml`]);
    // Another folder would be taken for the one that was meant, and all mail lost from sight.
    const latin1 = [...new TextEncoder().encode(`${least}data: ./m`), 0xe4, 0x0a], utf16 = [0xff, 0xfe, 0x61, 0x00];
    for (const [octets, line] of [[latin1, 3], [utf16, 1]] as const) {
      await Deno.writeFile(`${folder}/mail.yaml`, Uint8Array.from(octets));
      const inOther = await loadConfig(`${folder}/mail.yaml`);
      const problem = `${folder}/mail.yaml  line ${line}: is not UTF-8; save the file in that encoding`;
      assertEquals(inOther.ok ? [] : inOther.problems, [problem]);
    }
    await Deno.writeTextFile(`${folder}/mail.yaml`, `\ufeff${least}`);
    assert((await loadConfig(`${folder}/mail.yaml`)).ok, "a byte order mark is no part of the text");
    await Deno.writeTextFile(`${folder}/mail.yaml`, least);
    const loaded = await loadConfig(`${folder}/mail.yaml`);
    assertEquals(loaded.ok && loaded.config.data, `${folder}/data`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("mail.yaml: RFC 6531 §3.7.1: the name in greetings is an A-label; domains stay as they are written", () => {
  const text = least.replace("mail.example.org", "Bücher.example\ndomains: [Bücher.example]");
  const loaded = loadConfigText(text, "mail.yaml");
  assert(loaded.ok);
  assertEquals([loaded.config.hostname, ...loaded.config.domains], ["xn--bcher-kva.example", "bücher.example"]);
});

Deno.test("mail.yaml: a value within itself, and one that multiplies, end as a problem", () => {
  const within = problems(`${least}filters: &x [*x]`);
  assert(within.length > 0 && within.length < 5, within.join("\n"));
  const bomb = Array.from({ length: 9 }, (_, n) => `k${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(",")}]`);
  const many = problems(`k0: &a0 x\n${bomb.join("\n")}\n`);
  assert(many.length > 0 && many.length < 30, `${many.length}`);
});

Deno.test("mail.yaml: no document makes it throw, no problem spans two lines, each names the file", () => {
  const keys = fc.constantFrom(
    "hostname",
    "domains",
    "data",
    "tls",
    "storage",
    "auth",
    "limits",
    "protocols",
    "filters",
    "log",
    "use",
    "listen",
    "options",
    "sandbox",
    "net",
    "integrity",
    "message",
  );
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("pop3", "0.0.0.0:25 tls", "${HOST}", "${", "./x", "10s", "5MB"),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("document"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(keys, fc.string()), tie("document"), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(document, (value) => {
      for (const line of problems(stringify(value, { skipInvalid: true }))) {
        assert(/^mail\.yaml {2}\P{Cc}+$/u.test(line), line);
      }
    }),
    { numRuns: 300 },
  );
  fc.assert(fc.property(fc.string(), (text) => {
    for (const line of problems(text)) assert(/^mail\.yaml {2}\P{Cc}+$/u.test(line), line);
  }));
});
