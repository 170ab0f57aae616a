import { assertEquals, assertMatch } from "@std/assert";
import { makeAuthority, serverNames } from "../../support/authority.ts";
import { runMain } from "../../support/run_main.ts";

interface Given {
  readonly words?: readonly string[];
  /** What else is in the folder. */
  readonly files?: Readonly<Record<string, string>>;
}

async function check(text: string | undefined, { words = [], files = {} }: Given = {}) {
  const folder = await Deno.makeTempDir();
  try {
    const written = { ...text !== undefined && { "mail.yaml": text }, ...files };
    for (const [name, content] of Object.entries(written)) await Deno.writeTextFile(`${folder}/${name}`, content);
    const found = await runMain(["check", "--config", `${folder}/mail.yaml`, ...words], { folder });
    const entries = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(entries.sort(), Object.keys(written).sort());
    const plain = (text: string) => text.replaceAll(folder, "DIR");
    return { code: found.code, stdout: plain(found.stdout), stderr: plain(found.stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const good = `hostname: a.example\nprotocols: [{ use: pop3, listen: ["127.0.0.1:0"] }]\n`;

Deno.test("check: a good file; nothing is set up", async () => {
  assertEquals(await check(good), { code: 0, stdout: "DIR/mail.yaml can be served\n", stderr: "" });
  assertEquals(await check(good, { words: ["--json"] }), {
    code: 0,
    stdout: '{"ok":true,"problems":[]}\n',
    stderr: "",
  });
});

Deno.test("check: all problems at once, the plugins' too, and exit code 2", async () => {
  const bad = `hostnam: a.example
storage: { use: memory, options: { size: 1 } }
protocols:
  - { use: pop3, listen: ["127.0.0.1:0"], options: { idle_timout: 10m } }
  - { use: smtp2, listen: ["127.0.0.1:0 tls"] }
`;
  const { code, stdout, stderr } = await check(bad);
  assertEquals([code, stdout], [2, ""]);
  assertEquals(stderr.trim().split("\n").map((line) => line.replace(/^DIR\/mail\.yaml {2}/, "").replace(/: .*/, "")), [
    "hostname",
    "hostnam",
    "tls",
    "storage.options.size",
    "protocols[0].options.idle_timout",
    "protocols[1].use",
  ]);
  const json = await check(bad, { words: ["--json"] });
  assertEquals([json.code, json.stderr], [2, ""]);
  assertEquals(JSON.parse(json.stdout).problems.length, 6);
});

Deno.test("check: a certificate that cannot be read, along with the plugins' problems", async () => {
  const { code, stderr } = await check(`hostname: a.example
tls: { certificate: none.pem, key: none.pem }
protocols: [{ use: pop3, listen: ["127.0.0.1:0 tls"], options: { idle_timout: 10m } }]
`);
  assertEquals(code, 2);
  assertEquals(stderr.replaceAll("DIR/", "").trim().split("\n").map((line) => line.replace(/: unknown.*/, "")), [
    "mail.yaml  protocols[0].options.idle_timout",
    "mail.yaml  tls.certificate: none.pem: there is no such file",
    "mail.yaml  tls.key: none.pem: there is no such file",
  ]);
});

Deno.test("check: a certificate that clients refuse is told, and is no reason not to serve", async () => {
  const { certificate, key } = await (await makeAuthority("Test")).issue({ names: serverNames, days: [-10, -1] });
  const files = { "cert.pem": certificate, "key.pem": key };
  const text = `hostname: a.example
tls: { certificate: cert.pem, key: key.pem }
protocols: [{ use: pop3, listen: ["127.0.0.1:0 tls"] }]
`;
  const { code, stdout, stderr } = await check(text, { files });
  assertEquals([code, stdout], [0, "DIR/mail.yaml can be served\n"]);
  assertMatch(stderr, /^DIR\/mail\.yaml {2}tls\.certificate: DIR\/cert\.pem has expired on [\d-]{10}: .*\n$/);
  const json = await check(text, { files, words: ["--json"] });
  assertEquals([json.code, JSON.parse(json.stdout)], [0, { ok: true, problems: [], warnings: [stderr.trimEnd()] }]);
});

Deno.test("check: an entry with an address that makes no sense is told its wrong options too", async () => {
  const { code, stderr } = await check(
    `hostname: a.example\nprotocols: [{ use: pop3, listen: ["127.0.0.1"], options: { idle_timout: 10m } }]\n`,
  );
  assertEquals(code, 2);
  assertEquals(stderr.replaceAll("DIR/", "").trim().split("\n").map((line) => line.replace(/: .*/, "")), [
    "mail.yaml  protocols[0].listen[0]",
    "mail.yaml  protocols[0].options.idle_timout",
  ]);
});

Deno.test("check: a file that is not there", async () => {
  assertEquals(await check(undefined), { code: 2, stdout: "", stderr: "DIR/mail.yaml  there is no such file\n" });
});

Deno.test("check: a file that is not YAML", async () => {
  const { code, stderr } = await check("a: [\n");
  assertEquals(code, 2);
  assertMatch(stderr, /^DIR\/mail\.yaml {2}line \d+, column \d+: is not YAML: /);
});

Deno.test("check: what plugins find that their options name is told; one that fails is told, one in a sandbox not asked", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const plugin = (name: string, check: string) =>
      Deno.writeTextFile(
        `${folder}/${name}.js`,
        `export default {
          apiVersion: 1, kind: "filter", name: "${name}", summary: "", setup() { throw new Error("set up"); },
          options: { "~standard": { version: 1, vendor: "x", validate: (value) => ({ value }) } },
          check: async (options) => { ${check} },
        };`,
      );
    await plugin(
      "finds",
      'return [{ message: `${options.list} is empty`, path: ["list"] }, { message: "all is old" }];',
    );
    await plugin("content", "return [];");
    await plugin("fails", 'throw new Error("no idea");');
    await plugin("apart", 'return [{ message: "is never told" }];');
    await Deno.writeTextFile(
      `${folder}/mail.yaml`,
      `hostname: a.example
protocols: [{ use: pop3, listen: ["127.0.0.1:0"] }]
filters: [{ use: ./finds.js, options: { list: a.txt } }, ./content.js, ./fails.js, { use: ./apart.js, sandbox: {} }]
`,
    );
    const { code, stderr } = await runMain(["check", "--config", `${folder}/mail.yaml`], { folder });
    assertEquals(stderr.replaceAll(`${folder}/`, "").trim().split("\n"), [
      "mail.yaml  filters[0].options.list: a.txt is empty",
      "mail.yaml  filters[0].options: all is old",
      "mail.yaml  filters[2].options: cannot be checked: no idea",
    ]);
    assertEquals(code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
