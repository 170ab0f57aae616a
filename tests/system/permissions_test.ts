/** docs/permissions.md: each line serves, gives what it says and nothing more, and loses what it says without a right. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { parse, stringify } from "@std/yaml";
import { filesOf, projectFolder } from "../house/project_files.ts";
import { identityProvider } from "../plugins/auth/identity_provider.ts";
import { capturedKey } from "../plugins/protocols/kpop/capture.ts";
import { clone } from "../support/clone.ts";
import { firstLookTest } from "../support/first_look.ts";
import { freePorts } from "../support/free_ports.ts";
import { hasKerberos, kerberosFolder } from "../support/kerberos.ts";
import { allRights, type SetUp, setUps, without } from "../support/permission_lines.ts";
import { pluginText } from "../support/plugin_text.ts";
import { probed, probePlugin } from "../support/probe_plugin.ts";
import { runMain } from "../support/run_main.ts";
import { type Tried, tryLine } from "../support/served_line.ts";

const recipient = "you@example.org";
const library = `/usr/lib/${Deno.build.arch}-linux-gnu/libgssapi_krb5.so.2`;

/** What a set-up is for, as far as more than delivery. */
const features: Readonly<Record<string, (replies: Tried["replies"]) => void>> = {
  "A domain": () => {},
  "Kerberos": ({ capabilities = "" }) => assertMatch(capabilities, /^SASL .*GSSAPI/m),
  "Plugins in a sandbox": refusesSpam,
  "Plugins in processes": refusesSpam,
  "Plugins without a sandbox": refusesSpam,
  "OAuth": ({ token = "" }) => assertMatch(token, /^\+OK/),
};

function refusesSpam({ spam }: Tried["replies"]): void {
  assertEquals(spam, "550 5.7.1 Spam");
}

/** A filter that asks a service about each sender. */
function spamFilter(host: string): string {
  return pluginText(
    "filter",
    "spam",
    `() => ({
    async sender(facts, sender) {
      const answer = await (await fetch("http://${host}/" + sender)).text();
      if (answer !== "spam") return { action: "continue" };
      return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "Spam" } };
    },
  })`,
  );
}

/** A mail folder as `init` makes it, on ports of this machine; what the page names, and what there is in its place. */
async function home() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "permissions-" }));
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const mail = `${folder}/mail`;
  const made = await runMain(["init", mail, "--hostname", "mail.example.org", "--account", recipient], { folder });
  assertEquals(made.code, 0, made.stderr);
  const spam = stack.use(
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
      return new Response(url.endsWith("/spam@example.com") ? "spam" : "ham");
    }),
  );
  const provider = stack.use(identityProvider(({ token }) => ({ active: token === "good", email: recipient })));
  const sso = new URL(provider.jwks).host;
  const spamHost = `127.0.0.1:${spam.addr.port}`;
  const ports = new Map(freePorts(7).map((port, at) => [[25, 587, 465, 143, 993, 110, 995][at], port]));
  const replace = (text: string) =>
    text.replaceAll("/srv/mail", mail)
      .replaceAll(/\b0\.0\.0\.0:(\d+)/g, (_, port) => `127.0.0.1:${ports.get(Number(port))}`)
      .replaceAll("spam.example.org:11333", spamHost)
      .replaceAll("https://login.example.org", `http://${sso}`).replaceAll("login.example.org:443", sso)
      .replaceAll("/usr/lib/x86_64-linux-gnu/libgssapi_krb5.so.2", library);
  await Deno.mkdir(`${mail}/plugins/spam`, { recursive: true });
  await Deno.writeTextFile(`${mail}/plugins/spam/mod.ts`, spamFilter(spamHost));
  await Deno.writeTextFile(`${mail}/private`, "not for the server\n");
  const libraries = hasKerberos() ? [library, "libc.so.6"] : ["libc.so.6"];
  await Deno.writeTextFile(`${mail}/data/probe.js`, probePlugin({ folder: mail, hosts: [spamHost, sso], libraries }));
  const basis = parse(replace(await Deno.readTextFile(`${mail}/mail.yaml`))) as object;
  const rest = stack.move();
  return {
    mail,
    setUps: await setUps(replace),
    async configure(yaml: string, extensions: readonly string[] = []) {
      // What the test needs, but no line does.
      const own = { "cleartext_auth": true, log: { format: "json" }, extensions };
      const written = { ...basis, ...own, ...parse(yaml) as object | null };
      await Deno.writeTextFile(`${mail}/mail.yaml`, stringify(written));
    },
    try: (words: readonly string[]) =>
      tryLine({
        ...{ words, recipient, env: { OAUTH_SECRET: "secret" } },
        ports: { smtp: ports.get(25) ?? 0, pop3: ports.get(110) ?? 0 },
      }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Without a sandbox, a plugin can do what the line says, and of all that it tries nothing else. */
function givesWhatItSays(said: string, words: readonly string[]): void {
  const { got = "", denied = "" } = JSON.parse(said.split("\n").find((line) => line.includes(probed)) ?? "{}");
  const given = allRights(words);
  const isGiven = (right: string) => given.some((one) => right === one || right.startsWith(`${one}/`));
  assertEquals(got.split(" ").filter((right: string) => !isGiven(right)), []);
  assertEquals(denied.split(" ").filter(isGiven), []);
}

/** Each right that the set-up's table has a row for is left out. */
async function losesWhatItSays({ words, losses }: SetUp, full: Tried, attempt: (words: string[]) => Promise<Tried>) {
  for (const { right, said } of losses) {
    assertEquals([said, unescaped(full).includes(said)], [said, false]);
    const rest = without(words, right);
    assertEquals(allRights(rest).length, allRights(words).length - 1, `${right} is no right of the line`);
    assertStringIncludes(unescaped(await attempt(rest)), said, `without ${right}`);
  }
}

/** As it would be in a log that is text. */
function unescaped({ said }: Tried): string {
  return said.replaceAll('\\"', '"');
}

const basic = "A domain";

for (const [title, works] of Object.entries(features)) {
  const ignore = title === "Kerberos" && !hasKerberos();
  if (ignore) console.warn("NOT RUN: the line for Kerberos needs libgssapi_krb5 (Debian: libgssapi-krb5-2)");
  Deno.test({
    name: `permissions: ${title}: the line serves, gives nothing more, and needs all that it gives`,
    ignore,
    async fn() {
      using keys = hasKerberos() ? kerberosFolder([capturedKey]) : undefined;
      await using server = await home();
      if (keys !== undefined) await Deno.copyFile(keys.keytab, `${server.mail}/mail.keytab`);
      const setUp = server.setUps.find((one) => one.title === title);
      const domain = server.setUps.find((one) => one.title === basic);
      assert(setUp !== undefined && domain !== undefined);
      await server.configure(setUp.yaml, ["./data/probe.js"]);
      const full = await server.try(setUp.words);
      assertMatch(full.replies.delivery ?? full.said, /^250 /);
      works(full.replies);
      assertEquals(full.code, 0, full.said);
      assertNotMatch(full.said, /"level":"(?:warn|error)"/);
      givesWhatItSays(full.said, setUp.words);
      await server.configure(setUp.yaml);
      await losesWhatItSays(setUp, full, (words) => server.try(words));
      // What the table has no row for, that of a domain has.
      const explained = [...setUp.losses, ...title === basic ? [] : domain.losses].map(({ right }) => right);
      assertEquals(allRights(setUp.words).filter((right) => !explained.includes(right)), []);
    },
  });
}

Deno.test("permissions: commands: the line answers, and needs all that it gives", async () => {
  await using server = await home();
  const setUp = server.setUps.find(({ title }) => title === "Commands");
  assert(setUp !== undefined);
  await server.configure("");
  const full = await server.try(setUp.words);
  assertStringIncludes(full.said, recipient);
  assertEquals(full.code, 0);
  await losesWhatItSays(setUp, full, (words) => server.try(words));
  assertEquals(allRights(setUp.words).toSorted(), setUp.losses.map(({ right }) => right).toSorted());
});

firstLookTest(
  "permissions: a first look: the line serves, gives nothing more, and needs all that it gives",
  async () => {
    const setUp = (await setUps((text) => text)).find(({ title }) => title === "A first look");
    assert(setUp !== undefined);
    const cwd = await clone();
    try {
      const attempt = (words: readonly string[]) =>
        tryLine({ words, cwd, ports: { smtp: 2525, pop3: 2110 }, recipient: "alice@example.org" });
      const full = await attempt(setUp.words);
      assertMatch(full.replies.delivery ?? full.said, /^250 /);
      await losesWhatItSays(setUp, full, attempt);
      assertEquals(allRights(setUp.words).toSorted(), setUp.losses.map(({ right }) => right).toSorted());
      await Deno.writeTextFile(`${cwd}/data/probe.js`, probePlugin({ folder: ".", hosts: [], libraries: [] }));
      await Deno.writeTextFile(`${cwd}/data/mail.yaml`, "extensions: [./probe.js]\nlog: { format: json }\n", {
        append: true,
      });
      givesWhatItSays((await attempt(setUp.words)).said, setUp.words);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

Deno.test("permissions: deno.json, the README, the unit and the container file have the page's lines", async () => {
  const all = await setUps((text) => text);
  const wordsOf = (title: string) => all.find((one) => one.title === title)?.words ?? [];
  const { permissions } = JSON.parse(await Deno.readTextFile(new URL("deno.json", projectFolder)));
  const start = Object.entries<string[]>(permissions.start).flatMap(([name, values]) =>
    values.map((value) => `--allow-${name}=${value}`)
  );
  assertEquals(start.toSorted(), allRights(wordsOf("A first look")).toSorted());
  const domain = wordsOf(basic).join(" ");
  const others = await filesOf("", (path) => path === "README.md" || /^docs\/deploy\/./.test(path));
  assertEquals(others.map(({ path }) => path), [
    "README.md",
    "docs/deploy/Containerfile",
    "docs/deploy/quetzal.service",
  ]);
  for (const { path, text } of others) {
    assertStringIncludes(text.replaceAll(/ *\\\n */g, " ").replaceAll(/", *"/g, " "), domain, path);
  }
});
