/** What OAUTHBEARER (RFC 7628) and XOAUTH2 share: all but the form of the client's message. */
import {
  type AuthMechanism,
  type AuthOutcome,
  type BaseContext,
  definePlugin,
  type ExchangeRequest,
  type PluginDefinition,
} from "../../../core/contract/mod.ts";
import { decodeUtf8, encodeUtf8 } from "../../../core/wire/utf8.ts";
import type { ClientMessage } from "./client_message.ts";
import { type OAuthOptions, oauthOptions } from "./options.ts";
import { type TokenCheck, tokenCheck, type TokenVerdict } from "./token_check.ts";

/** What tells the two apart. */
export interface OAuthFacts {
  /** As in `mail.yaml`: the mechanism's name in lower case. */
  readonly name: "oauthbearer" | "xoauth2";
  /** One line. */
  readonly summary: string;
  /** Reads the client's message; undefined for what is none. */
  readonly read: (text: string) => ClientMessage | undefined;
}

/** One of the two as a plugin. */
export function oauthPlugin({ name, summary, read }: OAuthFacts): PluginDefinition<"auth", OAuthOptions> {
  return definePlugin({
    apiVersion: 1,
    kind: "auth",
    name,
    summary,
    options: oauthOptions,
    setup(context, options): AuthMechanism {
      const check = tokenCheck(options, () => context.now());
      return {
        mechanism: name.toUpperCase(),
        first: "client",
        needs: "nothing",
        // RFC 7628 §4: whoever reads the token has what it is good for: only under TLS.
        revealsPassword: true,
        exchange: (request) => exchange(request, read, check, options, context),
      };
    },
  });
}

// deno-lint-ignore require-yield
async function* exchange(
  request: ExchangeRequest,
  read: OAuthFacts["read"],
  check: TokenCheck,
  { scope }: OAuthOptions,
  { log }: BaseContext,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const text = decodeUtf8(request.firstResponse ?? new Uint8Array(0));
  const message = text === undefined ? undefined : read(text);
  if (message === undefined) return { status: "failure", reason: "malformed" };
  const verdict = await check(message.token);
  if (verdict.status === "unavailable") {
    log.error("tokens cannot be checked: see that their issuer answers", { error: verdict.cause });
    return { status: "failure", reason: "unavailable" };
  }
  if (verdict.status !== "valid") return refused(verdict, scope);
  const account = await request.findAccount(verdict.login);
  if (account === undefined) return refused({ status: "invalid" }, scope);
  const { identity } = message;
  // Acting as oneself needs no right to act as another.
  const isOwn = identity === undefined || await request.findAccount(identity) === account;
  return { status: "success", account, ...!isOwn && { authorizeAs: identity } };
}

/** RFC 7628 §3.2.2: the client is told why in JSON, answers with a 0x01, and then fails. */
function refused({ status }: { readonly status: TokenVerdict["status"] }, scope: string | undefined): AuthOutcome {
  const error = status === "insufficient-scope" ? "insufficient_scope" : "invalid_token";
  const finalData = encodeUtf8(JSON.stringify({ status: error, ...scope !== undefined && { scope } }));
  return { status: "failure", reason: status === "expired" ? "expired" : "credentials", finalData };
}
