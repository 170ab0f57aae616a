/** ANONYMOUS (RFC 4505): access for everybody to one account. Off unless it is configured with that account. */
import {
  type AuthOutcome,
  definePlugin,
  type ExchangeRequest,
  type Logger,
  type PluginDefinition,
} from "../../core/contract/mod.ts";
import { options } from "../../core/options/options.ts";
import { text } from "../../core/options/values.ts";
import { decodeUtf8 } from "../../core/wire/utf8.ts";

/** What an operator must say. */
interface AnonymousOptions {
  /** The address of the account that everybody gets. */
  readonly account: string;
}

const plugin: PluginDefinition<"auth", AnonymousOptions> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "anonymous",
  summary: "ANONYMOUS (RFC 4505): everybody may use the one account that the option `account` names",
  options: options({ account: text('the address of the account that everybody gets, such as "guest@example.org"') }),
  setup: ({ log }, { account }) => ({
    mechanism: "ANONYMOUS",
    first: "client",
    needs: "nothing",
    revealsPassword: false,
    everybodysAccount: account,
    exchange: (request) => exchange(request, account, log),
  }),
});
export default plugin;

// deno-lint-ignore require-yield
async function* exchange(
  request: ExchangeRequest,
  login: string,
  log: Logger,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const trace = decodeUtf8(request.firstResponse ?? new Uint8Array(0));
  // RFC 4505 §2: an address or a token of at most 255 characters, without control characters; or nothing.
  if (trace === undefined || !/^[^\p{Cc}]{0,255}$/u.test(trace)) return { status: "failure", reason: "malformed" };
  const account = await request.findAccount(login);
  if (account === undefined) {
    log.error("auth anonymous: there is no account of this address: add it, or change the option account", { login });
    return { status: "failure", reason: "unavailable" };
  }
  log.info("anonymous access", { service: request.service, trace });
  return { status: "success", account };
}
