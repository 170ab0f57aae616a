/** Each kind of plugin in a sandbox: what is asked, what is answered, what is refused. Run by `threads_test.ts`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AuthMechanism, AuthOutcome, ExchangeRequest } from "../../../../core/contract/authentication.ts";
import type { AccountId } from "../../../../core/contract/identifiers.ts";
import type { QueueEntry } from "../../../../core/contract/queue.ts";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { sandboxed } from "../../../support/sandboxed_plugin.ts";

const alice = "alice-id" as AccountId;
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (octets: Uint8Array) => new TextDecoder().decode(octets);

/** A mechanism whose conversation is the body of a generator. */
function mechanism(body: string, facts = `needs: "nothing"`): string {
  return `export default definePlugin({
    apiVersion: 1, kind: "auth", name: "probe", summary: "a test", options: noOptions,
    setup: () => ({
      mechanism: "X-PROBE", first: "client", revealsPassword: false, ${facts},
      async *exchange(request) { ${body} },
    }),
  });`;
}

/** What a mechanism can ask in these tests, and what was asked. */
function request(asked: string[] = []): ExchangeRequest {
  return {
    ...{ mechanism: "X-PROBE", plusOffered: false, firstResponse: encode("first"), service: "pop" },
    ...{ hostname: "mail.example.org", domain: "example.org", clientAddresses: [] },
    checkPassword: (login, password) => {
      asked.push(`checkPassword ${login} ${password}`);
      return Promise.resolve(password === "right" ? alice : undefined);
    },
    findAccount: (login) => {
      asked.push(`findAccount ${login}`);
      return Promise.resolve(alice);
    },
    secret: (login, scheme) => {
      asked.push(`secret ${login} ${scheme}`);
      return Promise.resolve(undefined);
    },
    advanceOtp: () => Promise.resolve(false),
    channelBinding: () => undefined,
  };
}

/** Plays responses to the end. */
async function play(mechanism: AuthMechanism, request: ExchangeRequest, responses: readonly string[] = []) {
  const exchange = mechanism.exchange(request);
  const challenges: string[] = [];
  let step = await exchange.next();
  for (const response of responses) {
    if (step.done) break;
    challenges.push(decode(step.value));
    step = await exchange.next(encode(response));
  }
  assert(step.done);
  const outcome: AuthOutcome = step.value;
  return { challenges, outcome };
}

Deno.test("sandbox: a mechanism's conversation goes to and fro, and ends with an account", async () => {
  await using one = await sandboxed("auth", {
    code: mechanism(`
      const second = yield new TextEncoder().encode("got " + new TextDecoder().decode(request.firstResponse));
      const account = await request.findAccount(new TextDecoder().decode(second));
      return account ? { status: "success", account, finalData: new Uint8Array([1, 2]) } : { status: "failure", reason: "credentials" };`),
  });
  assertEquals(one.plugin.mechanism, "X-PROBE");
  const asked: string[] = [];
  const { challenges, outcome } = await play(one.plugin, request(asked), ["alice"]);
  assertEquals(challenges, ["got first"]);
  assertEquals(outcome, { status: "success", account: alice, finalData: new Uint8Array([1, 2]) });
  assertEquals(asked, ["findAccount alice"]);
});

Deno.test("sandbox: passwords are checked and secrets given only where may: says so", async () => {
  const code = mechanism(`
    const account = await request.checkPassword("alice", "right");
    return { status: "success", account };`);
  const asked: string[] = [];
  {
    await using one = await sandboxed("auth", { code });
    await assertRejects(() => play(one.plugin, request(asked)), Error, "checkPassword");
    assert(one.log.some(({ asked }) => String(asked).startsWith("checkPassword")));
  }
  assertEquals(asked, []);
  await using one = await sandboxed("auth", { code, sandbox: { may: ["check-password"] } });
  assertEquals((await play(one.plugin, request(asked))).outcome, { status: "success", account: alice });
  assertEquals(asked, ["checkPassword alice right"]);
});

Deno.test("sandbox: a mechanism gets no secret of a scheme that it has not declared", async () => {
  const asked: string[] = [];
  await using one = await sandboxed("auth", {
    code: mechanism(
      `try { await request.secret("alice", "plain") } catch {}
       await request.secret("alice", "scram-sha-256");
       return { status: "failure", reason: "credentials" };`,
      `needs: "scram-sha-256"`,
    ),
    sandbox: { may: ["secret"] },
  });
  await play(one.plugin, request(asked));
  assertEquals(asked, ["secret alice scram-sha-256"]);
  assert(one.log.some(({ asked }) => String(asked).includes("scheme plain")));
});

Deno.test("sandbox: a mechanism that needs what it may not ask is not set up: nobody's password is kept for it", async () => {
  for (const [needs, may] of [["plain", "secret"], ["password-check", "check-password"]]) {
    await assertRejects(
      () => sandboxed("auth", { code: mechanism("", `needs: "${needs}"`) }),
      Error,
      `its mechanism needs "${needs}", so its sandbox needs may: [${may}]`,
    );
  }
});

Deno.test("sandbox: a mechanism that is ended fails its exchanges", async () => {
  await using one = await sandboxed("auth", {
    code: mechanism("yield new Uint8Array(0); for (;;);"),
    sandbox: { deadline: 300 },
  });
  await assertRejects(() => play(one.plugin, request(), ["x"]), Refusal);
});

Deno.test("sandbox: what is no outcome, and a security layer, fails an exchange", async () => {
  for (
    const nonsense of [
      "undefined",
      "{}",
      `{ status: "success" }`,
      `{ status: "success", account: 1 }`,
      `{ status: "success", account: "a", securityLayer: { maximumInput: 1 } }`,
    ]
  ) {
    await using one = await sandboxed("auth", { code: mechanism(`return ${nonsense};`) });
    await assertRejects(() => play(one.plugin, request()), Error, "", nonsense);
  }
});

Deno.test("sandbox: a directory answers, and reads the storage's accounts where it may", async () => {
  const code = `export default definePlugin({
    apiVersion: 1, kind: "directory", name: "probe", summary: "a test", options: noOptions,
    setup: ({ accounts, domains }) => ({
      canCheckPassword: true, secretSchemes: new Set(["scram-sha-256"]),
      checkPassword: async (login, password) => password === "right" ? (await accounts.accountByAddress(login))?.id : undefined,
      secret: async () => undefined,
      findAccount: async (login) => JSON.stringify(await accounts.accountByAddress(login)),
      mayActAs: async () => undefined, maySendAs: async (account, address) => address.endsWith(domains[0]),
      resolve: async (address) => address === "broken" ? { kind: "nobody" } : address === "list@example.org"
        ? { kind: "redirect", to: ["a@example.org"] } : { kind: "unknown" },
    }),
  });`;
  const storage = memoryStorage({ now: () => new Date() });
  await storage.apply([{ do: "createAccount", address: "alice@example.org", secrets: { scrypt: "secret" } }]);
  const account = await storage.accountByAddress("alice@example.org");
  const context = { accounts: storage, domains: ["example.org"], neededSecrets: new Set(), dataFolder: "/nowhere" };
  {
    await using one = await sandboxed("directory", { code, context, sandbox: { may: ["accounts"] } });
    const { plugin } = one;
    assertEquals([plugin.canCheckPassword, [...plugin.secretSchemes]], [true, ["scram-sha-256"]]);
    assertEquals(await plugin.checkPassword("alice@example.org", "right"), account?.id);
    assertEquals(await plugin.checkPassword("alice@example.org", "wrong"), undefined);
    assert(!(await plugin.findAccount("alice@example.org"))?.includes("scrypt"));
    assertEquals(await plugin.maySendAs(alice, "x@example.org"), true);
    assertEquals(await plugin.resolve("list@example.org"), { kind: "redirect", to: ["a@example.org"] });
    await assertRejects(() => plugin.resolve("broken"));
  }
  await using one = await sandboxed("directory", { code, context });
  await assertRejects(() => one.plugin.checkPassword("alice@example.org", "right"), Error, "accountByAddress");
});

const entry = {
  ...{ id: "1", domain: "archive.example.org", recipients: [], body: "b", message: "m1", attempts: 0, isWarned: false },
  envelope: { sender: "kim@example.com", recipients: ["a@x", "b@x"], bodyType: "7bit", smtpUtf8: false },
  ...{ queuedAt: new Date(0), dueAt: new Date(0) },
} as unknown as QueueEntry;

Deno.test("sandbox: a transport reads the message in pieces, and says what became of each recipient", async () => {
  for (const process of [false, true]) {
    await using one = await sandboxed("transport", {
      code: `export default definePlugin({
        apiVersion: 1, kind: "transport", name: "probe", summary: "a test", options: noOptions,
        setup: () => ({ async deliver(entry, body) {
          const octets = await body.read(0, body.size);
          const sum = octets.reduce((sum, octet) => (sum + octet) % 65_521, 0);
          return new Map([
            ["a@x", { outcome: "delivered", remoteReply: sum + " of " + octets.length + " " + entry.dueAt.getTime() }],
            ["b@x", { outcome: "retry", reply: { code: 451, enhanced: "4.3.0", text: "later" } }],
          ]);
        } }),
      });`,
      sandbox: { process },
    });
    const octets = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const reads: number[] = [];
    const body = {
      size: octets.length,
      read: (start: number, end: number) => {
        reads.push(end - start);
        return Promise.resolve(octets.slice(start, end));
      },
    };
    const sum = octets.reduce((sum, octet) => (sum + octet) % 65_521, 0);
    const results = await one.plugin.deliver(entry, body, new AbortController().signal);
    assertEquals([...results], [
      ["a@x", { outcome: "delivered", remoteReply: `${sum} of 3000000 0` }],
      ["b@x", { outcome: "retry", reply: { code: 451, enhanced: "4.3.0", text: "later" } }],
    ]);
    assert(reads.length >= 3 && Math.max(...reads) <= 1_048_576);
  }
});

const routes = `export default definePlugin({
  apiVersion: 1, kind: "http", name: "probe", summary: "a test", options: noOptions,
  setup: () => ({ routes: [
    { method: "POST", path: "/echo/:name", largestBody: 5_000_000, async handle(request, { name }) {
      const text = await request.text();
      return new Response(name + " " + text.length, { status: 201, headers: { "x-seen": request.headers.get("x-given") } });
    } },
    { method: "GET", path: "/loop", handle() { for (;;); } },
    { method: "GET", path: "/none", handle: () => new Response(null, { status: 204 }) },
    { method: "GET", path: "/unread", handle: () => new Response("ok") },
  ] }),
});`;

Deno.test("sandbox: HTTP is answered; a body is read when the plugin reads it", async () => {
  await using one = await sandboxed("http", { code: routes });
  const [echo, , none, unread] = one.plugin.routes;
  assertEquals(echo?.largestBody, 5_000_000);
  const post = () =>
    new Request("http://127.0.0.1/echo/bob", {
      method: "POST",
      body: "x".repeat(200_000),
      headers: { "x-given": "yes" },
    });
  const echoed = await echo?.handle(post(), { name: "bob" });
  assertEquals([echoed?.status, echoed?.headers.get("x-seen"), await echoed?.text()], [201, "yes", "bob 200000"]);
  assertEquals((await none?.handle(new Request("http://127.0.0.1/none"), {}))?.status, 204);
  let pulls = 0;
  const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 });
  const request = new Request("http://127.0.0.1/unread", { method: "POST", body });
  assertEquals(await (await unread?.handle(request, {}))?.text(), "ok");
  assertEquals(pulls, 0);
});

Deno.test("sandbox: a route that loops is ended", async () => {
  await using one = await sandboxed("http", { code: routes, sandbox: { deadline: 300 } });
  const [, loop] = one.plugin.routes;
  await assertRejects(async () => await loop?.handle(new Request("http://127.0.0.1/loop"), {}), Refusal);
});

Deno.test("sandbox: a route's path can hold no pattern that takes for ever", async () => {
  const code = `export default definePlugin({
    apiVersion: 1, kind: "http", name: "probe", summary: "a test", options: noOptions,
    setup: () => ({ routes: [{ method: "GET", path: "/:x((a+)+)", handle: () => new Response() }] }),
  });`;
  await assertRejects(() => sandboxed("http", { code }), Error, "without ( and )");
});

Deno.test("sandbox: a filter sees the fields and parts of a message, and reads no more than it must", async () => {
  await using one = await sandboxed("filter", {
    code: `export default definePlugin({
      apiVersion: 1, kind: "filter", name: "probe", summary: "a test", options: noOptions,
      setup: () => ({ order: "late", async message(facts, envelope, message) {
        const [part] = await message.parts();
        return { action: "continue", removeHeaders: ["X-Spam"], replaceHeaders: [["Subject", await message.field("subject") + "!"]],
          replaceBody: new TextEncoder().encode((await message.text(part)).toUpperCase()), addHeaders: [["X-Id", message.id]] };
      } }),
    });`,
  });
  const octets = encode("Subject: =?utf-8?q?Hi?=\r\n\r\nhello\r\n");
  const message = {
    ...{ id: "m1", size: octets.length },
    read: (start: number, end: number) => Promise.resolve(octets.slice(start, end)),
  };
  assertEquals(one.plugin.order, "late");
  const given = await one.plugin.message?.(
    { id: "c1", peer: "192.0.2.7", tls: false },
    entry.envelope,
    message as never,
  );
  assertEquals(given, {
    action: "continue",
    addHeaders: [["X-Id", "m1"]],
    removeHeaders: ["X-Spam"],
    replaceHeaders: [["Subject", "Hi!"]],
    replaceBody: encode("HELLO\r\n"),
  });
});
