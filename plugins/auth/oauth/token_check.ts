/** Whose a token is: asked of its issuer (RFC 7662), or read from a signed token (RFC 7519). It fails closed. */
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { OAuthOptions } from "./options.ts";

/** What came of it. `expired` is told apart so that clients fetch a new token instead of asking their user. */
export type TokenVerdict =
  | { readonly status: "valid"; readonly login: string }
  | { readonly status: "invalid" | "expired" | "insufficient-scope" }
  /** Nobody could say: the issuer did not answer. */
  | { readonly status: "unavailable"; readonly cause: unknown };

/** Checks a token. Never rejects. */
export type TokenCheck = (token: string) => Promise<TokenVerdict>;

/** Octets of the largest answer of an issuer. */
const LARGEST_ANSWER = 65_536;
/** RFC 7519 §4.1.4: some leeway for clocks, in seconds. */
const LEEWAY = 30;
/** RFC 8725 §3.1: only these; never `none`, and no HMAC, whose key would be public. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

/** The check that the options ask for. */
export function tokenCheck(options: OAuthOptions, now: () => Date): TokenCheck {
  const { jwt } = options;
  const check = jwt === undefined ? introspecting(options) : verifying(options, jwt, now);
  return async (token) => {
    try {
      return await check(token);
    } catch (cause) {
      return { status: "unavailable", cause };
    }
  };
}

function introspecting({ introspection, claim, scope, timeout }: OAuthOptions): TokenCheck {
  return async (token) => {
    if (introspection === undefined) return { status: "invalid" };
    const { url, client_id: name, client_secret: secret } = introspection;
    const response = await fetch(url, {
      method: "POST",
      // A redirect would take the token to somebody else.
      redirect: "error",
      headers: {
        accept: "application/json",
        // RFC 6749 §2.3.1: both form-encoded before they are put together.
        authorization: `Basic ${btoa(`${encodeURIComponent(name)}:${encodeURIComponent(secret)}`)}`,
      },
      body: new URLSearchParams({ token, token_type_hint: "access_token" }),
      signal: AbortSignal.timeout(timeout),
    });
    const text = await boundedText(response);
    if (!response.ok) throw new Error(`the issuer answers ${response.status}`);
    const answer: unknown = JSON.parse(text);
    if (!isRecord(answer) || typeof answer["active"] !== "boolean") throw new Error("the issuer's answer is none");
    // RFC 7662 §2.2: whatever is wrong with it, it is just not active.
    return answer["active"] ? judge(answer, claim, scope) : { status: "invalid" };
  };
}

function verifying(
  { claim, scope, timeout }: OAuthOptions,
  { jwks, issuer, audience }: NonNullable<OAuthOptions["jwt"]>,
  now: () => Date,
): TokenCheck {
  const keys = createRemoteJWKSet(new URL(jwks), { timeoutDuration: timeout });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms, clockTolerance: LEEWAY, currentDate: now() },
        requiredClaims: ["exp"],
      });
      return judge(payload, claim, scope);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { status: "expired" };
      // What the client sent is at fault; all else is the issuer's keys, or the way to them.
      if (isTokensFault(error)) return { status: "invalid" };
      throw error;
    }
  };
}

function isTokensFault(error: unknown): boolean {
  return error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}

function judge(claims: Record<string, unknown>, claim: string, scope: string | undefined): TokenVerdict {
  if (scope !== undefined && !scopesOf(claims).includes(scope)) return { status: "insufficient-scope" };
  const login = claims[claim];
  // OpenID Connect Core §5.1: an address that nobody has verified is anybody's.
  if (claim === "email" && claims["email_verified"] === false) return { status: "invalid" };
  return typeof login === "string" && login !== "" ? { status: "valid", login } : { status: "invalid" };
}

/** RFC 6749 §3.3: words apart by spaces; some issuers have a list. */
function scopesOf({ scope, scp }: Record<string, unknown>): readonly unknown[] {
  const given = scope ?? scp;
  return Array.isArray(given) ? given : typeof given === "string" ? given.split(" ") : [];
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST_ANSWER) throw new Error("the issuer's answer is too long");
  }
  return text + decoder.decode();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
