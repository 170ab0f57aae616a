/** HTTP on real sockets: several plugins on one address, TLS, limits, reload and the end. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { selfSigned } from "../../core/commands/self_signed.ts";
import { pluginText } from "../support/plugin_text.ts";
import { dialogue } from "../support/plain_client.ts";
import { testServer, type TestSettings } from "../support/test_server.ts";

/** A plugin of the kind `http`. @param routes Source of its routes. */
function httpText(name: string, routes: string): string {
  return pluginText("http", name, `(context) => ({ routes: [${routes}] })`);
}

/** Source that waits until a file beside the plugin says so. */
const waitForGo = `context.log.info("waiting");
  while (Deno.readTextFileSync(new URL("./go.txt", import.meta.url)) !== "go") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }`;

const files = {
  "one.js": httpText("one", `{ method: "GET", path: "/one/:x", handle: (request, { x }) => new Response("one " + x) }`),
  "two.js": httpText(
    "two",
    `{ method: "GET", path: "/two", handle: () => new Response("two") },
    { method: "POST", path: "/count", largestBody: 100,
      handle: async (request) => new Response(String((await request.bytes()).length)) },
    { method: "GET", pattern: new URLPattern({ pathname: "/three/:x" }), handle: (_, { x }) => new Response("three " + x) },
    { method: "GET", path: "/accounts/:login",
      handle: async (_, { login }) => Response.json(await context.directory.findAccount(login) ?? null) }`,
  ),
};

const settings: TestSettings = {
  files,
  http: [
    { use: "./one.js", listen: ["127.0.0.1:0", "127.0.0.1:0 tls"] },
    { use: "./two.js", listen: ["127.0.0.1:0"] },
  ],
};

/** Asks in the clear, or under TLS where there is a certificate to trust. */
async function ask(port: number | undefined, path: string, init: RequestInit = {}, caCerts: readonly string[] = []) {
  using client = Deno.createHttpClient({ caCerts: [...caCerts] });
  const scheme = caCerts.length > 0 ? "https" : "http";
  const host = caCerts.length > 0 ? "localhost" : "127.0.0.1";
  const response = await fetch(`${scheme}://${host}:${port}${path}`, { ...init, client });
  return [response.status, await response.text()];
}

Deno.test("http: entries with the same address share it; the first that matches answers", async () => {
  await using server = await testServer(settings);
  const [clear, tls] = server.httpPorts;
  assertEquals(await ask(clear, "/one/a%20b?x=y"), [200, "one a b"]);
  assertEquals(await ask(clear, "/two"), [200, "two"]);
  // With a pattern as the platform has it.
  assertEquals(await ask(clear, "/three/x%20y"), [200, "three x y"]);
  assertEquals(await ask(clear, "/nothing"), [404, "there is nothing here\n"]);
  assertEquals((await ask(clear, "/two", { method: "DELETE" }))[0], 405);
  const trusted = [server.certificate];
  assertEquals(await ask(tls, "/one/x", {}, trusted), [200, "one x"]);
  assertEquals((await ask(tls, "/two", {}, trusted))[0], 404);
  assertEquals(server.log.filter(({ message }) => message === "http request").length, 7);
  assert(!JSON.stringify(server.log).includes("x=y"));
});

Deno.test("http: a plugin sees the directory; bodies are limited", async () => {
  await using server = await testServer(settings);
  const [port] = server.httpPorts;
  const alice = await server.directory.findAccount("alice@example.org");
  assert(alice !== undefined);
  assertEquals(await ask(port, "/accounts/alice@example.org"), [200, JSON.stringify(alice)]);
  assertEquals(await ask(port, "/count", { method: "POST", body: "x".repeat(100) }), [200, "100"]);
  assertEquals((await ask(port, "/count", { method: "POST", body: "x".repeat(101) }))[0], 413);
});

Deno.test("http: what is no HTTP is refused, and a Host that is none", async () => {
  await using server = await testServer(settings);
  const port = server.httpPorts[0] ?? 0;
  for (const text of ["HELO there\r\n\r\n", "GET / HTTP/1.1\r\nHost: [::\r\n\r\n"]) {
    await using client = await dialogue(port);
    await client.say(text);
    assertEquals(await client.line(), "HTTP/1.1 400 Bad Request");
  }
});

Deno.test("http: a reload has new requests answered by the new code, and takes up which plugin is where", async () => {
  await using server = await testServer(settings);
  const [port] = server.httpPorts;
  await server.reload({
    ...settings,
    files: { "one.js": files["one.js"].replace(`"one "`, `"new "`) },
    http: [
      { use: "./one.js", listen: ["127.0.0.1:0", "127.0.0.1:0 tls"] },
    ],
  });
  assertEquals(await ask(port, "/one/x"), [200, "new x"]);
  assertEquals((await ask(port, "/two"))[0], 404);
});

Deno.test("http: a request that is being answered goes on with the code that it began with", async () => {
  const text = (word: string) =>
    httpText(
      "slow",
      `{ method: "GET", path: "/slow", handle: () => new Response(new ReadableStream({
        start(stream) { stream.enqueue(new TextEncoder().encode("${word} began, ")); },
        async pull(stream) {
          ${waitForGo}
          stream.enqueue(new TextEncoder().encode("${word} ended")); stream.close();
        } })) }`,
    ).replace("=> ({ routes", `=> ({ stop: () => { context.log.info("stopped ${word}"); }, routes`);
  const http = [{ use: "./slow.js", listen: ["127.0.0.1:0"] }];
  await using server = await testServer({ http, files: { "slow.js": text("old"), "go.txt": "" } });
  const [port] = server.httpPorts;
  using client = Deno.createHttpClient({});
  const asked = await fetch(`http://127.0.0.1:${port}/slow`, { client });
  const reader = asked.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader?.read())?.value, "old began, ");
  await server.reload({ http, files: { "slow.js": text("new") } });
  const isStopped = () => server.log.some(({ message }) => message === "stopped old");
  assertEquals(isStopped(), false);
  await Deno.writeTextFile(`${server.folder}/go.txt`, "go");
  assertEquals((await reader?.read())?.value, "old ended");
  assertEquals((await reader?.read())?.done, true);
  assertEquals(await ask(port, "/slow"), [200, "new began, new ended"]);
  // Once the server, too, has come to the end of the answer.
  while (!isStopped()) await new Promise((resolve) => setTimeout(resolve, 1));
});

Deno.test("http: another certificate counts for new handshakes", async () => {
  await using server = await testServer(settings);
  const [, tls] = server.httpPorts;
  const other = await selfSigned(["localhost", "127.0.0.1"], new Date());
  await Deno.writeTextFile(`${server.folder}/tls/cert.pem`, other.certificate);
  await Deno.writeTextFile(`${server.folder}/tls/key.pem`, other.key);
  await server.reload();
  assertEquals(await ask(tls, "/one/x", {}, [other.certificate]), [200, "one x"]);
  await assertRejects(() => ask(tls, "/one/x", {}, [server.certificate]));
});

Deno.test("http: draining lets a request be answered, and accepts nobody any more", async () => {
  const text = httpText(
    "slow",
    `{ method: "GET", path: "/slow", async handle() { ${waitForGo} return new Response("done"); } }`,
  );
  await using server = await testServer({
    files: { "slow.js": text, "go.txt": "" },
    http: [{ use: "./slow.js", listen: ["127.0.0.1:0"] }],
  });
  const [port] = server.httpPorts;
  const asking = ask(port, "/slow");
  while (!server.log.some(({ message }) => message === "waiting")) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const draining = server.drain(new AbortController().signal);
  await assertRejects(() => ask(port, "/slow"));
  await Deno.writeTextFile(`${server.folder}/go.txt`, "go");
  await draining;
  assertEquals(await asking, [200, "done"]);
});

Deno.test("http: routes that make no sense keep the server from starting, and say whose they are", async () => {
  const wrong = httpText("wrong", `{ method: "GET", path: "no slash", handle: () => new Response() }`);
  await assertRejects(
    () => testServer({ files: { "wrong.js": wrong }, http: [{ use: "./wrong.js", listen: ["127.0.0.1:0"] }] }),
    Error,
    `http wrong: a route's path is "no slash"; expected one such as "/hooks/:name"`,
  );
});
