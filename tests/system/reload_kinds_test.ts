/** Each kind of plugin that a reload replaces, on a real server: what runs on in a session is the old, what comes is the new. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pluginText } from "../support/plugin_text.ts";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { alice, type TestServer, testServer } from "../support/test_server.ts";

async function smtp({ ports }: TestServer): Promise<Dialogue> {
  const session = await dialogue(ports.smtp);
  await session.line();
  await session.ask("HELO client.example");
  return session;
}

Deno.test("reload: a filter", async () => {
  const text = (word: string) =>
    pluginText(
      "filter",
      "mine",
      `() => ({ sender: async () => ({ action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "${word}" } }) })`,
    );
  const filters = ["./mine.js"];
  await using server = await testServer({ filters, files: { "mine.js": text("old") } });
  await using old = await smtp(server);
  await server.reload({ filters, files: { "mine.js": text("new") } });
  await using young = await smtp(server);
  assertEquals(await old.ask("MAIL FROM:<a@example.net>"), "550 5.7.1 old");
  assertEquals(await young.ask("MAIL FROM:<a@example.net>"), "550 5.7.1 new");
});

Deno.test("reload: a mechanism, and which are offered", async () => {
  const text = (token: string) =>
    pluginText(
      "auth",
      "token",
      `() => ({ mechanism: "XTOKEN", first: "client", needs: "nothing", revealsPassword: false,
        async *exchange(request) {
          const token = new TextDecoder().decode(request.firstResponse);
          const account = token === "${token}" ? await request.findAccount("${alice.address}") : undefined;
          return account ? { status: "success", account } : { status: "failure", reason: "credentials" };
        } })`,
    );
  const auth = ["plain", { use: "./token.js" }];
  const settings = { auth, cleartextAuth: true };
  await using server = await testServer({ ...settings, files: { "token.js": text("old") } });
  const login = async (token: string) => {
    await using session = await dialogue(server.ports.pop3);
    await session.line();
    return await session.ask(`AUTH XTOKEN ${btoa(token)}`);
  };
  assertMatch(await login("old"), /^\+OK/);
  await server.reload({ ...settings, files: { "token.js": text("new") } });
  assertMatch(await login("old"), /^-ERR/);
  assertMatch(await login("new"), /^\+OK/);
  await server.reload({ ...settings, auth: ["plain"] });
  assertMatch(await login("new"), /^-ERR/);
});

Deno.test("reload: a directory", async () => {
  const text = (address: string) =>
    pluginText(
      "directory",
      "mine",
      `({ accounts, log }) => ({
        canCheckPassword: false, secretSchemes: new Set(), admin: { addAll: async () => [] },
        checkPassword: async () => undefined, secret: async () => undefined, findAccount: async () => undefined,
        mayActAs: async () => undefined, maySendAs: async () => false,
        resolve: async (address) => address === "${address}" ? { kind: "redirect", to: ["x@elsewhere.example"] }
          : { kind: "unknown" },
        stop: async () => { log.info("stopped ${address}"); } })`,
    );
  const directory = "./mine.js";
  await using server = await testServer({ directory, auth: [], files: { "mine.js": text("old@example.org") } });
  const rcpt = async (session: Dialogue, address: string) => {
    await session.ask("RSET");
    await session.ask("MAIL FROM:<>");
    return (await session.ask(`RCPT TO:<${address}>`)).slice(0, 9);
  };
  await using old = await smtp(server);
  const before = await rcpt(old, "old@example.org");
  assertEquals(await rcpt(old, "new@example.org"), "550 5.1.1");
  await server.reload({ directory, auth: [], files: { "mine.js": text("new@example.org") } });
  await using young = await smtp(server);
  assertEquals(await rcpt(young, "old@example.org"), "550 5.1.1");
  assertEquals(await rcpt(young, "new@example.org"), before);
  assertEquals(await rcpt(old, "old@example.org"), before);
  const stopped = () => server.log.filter(({ message }) => message.startsWith("stopped "));
  assertEquals(stopped(), []);
  await old.ask("QUIT");
  assertEquals(await old.readToEnd(), "");
  // The old one is stopped once its last session has given back what it held.
  while (stopped().length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assertStringIncludes(stopped()[0]?.message ?? "", "old@example.org");
});
