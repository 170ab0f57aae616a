/** Plugins that mean harm: none of it does more than end the plugin. Run by `threads_test.ts`. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { SandboxConfig } from "../../../../core/config/sandbox_config.ts";
import type { Filter } from "../../../../core/contract/filter.ts";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { FilterChain } from "../../../../core/delivery/run_filters.ts";
import { sandboxed, type SandboxedPlugin, senderFilter } from "../../../support/sandboxed_plugin.ts";

const facts = { id: "c1", peer: "192.0.2.7", tls: false };
const pass = `return { action: "accept" };`;
const modes: readonly (readonly [name: string, sandbox: Partial<SandboxConfig>])[] = [
  ["a thread", {}],
  ["a process", { process: true }],
];

async function hostile(body: string, sandbox: Partial<SandboxConfig> = {}) {
  return await sandboxed("filter", { code: senderFilter(`if (sender === "attack") { ${body} } ${pass}`), sandbox });
}

async function ask({ plugin }: { readonly plugin: Filter }, sender: string): Promise<unknown> {
  return await plugin.sender?.(facts, sender);
}

/** Why guests were ended, so far. */
function ends({ log }: SandboxedPlugin<"filter">): string {
  return log.flatMap(({ message, reason }) => message === "the sandboxed plugin was ended" ? [String(reason)] : [])
    .join();
}

/** Asks until the plugin is there again, or is left alone. */
async function back(one: SandboxedPlugin<"filter">): Promise<unknown> {
  for (;;) {
    try {
      return await ask(one, "friend");
    } catch (error) {
      if (one.log.some(({ message }) => message.includes("left alone"))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const inProcesses = [
  "loops",
  "closes itself",
  "throws where nobody catches",
  "says what cannot be read",
  "talks without end",
];

for (const [mode, sandbox] of modes) {
  const fatal: Readonly<Record<string, readonly [body: string, reason: RegExp]>> = {
    "loops": [`for (;;);`, /longer than 1000 ms/],
    "never answers": [`await new Promise(() => {});`, /longer than 1000 ms/],
    "waits for nothing": [`Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`, /longer/],
    "matches without end": [`/^(a+)+$/.test("a".repeat(60) + "b");`, /longer/],
    "closes itself": [`self.close(); await new Promise(() => {});`, /longer|ended/],
    "throws where nobody catches": [
      `setTimeout(() => { throw new Error("aside") }); await new Promise(() => {});`,
      /not catch an error: Error: aside/,
    ],
    "rejects where nobody catches": [`Promise.reject(new Error("aside")); await new Promise(() => {});`, /aside/],
    "says nonsense": [`postMessage("hello"); await new Promise(() => {});`, /what no plugin says/],
    "says something of an unknown kind": [
      `postMessage({ say: "eval", id: 1 }); await new Promise(() => {});`,
      /no plugin/,
    ],
    "says what cannot be read": [
      `postMessage({ say: "done", id: 1n }); await new Promise(() => {});`,
      /no plugin|BigInt/,
    ],
    "says too deep things": [
      `let it = 1; for (let n = 0; n < 500; n++) it = [it];
       postMessage({ say: "done", id: 1, value: it }); await new Promise(() => {});`,
      /no plugin/,
    ],
    "says too much at once": [
      `postMessage({ say: "done", id: 1, value: new Array(200_000).fill(0) }); await new Promise(() => {});`,
      /no plugin/,
    ],
    "talks without end": [`for (;;) postMessage({ say: "done", id: 4711 });`, /talks without end|longer/],
    "asks without end": [
      `for (let ask = 0;; ask++) postMessage({ say: "ask", ask, call: 1, name: "x", args: [] });`,
      /asks|talks|longer/,
    ],
    "logs without end": [`for (;;) console.log("x".repeat(2000));`, /talks without end|longer/],
    "denies without end": [
      `for (let n = 0;; n++) postMessage({ say: "denied", what: "x" + n });`,
      /talks without end|longer/,
    ],
  };
  for (const [what, [body, reason]] of Object.entries(fatal)) {
    // What the border does with a message is the same in both.
    if (sandbox.process === true && !inProcesses.includes(what)) continue;
    Deno.test(`sandbox: in ${mode} a plugin that ${what} is ended, and started anew`, async () => {
      await using one = await hostile(body, { deadline: 1000, restarts: 20, ...sandbox });
      await assertRejects(() => ask(one, "attack"), Refusal, "This is not possible at the moment");
      assertMatch(ends(one), reason);
      assertEquals(await back(one), { action: "accept" });
    });
  }

  const vain: Readonly<Record<string, string>> = {
    "ends the program": `Deno.exit(7);`,
    "ends the program by Node's functions": `(await import("node:process")).default.exit(7);`,
    "kills the program": `Deno.kill(Deno.pid, "SIGKILL");`,
    "kills the program by Node's functions":
      `const { default: p } = await import("node:process"); p.kill(p.pid, "SIGKILL");`,
    "goes to another folder": `Deno.chdir(new URL(".", import.meta.url));`,
    "goes too deep": `const down = (n) => down(n + 1) + 1; down(0);`,
  };
  Deno.test(`sandbox: in ${mode} a plugin does in vain what is about the whole process`, async () => {
    const before = Deno.cwd();
    const all = Object.entries(vain).map(([what, body]) => `try { ${body}; done.push("${what}") } catch {}`);
    await using one = await hostile(
      `const done = []; ${all.join(" ")} return { action: "quarantine", reason: done.join() };`,
      sandbox,
    );
    assertEquals(await ask(one, "attack"), { action: "quarantine", reason: "" });
    assertEquals(Deno.cwd(), before);
  });
}

Deno.test("sandbox: a plugin in a process takes no more memory than it may", async () => {
  for (
    const flood of [
      `const all = []; for (;;) all.push(new Array(100_000).fill(Math.random()));`,
      `const all = []; for (;;) all.push(new Uint8Array(50_000_000).fill(1));`,
      `for (;;) postMessage({ say: "done", id: 4711, value: new Uint8Array(10_000_000) });`,
    ]
  ) {
    await using one = await hostile(flood, { process: true, memory: 200_000_000, deadline: 300_000 });
    await assertRejects(() => ask(one, "attack"), Refusal);
    assertMatch(ends(one), /memory|SIGTRAP|SIGABRT|talks/);
    assertEquals(await back(one), { action: "accept" });
  }
});

Deno.test("sandbox: a process that kills itself, through a thread of its own, takes nobody with it", async () => {
  const thread = `new (await import("node:worker_threads")).Worker("Deno.kill(Deno.pid, 'SIGKILL')", { eval: true });`;
  await using one = await hostile(`${thread} await new Promise(() => {});`, { process: true });
  await assertRejects(() => ask(one, "attack"), Refusal);
  assertMatch(ends(one), /SIGKILL/);
  assertEquals(await back(one), { action: "accept" });
});

Deno.test("sandbox: prototypes that a plugin changes are its own", async () => {
  await using one = await hostile(
    `Object.prototype.polluted = "yes"; Array.prototype.map = () => ["mine"]; Map.prototype.get = () => undefined;
     Promise.prototype.then = undefined; globalThis.postMessage = () => {};
     return { action: "continue", addHeaders: [["X-A", "b"]] };`,
    { deadline: 1000 },
  );
  await ask(one, "attack").catch(() => {});
  assertEquals(Reflect.get({}, "polluted"), undefined);
  assertEquals([1].map((n) => n + 1), [2]);
});

Deno.test("sandbox: no prototype comes with a verdict", async () => {
  const verdict = `{ action: "continue", "__proto__": { polluted: 1 }, ["__proto__"]: { polluted: 2 },
    constructor: { prototype: { polluted: 3 } }, addHeaders: [["X-A", "b"]], polluted: 4 }`;
  await using one = await hostile(`return ${verdict};`);
  const given = await ask(one, "attack");
  assertEquals(given, { action: "continue", addHeaders: [["X-A", "b"]] });
  assert(typeof given === "object" && given !== null);
  assertEquals(Object.getPrototypeOf(given), Object.prototype);
  assertEquals(Reflect.get({}, "polluted"), undefined);
});

Deno.test("sandbox: what is no verdict fails the call, and so defers", async () => {
  const all = [
    "undefined",
    "null",
    `"accept"`,
    "{}",
    `{ action: "yes" }`,
    `{ action: "reject" }`,
    `{ action: "reject", reply: { code: "550", enhanced: "5.7.1", text: "no" } }`,
    `{ action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "x".repeat(5000) } }`,
    `{ action: "continue", addHeaders: [["X-A"]] }`,
    `{ action: "continue", addHeaders: "X" }`,
    `{ action: "quarantine", reason: {} }`,
    `() => {}`,
  ];
  await using one = await hostile(`return [${all.join()}][facts.tls];`);
  const chain = new FilterChain(
    [{ name: "f", filter: one.plugin, onFailure: "defer" }],
    5000,
    Object.create(null, {
      error: { value: () => {} },
      info: { value: () => {} },
    }),
  );
  for (const [index, nonsense] of all.entries()) {
    const asked = { ...facts, tls: index };
    const { refusal } = await chain.ask("sender", (filter) => filter.sender?.(asked as never, "attack"), {});
    assertEquals(refusal?.enhanced, "4.3.0", nonsense);
  }
});

Deno.test("sandbox: no text of a reply begins another line", async () => {
  await using one = await hostile(
    `return { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "no\\r\\n250 OK\\0" } };`,
  );
  assertEquals(await ask(one, "attack"), {
    action: "reject",
    reply: { code: 550, enhanced: "5.7.1", text: "no 250 OK " },
  });
});

Deno.test("sandbox: answers to what was not asked, and of another time, are nobody's", async () => {
  await using one = await hostile(`
    for (const id of [0, 1, 2, 99, 2 ** 52]) postMessage({ say: "done", id: id + 1000, value: { action: "accept" } });
    return { action: "quarantine", reason: "mine" };`);
  assertEquals(await ask(one, "attack"), { action: "quarantine", reason: "mine" });
  assertEquals(ends(one), "");
});

Deno.test("sandbox: a plugin that is ended fails all its calls at once", async () => {
  await using one = await hostile(`for (;;);`, { deadline: 1000 });
  const calls = await Promise.allSettled([ask(one, "attack"), ask(one, "friend"), ask(one, "friend")]);
  assertEquals(calls.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
});

Deno.test("sandbox: a plugin that fails too often is left alone", async () => {
  await using one = await hostile(`postMessage(1); await new Promise(() => {});`, { restarts: 1 });
  await assertRejects(() => ask(one, "attack"), Refusal);
  assertEquals(await back(one), { action: "accept" });
  await assertRejects(() => ask(one, "attack"), Refusal);
  while (!one.log.some(({ message }) => message.includes("has failed too often"))) {
    await assertRejects(() => ask(one, "friend"), Refusal);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await assertRejects(() => ask(one, "friend"), Refusal);
  assertEquals(one.log.filter(({ message }) => message.includes("left alone")).length, 1);
});

Deno.test("sandbox: lines of the log have an end, and the rest is counted", async () => {
  await using one = await hostile(`for (let n = 0; n < 3000; n++) console.log("line", n);`);
  await ask(one, "attack");
  await one.plugin.stop?.();
  const lines = one.log.filter(({ message }) => message.startsWith("line ")).length;
  const left = one.log.reduce((sum, { message, lines }) => sum + (message.includes("left out") ? Number(lines) : 0), 0);
  assertEquals(lines + left, 3000);
  assert(lines >= 100 && left > 1000, `${lines}`);
});
