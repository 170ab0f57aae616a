/** An HTTP plugin with one route. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new http NAME`. */
export const http: PluginTemplate = {
  plugin: (name) =>
    `/** An HTTP plugin: routes, and what answers them. The core listens, and limits requests and waits. */
import { definePlugin, noOptions } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "http",
  name: "${name}",
  summary: "Says whether the server is there",
  options: noOptions,
  setup: ({ hostname }) => ({
    routes: [{
      method: "GET",
      path: "/health",
      handle: () => Response.json({ status: "ok", hostname }),
    }],
  }),
});
`,
  test: (name, file) =>
    `import { assertEquals } from "@std/assert";
import { answer } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: it says that it is there", async () => {
  const response = await answer(plugin, new Request("http://localhost/health"));
  assertEquals(await response?.json(), { status: "ok", hostname: "mail.example.org" });
});
`,
  use: (path) => `http:\n  - { use: ${path}, listen: ["127.0.0.1:8080"] }`,
};
