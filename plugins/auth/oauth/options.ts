/** The options of `oauthbearer` and `xoauth2`: where tokens are checked, and what in them says whose they are. */
import * as v from "valibot";
import type { OptionsSchema } from "../../../core/contract/mod.ts";
import { options } from "../../../core/options/options.ts";
import { duration, text, value, type ValueSchema } from "../../../core/options/values.ts";

/** RFC 7662 §2, RFC 7517: secrets travel by these, so in the clear only to this machine. */
const secureUrl: ValueSchema<string> = value(
  'an https URL, such as "https://sso.example.org/introspect" (http only for this machine)',
  (given) => {
    if (typeof given !== "string" || !URL.canParse(given)) return undefined;
    const { protocol, hostname } = new URL(given);
    const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
    return protocol === "https:" || (protocol === "http:" && isHere) ? given : undefined;
  },
);

const introspection = options({
  url: secureUrl,
  client_id: text("the name that this server has there"),
  client_secret: text("its secret there, such as ${OAUTH_SECRET}"),
});

const jwt = options({
  jwks: secureUrl,
  issuer: text('what tokens name as their issuer, such as "https://sso.example.org"'),
  audience: text('what tokens are made for, such as "mail"'),
});

const each = options({
  introspection: v.optional(introspection),
  jwt: v.optional(jwt),
  claim: v.optional(text('the claim that holds the login, such as "email"'), "email"),
  scope: v.optional(text('what a token must be good for, such as "mail"')),
  timeout: v.optional(duration, "5s"),
});

/** Their schema: the two ways to check a token exclude each other, and one must be there. */
export const oauthOptions: OptionsSchema<OAuthOptions> = {
  "~standard": {
    version: 1,
    vendor: "quetzal",
    validate(given) {
      const read = each["~standard"].validate(given);
      if (read.issues !== undefined || (read.value.introspection === undefined) !== (read.value.jwt === undefined)) {
        return read;
      }
      return { issues: [{ message: "needs one of introspection: { url, … } and jwt: { jwks, issuer, audience }" }] };
    },
  },
};

/** As the configuration has them. */
export interface OAuthOptions {
  /** Ask the issuer of each token (RFC 7662). */
  readonly introspection?: v.InferOutput<typeof introspection> | undefined;
  /** Verify signed tokens here (RFC 7519) by the issuer's keys (RFC 7517). */
  readonly jwt?: v.InferOutput<typeof jwt> | undefined;
  /** Which member or claim says whose a token is. */
  readonly claim: string;
  /** Refuse tokens without this scope (RFC 6749 §3.3). */
  readonly scope?: string | undefined;
  /** How long the issuer may take, in milliseconds. */
  readonly timeout: number;
}
