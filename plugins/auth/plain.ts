/** PLAIN (RFC 4616): the login and the password, as they are. */
import {
  type AuthOutcome,
  definePlugin,
  type ExchangeRequest,
  type PluginDefinition,
} from "../../core/contract/mod.ts";
import { noOptions } from "../../core/options/no_options.ts";
import { decodeUtf8 } from "../../core/wire/utf8.ts";

const plugin: PluginDefinition<"auth", Record<never, never>> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "plain",
  summary: "PLAIN (RFC 4616): login and password as they are, so only under TLS",
  options: noOptions,
  setup: () => ({
    mechanism: "PLAIN",
    first: "client",
    needs: "password-check",
    revealsPassword: true,
    exchange,
  }),
});
export default plugin;

// deno-lint-ignore require-yield
async function* exchange(request: ExchangeRequest): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const message = decodeUtf8(request.firstResponse ?? new Uint8Array(0));
  // RFC 4616 §2: [authzid] NUL authcid NUL passwd, with neither of the last two empty and no other NUL.
  const [, authorizeAs, login, password] = /^([^\0]*)\0([^\0]+)\0([^\0]+)$/.exec(message ?? "") ?? [];
  if (login === undefined || password === undefined) return { status: "failure", reason: "malformed" };
  const account = await request.checkPassword(login, password);
  if (account === undefined) return { status: "failure", reason: "credentials" };
  return { status: "success", account, ...(authorizeAs ? { authorizeAs } : {}) };
}
