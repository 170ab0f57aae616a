/** A storage to begin with: that of the program itself, to be replaced piece by piece. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new storage NAME`. */
export const storage: PluginTemplate = {
  plugin: (name) =>
    `/**
 * A storage: reads are methods and see what is committed; writes are data, applied in atomic batches that are durable when
 * \`apply\` resolves. This one counts batches and leaves everything else to the storage in memory, which is the
 * specification in code: take its methods over one by one. The suite in the test says which promises are kept.
 */
import { definePlugin, memoryStorage, noOptions, type Storage } from "@quetzal/server/testing";

export default definePlugin({
  apiVersion: 1,
  kind: "storage",
  name: "${name}",
  summary: "Keeps mail in memory and counts what is written",
  options: noOptions,
  setup({ log, now }): Storage {
    const inner = memoryStorage({ now });
    let batches = 0;
    const apply: Storage["apply"] = async (batch) => {
      const results = await inner.apply(batch);
      log.debug("written", { batches: ++batches });
      return results;
    };
    return new Proxy(inner, {
      get: (target, key) => {
        if (key === "apply") return apply;
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  },
});
`,
  test: (_name, file) =>
    `import { setUp, storageSuite } from "@quetzal/server/testing";
import plugin from "./${file}";

storageSuite(plugin.name, async () => {
  const set = await setUp(plugin);
  return { storage: set.extension, close: () => set[Symbol.asyncDispose]() };
});
`,
  use: (path) => `storage: ${path}`,
};
