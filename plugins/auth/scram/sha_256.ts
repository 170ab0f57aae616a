/** SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 7677). */
import type { PluginDefinition } from "../../../core/contract/mod.ts";
import { type ScramOptions, scramPlugin } from "./plugin.ts";

const plugin: PluginDefinition<"auth", ScramOptions> = scramPlugin({
  hash: "sha256",
  name: "scram-sha-256",
  summary: "SCRAM-SHA-256 (RFC 7677): both sides prove what they know, and neither sends it",
});
export default plugin;
