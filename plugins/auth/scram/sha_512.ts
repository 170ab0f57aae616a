/** SCRAM-SHA-512 and SCRAM-SHA-512-PLUS (as RFC 7677, with SHA-512). */
import type { PluginDefinition } from "../../../core/contract/mod.ts";
import { type ScramOptions, scramPlugin } from "./plugin.ts";

const plugin: PluginDefinition<"auth", ScramOptions> = scramPlugin({
  hash: "sha512",
  name: "scram-sha-512",
  summary: "SCRAM-SHA-512 (as RFC 7677, with SHA-512): both sides prove what they know, and neither sends it",
});
export default plugin;
