/** Sandboxed plugins in a real server: failing guards close, tokens log in, code is replaced, rights are the server's to give. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConfigurationError } from "../../core/server/configuration_error.ts";
import { loadServer } from "../../core/server/load_server.ts";
import { startServer } from "../../core/server/server.ts";
import { dialogue } from "../support/plain_client.ts";
import { pluginText } from "../support/plugin_text.ts";
import { recordedLog } from "../support/recorded_log.ts";
import { testFolder } from "../support/test_config.ts";
import { testServer, type TestSettings } from "../support/test_server.ts";

/** A filter whose `sender` hook has this body. */
function filterText(body: string, before = ""): string {
  return pluginText("filter", "probe", `() => ({ async sender(facts, sender) { ${body} } })`, before);
}

/** For those of whom an answer is expected, however busy the machine is, and for those of whom none is. */
const patient = { deadline: "10m" }, impatient = { deadline: "500ms" };

/** The reply to MAIL. */
async function mail(port: number, sender: string): Promise<string> {
  await using client = await dialogue(port);
  await client.line();
  await client.ask("EHLO client.example.com");
  return await client.ask(`MAIL FROM:<${sender}>`);
}

function withFilter(text: string, rights: object = patient, more: TestSettings = {}): TestSettings {
  return { ...more, files: { "probe.js": text, ...more.files }, filters: [{ use: "./probe.js", sandbox: rights }] };
}

Deno.test("sandbox: a filter that is ended defers, and the server serves on", async () => {
  const text = filterText(`
    if (sender.startsWith("loop")) for (;;);
    if (sender.startsWith("no")) return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "Not you" } };
    return { action: "accept" };`);
  await using server = await testServer(withFilter(text));
  const { smtp } = server.ports;
  assertEquals(await mail(smtp, "no@example.com"), "550 5.7.1 Not you");
  assertMatch(await mail(smtp, "kim@example.com"), /^250 /);
  await server.reload(withFilter(text, impatient));
  assertMatch(await mail(smtp, "loop@example.com"), /^451 4\.3\.0 /);
  assert(server.log.some(({ message, filter }) => message === "the sandboxed plugin was ended" && filter === "probe"));
  for (;;) if (/^250 /.test(await mail(smtp, "kim@example.com"))) break;
});

Deno.test("sandbox: a plugin beside the configuration cannot read it, nor keys, nor data, nor another's code", async () => {
  const paths = ["mail.yaml", "tls/key.pem", "data", "other.js", "."];
  await using server = await testServer(withFilter(
    filterText(`
      const got = [];
      for (const path of ${JSON.stringify(paths)}) {
        try { Deno.statSync(new URL(path, import.meta.url)); got.push(path) } catch {}
      }
      try { await import("./other.js"); got.push("import") } catch {}
      return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "got " + got.join() } };`),
    patient,
    { files: { "other.js": "export default 1;" } },
  ));
  assertEquals(await mail(server.ports.smtp, "kim@example.com"), "550 5.7.1 got ");
});

Deno.test("sandbox: a reload starts the plugin with its code as it is then; what is broken changes nothing", async () => {
  const says = (word: string) =>
    withFilter(filterText(`return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "${word}" } };`));
  await using server = await testServer(says("one"));
  const { smtp } = server.ports;
  assertEquals(await mail(smtp, "kim@example.com"), "550 5.7.1 one");
  await server.reload(says("two"));
  assertEquals(await mail(smtp, "kim@example.com"), "550 5.7.1 two");
  await assertRejects(
    () => server.reload(withFilter("export default { apiVersion: 1, kind: 'auth' }")),
    ConfigurationError,
  );
  await assertRejects(() => server.reload(withFilter("broken(")), ConfigurationError);
  assertEquals(await mail(smtp, "kim@example.com"), "550 5.7.1 two");
});

Deno.test("sandbox: a mechanism of a company's token logs in, and cannot ask for passwords", async () => {
  const text = pluginText(
    "auth",
    "token",
    `() => ({
    mechanism: "X-TOKEN", first: "client", needs: "nothing", revealsPassword: false,
    async *exchange(request) {
      const [login, token] = new TextDecoder().decode(request.firstResponse).split(" ");
      if (token === "ask") await request.checkPassword(login, "secret of alice");
      const account = token === "valid" ? await request.findAccount(login) : undefined;
      return account ? { status: "success", account } : { status: "failure", reason: "credentials" };
    },
  })`,
  );
  await using server = await testServer({
    files: { "token.js": text },
    auth: ["plain", { use: "./token.js", sandbox: patient }],
    cleartextAuth: true,
  });
  const login = async (words: string) => {
    await using client = await dialogue(server.ports.pop3);
    await client.line();
    return await client.ask(`AUTH X-TOKEN ${btoa(words)}`);
  };
  assertMatch(await login("alice valid"), /^\+OK/);
  assertMatch(await login("alice wrong"), /^-ERR/);
  assertMatch(await login("nobody valid"), /^-ERR/);
  assertMatch(await login("alice ask"), /^-ERR \[SYS\/TEMP\]/);
  assert(server.log.some(({ asked, auth }) => String(asked).startsWith("checkPassword") && auth === "token"));
});

Deno.test("sandbox: HTTP that is ended is 503", async () => {
  const http = pluginText(
    "http",
    "probe",
    `() => ({ routes: [{ method: "GET", path: "/", handle() { for (;;); } }] })`,
  );
  await using server = await testServer({
    files: { "probe.js": http },
    http: [{ use: "./probe.js", listen: ["127.0.0.1:0"], sandbox: impatient }],
  });
  const response = await fetch(`http://127.0.0.1:${server.httpPorts[0]}/`);
  await response.body?.cancel();
  assertEquals(response.status, 503);
});

Deno.test("sandbox: problems name the place and what helps", async () => {
  const problems = async (settings: TestSettings) => {
    await using folder = await testFolder(settings);
    const error = await assertRejects(() => loadServer(folder.file), ConfigurationError);
    return error.problems.map((line) => line.replaceAll(folder.folder, "DIR"));
  };
  const accept = filterText(`return { action: "accept" };`);
  assertEquals(await problems(withFilter(accept, { net: ["spam.example.org"] })), [
    "DIR/mail.yaml  filters[0].sandbox: gives what the server itself may not do; start it with --allow-net=spam.example.org",
  ]);
  assertEquals(await problems(withFilter(accept, { nett: [], memory: "256MB", deadline: 5 })), [
    'DIR/mail.yaml  filters[0].sandbox.deadline: expected a duration such as "30s", "10m" or "2h", found 5',
    "DIR/mail.yaml  filters[0].sandbox.nett: unknown key — did you mean net?",
  ]);
  assertEquals(await problems(withFilter(accept, { memory: "256MB" })), [
    "DIR/mail.yaml  filters[0].sandbox.memory: needs process: true beside it, for a thread's memory cannot be bounded",
  ]);
  const [unloadable = ""] = await problems(withFilter(filterText("", `import "./tls/key.pem" with { type: "text" };`)));
  assertMatch(
    unloadable,
    / filters\[0\]\.use: \.\/probe\.js cannot be loaded in its sandbox: .*Requires read/,
  );
});

Deno.test("reload: reads the file that was read first, also when a plugin has moved the process elsewhere", async () => {
  await using folder = await testFolder({});
  const before = Deno.cwd();
  using recorded = recordedLog();
  try {
    Deno.chdir(folder.folder);
    await using server = await startServer(await loadServer("mail.yaml"), recorded);
    await Deno.mkdir("elsewhere");
    await Deno.writeTextFile("elsewhere/mail.yaml", "hostname: other.example.org\n");
    Deno.chdir("elsewhere");
    await server.reload();
  } finally {
    Deno.chdir(before);
  }
});

/** Whether a process has something to do on SIGTERM (proc(5): a bit for each signal, from 1 on). */
async function takesSignals(pid: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("grep", { args: ["SigCgt", `/proc/${pid}/status`] }).output();
  const [, bits = "0"] = /([0-9a-f]+)\s*$/.exec(new TextDecoder().decode(stdout)) ?? [];
  return (BigInt(`0x${bits}`) >> 14n & 1n) === 1n;
}

Deno.test("sandbox: signals that are for the server end no guest", async () => {
  const { default: process } = await import("node:process");
  await using server = await testServer(withFilter(
    filterText(`return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "pid " + Deno.pid } };`),
    { ...patient, process: true },
  ));
  const ask = () => mail(server.ports.smtp, "kim@example.com");
  const reply = await ask();
  const [, pid] = /^550 5\.7\.1 pid (\d+)$/.exec(reply) ?? [];
  assert(pid !== undefined && Number(pid) !== Deno.pid, reply);
  // Those that are ignored when a program begins, the runtime takes over a while later.
  while (Deno.build.os === "linux" && !await takesSignals(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
  // Whoever dies of one still answers for a moment.
  for (let times = 0; times < 20; times++) {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.kill(Number(pid), signal);
    assertEquals(await ask(), reply);
  }
});

Deno.test("sandbox: an extension places copies and is told what happened; it adds nothing else", async () => {
  const extension = (setup: string, sandbox = patient): TestSettings => ({
    files: { "probe.js": pluginText("extension", "probe", setup) },
    extensions: [{ use: "./probe.js", sandbox }],
  });
  const setup = `({ log }) => ({
    place: async ({ message, recipients }) => {
      const subject = await message.field("subject");
      if (subject === "loop") for (;;);
      return { action: "file", mailbox: subject, create: true, flags: ["\\\\Flagged"] };
    },
    observe: { delivered: ({ envelope, copies, at }) => log.info("told", { mailbox: copies[0].mailbox, year: at.getFullYear() }) },
  })`;
  await using server = await testServer(extension(setup));
  const account = await server.directory.findAccount("alice@example.org");
  assert(account !== undefined);
  const deliver = async (subject: string) => {
    await using client = await dialogue(server.ports.smtp);
    await client.line();
    for (const line of ["EHLO a.example.com", "MAIL FROM:<kim@example.com>", "RCPT TO:<alice@example.org>", "DATA"]) {
      await client.ask(line);
    }
    assertMatch(await client.ask(`Subject: ${subject}\r\n\r\nHi\r\n.`), /^250 /);
  };
  await deliver("Lists");
  const lists = await server.storage.mailboxByName(account, "Lists");
  assertEquals(lists && (await server.storage.messages(lists.id)).messages.map(({ flags }) => flags), [["\\Flagged"]]);
  while (!server.log.some(({ message }) => message === "told")) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.reload(extension(setup, impatient));
  await deliver("loop");
  const inbox = await server.storage.mailboxByName(account, "INBOX");
  assertEquals(inbox && (await server.storage.messages(inbox.id)).messages.length, 1);
  await assertRejects(
    () => testServer(extension(`() => ({ periodic: [] })`)),
    Error,
    "in a sandbox an extension has place and observe, and no periodic",
  );
});
