/** The storage in memory as a plugin: `storage: memory`, for tests and first looks. */
import { definePlugin } from "../../core/contract/plugin.ts";
import { noOptions } from "../../core/options/no_options.ts";
import { memoryStorage } from "./storage.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "storage",
  name: "memory",
  summary: "Keeps mail in memory: all of it is gone when the server stops",
  options: noOptions,
  setup: (context) => memoryStorage({ now: () => context.now() }),
});
