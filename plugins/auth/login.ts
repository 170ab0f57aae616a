/** LOGIN (draft-murchison-sasl-login-00): PLAIN's predecessor, in two questions. Clients that know nothing else exist. */
import {
  type AuthOutcome,
  definePlugin,
  type ExchangeRequest,
  type PluginDefinition,
} from "../../core/contract/mod.ts";
import { noOptions } from "../../core/options/no_options.ts";
import { latin1 } from "../../core/wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../../core/wire/utf8.ts";

const plugin: PluginDefinition<"auth", Record<never, never>> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "login",
  summary: "LOGIN: login and password, asked one after the other; for old clients, so only under TLS",
  options: noOptions,
  setup: () => ({
    mechanism: "LOGIN",
    // The draft has the server begin, but clients of SMTP send the login along; both are everywhere.
    first: "variable",
    needs: "password-check",
    revealsPassword: true,
    exchange,
  }),
});
export default plugin;

async function* exchange(request: ExchangeRequest): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  // The draft's §2.1 says "User Name", but what every server sends is what clients compare with.
  const login = decode(request.firstResponse ?? (yield encodeUtf8("Username:")));
  const password = decode(yield encodeUtf8("Password:"));
  if (login === "" || password === "" || `${login}${password}`.includes("\0")) {
    return { status: "failure", reason: "malformed" };
  }
  const account = await request.checkPassword(login, password);
  return account === undefined ? { status: "failure", reason: "credentials" } : { status: "success", account };
}

/** Clients from before UTF-8 send ISO 8859-1; the two are hardly ever mistaken for each other. */
function decode(octets: Uint8Array): string {
  return decodeUtf8(octets) ?? latin1(octets);
}
