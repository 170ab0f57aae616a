/**
 * APOP (RFC 1939 §7) as a mechanism: its challenge stands in POP3's greeting, its response is the command's argument.
 * It is no SASL mechanism by registration, so no list names it.
 */
import { createHash } from "node:crypto";
import {
  type AuthOutcome,
  definePlugin,
  type ExchangeRequest,
  type PluginDefinition,
} from "../../core/contract/mod.ts";
import { noOptions } from "../../core/options/no_options.ts";
import { freshChallenge, proveByDigest } from "../../core/sasl/keyed_digest.ts";

const plugin: PluginDefinition<"auth", Record<never, never>> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "apop",
  summary: "APOP (RFC 1939 §7), for POP3: a digest of the greeting's timestamp; the directory must keep passwords",
  options: noOptions,
  setup: (context) => ({
    mechanism: "APOP",
    first: "server",
    needs: "plain",
    revealsPassword: false,
    listed: false,
    exchange: (request) => apop(request, freshChallenge(context.hostname, context.now())),
  }),
});
export default plugin;

/** RFC 1939 §7: the conversation about a given timestamp, angle brackets included. */
export function apop(
  request: ExchangeRequest,
  timestamp: string,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  return proveByDigest(
    request,
    timestamp,
    (text, password) => createHash("md5").update(text).update(password).digest("hex"),
  );
}
