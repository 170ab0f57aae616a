/** An extension with one of each. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new extension NAME`. */
export const extension: PluginTemplate = {
  plugin: (name) =>
    `/** An extension: says where copies go, watches, adds commands, works from time to time. Each part may be left out. */
import { definePlugin, noOptions } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "extension",
  name: "${name}",
  summary: "Files mail of robots, logs failed logins, and tells POP3 clients the time",
  options: noOptions,
  setup: ({ log, now }) => ({
    // The first answer of all extensions counts; undefined is no answer, and INBOX is where mail goes without one.
    place: ({ envelope }) =>
      Promise.resolve(envelope.sender === "" ? { action: "file", mailbox: "Robots", create: true } : undefined),
    // Told afterwards; nobody waits, and what throws here is logged.
    observe: {
      authenticationFailed: ({ facts, service }) => log.warn("somebody knocks", { peer: facts.peer, service }),
    },
    pop3Commands: [{
      keyword: "XTIME",
      capability: "XTIME",
      states: ["transaction"],
      run: () => ({ ok: true, text: now().toISOString() }),
    }],
  }),
});
`,
  test: (name, file) =>
    `import { assert, assertEquals } from "@std/assert";
import { place, playCommand } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: mail without a sender is a robot's", async () => {
  const placed = await place(plugin, { from: "" });
  assert(placed.accepted);
  assertEquals(placed.copies.map(({ mailbox }) => mailbox), ["Robots"]);
});

Deno.test("${name}: XTIME tells the time", async () => {
  const transcript = \`
    S: +OK{{any}}
    C: USER test@example.org
    S: +OK{{any}}
    C: PASS secret
    S: +OK{{any}}
    C: XTIME
    S: +OK 2026-01-02T03:04:05.000Z
    C: QUIT
    S: +OK{{any}}
  \`;
  await playCommand("pop3", plugin, transcript, { now: () => new Date("2026-01-02T03:04:05Z") });
});
`,
  use: (path) => `extensions:\n  - ${path}`,
};
