/** EXTERNAL (RFC 4422 appendix A): the client is who its TLS certificate says. */
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
  name: "external",
  summary: "EXTERNAL (RFC 4422): the account of a mail address in the client's verified certificate",
  options: noOptions,
  setup: () => ({
    mechanism: "EXTERNAL",
    first: "client",
    needs: "client-certificate",
    revealsPassword: false,
    exchange,
  }),
});
export default plugin;

// deno-lint-ignore require-yield
async function* exchange(request: ExchangeRequest): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const authorizeAs = decodeUtf8(request.firstResponse ?? new Uint8Array(0));
  // RFC 4422 appendix A.1: an authorization identity, or nothing; never a NUL.
  if (authorizeAs === undefined || authorizeAs.includes("\0")) return { status: "failure", reason: "malformed" };
  // A certificate of several addresses is the one that is asked for, if it is among them.
  const asked = authorizeAs.toLowerCase();
  const addresses = request.clientAddresses.toSorted((a, b) => Number(isAsked(b, asked)) - Number(isAsked(a, asked)));
  for (const address of addresses) {
    // A login without a domain is never what a certificate means.
    const account = address.includes("@") ? await request.findAccount(address) : undefined;
    if (account !== undefined) return { status: "success", account, ...(authorizeAs === "" ? {} : { authorizeAs }) };
  }
  return { status: "failure", reason: "credentials" };
}

function isAsked(address: string, asked: string): boolean {
  return address.toLowerCase() === asked;
}
