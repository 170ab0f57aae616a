/** CRAM-MD5 (RFC 2195): the client proves that it knows the password with an HMAC of a challenge. */
import { createHmac } from "node:crypto";
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
  name: "cram-md5",
  summary: "CRAM-MD5 (RFC 2195): a digest of a challenge; the directory must keep passwords",
  options: noOptions,
  setup: (context) => ({
    mechanism: "CRAM-MD5",
    first: "server",
    needs: "plain",
    revealsPassword: false,
    exchange: (request) => cramMd5(request, freshChallenge(context.hostname, context.now())),
  }),
});
export default plugin;

/** RFC 2195 §2: the conversation about a given challenge. */
export function cramMd5(
  request: ExchangeRequest,
  challenge: string,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  return proveByDigest(
    request,
    challenge,
    (text, password) => createHmac("md5", password).update(text).digest("hex"),
  );
}
