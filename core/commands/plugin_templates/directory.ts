/** A directory that knows its accounts by heart. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new directory NAME`. */
export const directory: PluginTemplate = {
  plugin: (name) =>
    `/** A directory: knows who has an account, and where addresses lead. Mail is kept in the storage's accounts. */
import { type AccountId, definePlugin, encodeUtf8, equalInConstantTime, noOptions } from "@quetzal/server";

/** Address and password. A real directory asks a file, a database or another server. */
const people = new Map([["ada@example.org", "engine"]]);

export default definePlugin({
  apiVersion: 1,
  kind: "directory",
  name: "${name}",
  summary: "Knows one person",
  options: noOptions,
  async setup({ accounts, domains }) {
    for (const address of people.keys()) {
      if (await accounts.accountByAddress(address) !== undefined) continue;
      await accounts.changeAccounts([{ do: "createAccount", address, secrets: {} }]);
    }
    const find = async (login: string): Promise<AccountId | undefined> => {
      const address = login.includes("@") ? login.toLowerCase() : \`\${login.toLowerCase()}@\${domains[0]}\`;
      return people.has(address) ? (await accounts.accountByAddress(address))?.id : undefined;
    };
    return {
      canCheckPassword: true,
      secretSchemes: new Set(),
      async checkPassword(login, password) {
        const account = await find(login);
        const address = login.includes("@") ? login.toLowerCase() : \`\${login.toLowerCase()}@\${domains[0]}\`;
        // Compared also where there is nobody: that must take as long.
        const isRight = equalInConstantTime(encodeUtf8(people.get(address) ?? ""), encodeUtf8(password));
        return isRight ? account : undefined;
      },
      secret: () => Promise.resolve(undefined),
      findAccount: find,
      mayActAs: async (account, login) => await find(login) === account ? account : undefined,
      maySendAs: async (account, address) => await find(address) === account,
      async resolve(address) {
        if (!domains.includes(address.slice(address.lastIndexOf("@") + 1).toLowerCase())) return { kind: "remote" };
        const account = await find(address);
        return account === undefined ? { kind: "unknown" } : { kind: "account", account };
      },
    };
  },
});
`,
  test: (name, file) =>
    `import { assert, assertEquals } from "@std/assert";
import { setUp } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: it knows Ada and her password, and nobody else", async () => {
  await using set = await setUp(plugin);
  const directory = set.extension;
  assert(await directory.checkPassword("ada@example.org", "engine"));
  assertEquals(await directory.checkPassword("ada@example.org", "wrong"), undefined);
  assertEquals(await directory.checkPassword("nobody@example.org", ""), undefined);
  assertEquals((await directory.resolve("ada@example.org")).kind, "account");
  assertEquals((await directory.resolve("ada@example.com")).kind, "remote");
});
`,
  use: (path) => `directory: ${path}`,
};
