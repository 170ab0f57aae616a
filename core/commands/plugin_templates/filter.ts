/** A filter that adds a header field. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new filter NAME`. */
export const filter: PluginTemplate = {
  plugin: (name) =>
    `/** A filter: judges messages on their way in, and may change them. */
import { definePlugin, options, text } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "filter",
  name: "${name}",
  summary: "Says in a header field that a message came by here",
  // What may stand under options: in mail.yaml.
  options: options({ note: text("some words") }),
  setup: (_context, { note }) => ({
    // Other hooks: connected, authenticating, sender, recipient. What throws defers the message: a filter fails closed.
    message: (_facts, _envelope, _message) => Promise.resolve({ action: "continue", addHeaders: [["X-Note", note]] }),
  }),
});
`,
  test: (name, file) =>
    `import { assert } from "@std/assert";
import { judge } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: a message gets the note", async () => {
  const judged = await judge(plugin, { message: "Subject: tea\\n\\nText\\n", options: { note: "seen" } });
  assert(judged.accepted);
  assert(judged.copies[0]?.text.includes("X-Note: seen\\r\\n"));
});
`,
  use: (path) => `filters:\n  - { use: ${path}, options: { note: seen here }, sandbox: {} }`,
};
