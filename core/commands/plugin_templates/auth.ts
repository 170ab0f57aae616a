/** A SASL mechanism in which the server speaks first. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new auth NAME`. */
export const auth: PluginTemplate = {
  plugin: (name) =>
    `/** A SASL mechanism (RFC 4422): facts about it, and a generator that yields challenges and is given responses. */
import { decodeUtf8, definePlugin, encodeUtf8, noOptions } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "${name}",
  summary: "Asks for a name, then for a password",
  options: noOptions,
  setup: () => ({
    mechanism: "${name.toUpperCase()}",
    first: "server",
    // What the directory must be able to do, and what must be kept from eavesdroppers: offers are computed from these.
    needs: "password-check",
    revealsPassword: true,
    async *exchange({ checkPassword }) {
      const login = decodeUtf8(yield encodeUtf8("Name?"));
      const password = decodeUtf8(yield encodeUtf8("Password?"));
      if (login === undefined || password === undefined) return { status: "failure", reason: "malformed" };
      const account = await checkPassword(login, password);
      return account === undefined ? { status: "failure", reason: "credentials" } : { status: "success", account };
    },
  }),
});
`,
  test: (name, file) =>
    `import { assertEquals } from "@std/assert";
import { logIn } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: the right password logs in, and no other", async () => {
  const right = await logIn(plugin, ["test@example.org", "secret"]);
  assertEquals([right.challenges, right.end?.state], [["Name?", "Password?"], "authenticated"]);
  assertEquals((await logIn(plugin, ["test@example.org", "wrong"])).end?.state, "refused");
});
`,
  use: (path) => `auth:\n  - ${path}\n  - scram-sha-256\n  - plain`,
};
