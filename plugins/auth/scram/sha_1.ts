/** SCRAM-SHA-1 and SCRAM-SHA-1-PLUS (RFC 5802). */
import type { PluginDefinition } from "../../../core/contract/mod.ts";
import { type ScramOptions, scramPlugin } from "./plugin.ts";

const plugin: PluginDefinition<"auth", ScramOptions> = scramPlugin({
  hash: "sha1",
  name: "scram-sha-1",
  summary: "SCRAM-SHA-1 (RFC 5802): both sides prove what they know, and neither sends it",
});
export default plugin;
