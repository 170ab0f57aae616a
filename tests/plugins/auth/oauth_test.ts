import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import {
  printOAuthBearer,
  printXOAuth2,
  readOAuthBearer,
  readXOAuth2,
} from "../../../plugins/auth/oauth/client_message.ts";
import { oauthOptions } from "../../../plugins/auth/oauth/options.ts";
import oauthbearer from "../../../plugins/auth/oauth/oauthbearer.ts";
import xoauth2 from "../../../plugins/auth/oauth/xoauth2.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { testAccount, testDirectory } from "../../support/test_directory.ts";
import { converse, request } from "./conversation.ts";
import { identityProvider, type Issued, issuer } from "./identity_provider.ts";

const directory = testDirectory({ "user@example.com": "x", "other@example.com": "y" });
const user = testAccount("user@example.com");
const now = () => new Date("2026-11-25T12:00:00Z");

/** Holds the conversation of a mechanism that is set up with these options, and time enough for each answer. */
async function say(plugin: typeof oauthbearer, options: object, message: string, ...more: string[]) {
  const read = oauthOptions["~standard"].validate({ timeout: "1m", ...options });
  if (read.issues) throw new Error(JSON.stringify(read.issues));
  const shutdown = new AbortController().signal;
  const mechanism = await plugin.setup({ log: silentLog, hostname: "mail.example.com", shutdown, now }, read.value);
  return await converse(mechanism.exchange(request(directory, { firstResponse: message })), ...more);
}

Deno.test("oauthbearer: RFC 7628 §4.1: the example's message is read, host and port passed over", () => {
  const message = "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01" +
    "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
  assertEquals(readOAuthBearer(message), {
    identity: "user@example.com",
    token: "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
  });
});

Deno.test("oauthbearer: RFC 7628 §3.1, RFC 5801 §4: what is no message is read as none", () => {
  for (
    const text of [
      "",
      "n,,",
      "n,,\x01\x01",
      "p=tls-unique,,\x01auth=Bearer x\x01\x01",
      "n,a=,\x01auth=Bearer x\x01\x01",
      "n,a=x=2Y,\x01auth=Bearer x\x01\x01",
      "n,,\x01auth=Bearer x\x01",
      "n,,\x01auth=Bearer \x01\x01",
      "n,,\x01auth=Basic x\x01\x01",
      "n,,\x01auth=Bearer x y\x01\x01",
      "n,,\x01auth=Bearer x\x01auth=Bearer y\x01\x01",
      "n,,\x011=2\x01auth=Bearer x\x01\x01",
      `n,,\x01auth=Bearer ${"x".repeat(16_385)}\x01\x01`,
      "user=u\x01auth=Bearer x\x01\x01",
    ]
  ) assertEquals(readOAuthBearer(text), undefined, JSON.stringify(text));
  for (const text of ["user=\x01auth=Bearer x\x01\x01", "n,,\x01auth=Bearer x\x01\x01", "user=u\x01\x01"]) {
    assertEquals(readXOAuth2(text), undefined, JSON.stringify(text));
  }
});

Deno.test("oauth: what is printed is read as the same", () => {
  const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,80}={0,2}$/);
  const identity = fc.string({ minLength: 1, unit: "binary" }).filter((text) =>
    !text.includes("\x01") && !text.includes("\0")
  );
  fc.assert(fc.property(token, fc.option(identity, { nil: undefined }), (token, identity) => {
    const message = { token, ...identity !== undefined && { identity } };
    assertEquals(readOAuthBearer(printOAuthBearer(message)), message);
    if (identity !== undefined) assertEquals(readXOAuth2(printXOAuth2(message)), message);
  }));
});

Deno.test("oauth: whatever comes is a message or none", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const read of [readOAuthBearer, readXOAuth2]) {
      const found = read(`n,,\x01${text}\x01\x01`) ?? read(text);
      if (found !== undefined) assertMatch(found.token, /^[A-Za-z0-9\-._~+/]+=*$/);
    }
  }));
});

Deno.test("oauth: RFC 7662: a token that is active is its user's; who the client is stands in the request", async () => {
  const issued: Issued[] = [];
  await using provider = identityProvider((asked) => {
    issued.push(asked);
    return { active: asked.token === "good", email: "user@example.com", scope: "mail calendar" };
  });
  const options = { introspection: provider.introspection };
  for (const [plugin, print] of [[oauthbearer, printOAuthBearer], [xoauth2, printXOAuth2]] as const) {
    const message = { identity: "user@example.com", token: "good" };
    assertEquals((await say(plugin, options, print(message))).outcome, { status: "success", account: user });
    const refused = await say(plugin, options, print({ ...message, token: "bad" }));
    assertEquals([refused.outcome?.status, refused.finalData], ["failure", '{"status":"invalid_token"}']);
    // Whether that is allowed is for the directory to say.
    const acting = await say(plugin, options, print({ ...message, identity: "other@example.com" }));
    assertEquals(acting.outcome, { status: "success", account: user, authorizeAs: "other@example.com" });
  }
  assertEquals(issued[0], { token: "good", client: "mail server:s3cret/+" });
  assertEquals((await say(oauthbearer, options, printOAuthBearer({ token: "good" }))).outcome?.status, "success");
});

Deno.test("oauth: RFC 7628 §3.2.2: a token without the scope is told which it needs", async () => {
  await using provider = identityProvider(() => ({ active: true, email: "user@example.com", scope: "calendar" }));
  const options = { introspection: provider.introspection, scope: "mail" };
  const { finalData } = await say(oauthbearer, options, printOAuthBearer({ token: "t" }));
  assertEquals(finalData, '{"status":"insufficient_scope","scope":"mail"}');
});

Deno.test("oauth: nobody is let in by an answer that is none, is late, or is of nobody here", async () => {
  const answers: readonly (readonly [answer: unknown, reason: string])[] = [
    [{ active: true }, "credentials"],
    [{ active: true, email: "" }, "credentials"],
    [{ active: true, email: "nobody@example.com" }, "credentials"],
    [{ active: true, email: "user@example.com", email_verified: false }, "credentials"],
    [{ active: "true", email: "user@example.com" }, "unavailable"],
    [{ email: "user@example.com" }, "unavailable"],
    [[], "unavailable"],
    ["x".repeat(70_000), "unavailable"],
    [undefined, "unavailable"],
  ];
  for (const [answer, reason] of answers) {
    await using provider = identityProvider(() => answer);
    const options = { introspection: provider.introspection };
    const { outcome } = await say(oauthbearer, options, printOAuthBearer({ token: "t" }));
    assertEquals([outcome?.status, outcome && "reason" in outcome && outcome.reason], ["failure", reason]);
  }
  const gone = { url: "http://127.0.0.1:1/", "client_id": "a", "client_secret": "b" };
  const { outcome } = await say(oauthbearer, { introspection: gone }, printOAuthBearer({ token: "t" }));
  assertEquals(outcome, { status: "failure", reason: "unavailable" });
});

Deno.test("oauth: RFC 7519: signed tokens, verified by the issuer's keys; any fault refuses", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const other = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...await exportJWK(publicKey), kid: "1", alg: "ES256" };
  await using provider = identityProvider(() => undefined, [jwk]);
  const options = { jwt: { jwks: provider.jwks, issuer, audience: "mail" } };
  const at = Math.floor(now().getTime() / 1000);
  const sign = (claims: Record<string, unknown>, key = privateKey) =>
    new SignJWT({ email: "user@example.com", iss: issuer, aud: "mail", exp: at + 60, ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "1" }).sign(key);
  const outcomeOf = async (token: string) => (await say(oauthbearer, options, printOAuthBearer({ token }))).outcome;
  assertEquals(await outcomeOf(await sign({})), { status: "success", account: user });
  const faults: readonly (readonly [fault: Promise<string>, reason: string])[] = [
    [sign({ exp: at - 60 }), "expired"],
    [sign({ exp: undefined }), "credentials"],
    [sign({ aud: "calendar" }), "credentials"],
    [sign({ iss: "https://evil.example" }), "credentials"],
    [sign({ nbf: at + 600 }), "credentials"],
    [sign({ email: 7 }), "credentials"],
    [sign({}, other.privateKey), "credentials"],
    [Promise.resolve("no.token.atall"), "credentials"],
    [sign({}).then((token) => `eyJhbGciOiJub25lIn0.${token.split(".")[1]}.`), "credentials"],
  ];
  for (const [fault, reason] of faults) {
    const outcome = await outcomeOf(await fault);
    assertEquals([outcome?.status, outcome && "reason" in outcome && outcome.reason], ["failure", reason]);
  }
});

Deno.test("oauth: options: one way to check, over https or on this machine", () => {
  const validate = (options: unknown) => oauthOptions["~standard"].validate(options).issues?.length ?? 0;
  const secrets = { "client_id": "a", "client_secret": "b" };
  assertEquals(validate({ introspection: { url: "https://sso.example/", ...secrets } }), 0);
  assertEquals(validate({ introspection: { url: "http://sso.example/", ...secrets } }), 1);
  assertEquals(validate({ introspection: { url: "ftp://127.0.0.1/", ...secrets } }), 1);
  const jwt = { jwks: "https://sso.example/keys", issuer: "https://sso.example", audience: "mail" };
  assertEquals(validate({ jwt }), 0);
  for (const options of [{}, { introspection: { url: "https://sso.example/", ...secrets }, jwt }]) {
    const [issue] = oauthOptions["~standard"].validate(options).issues ?? [];
    assertMatch(issue?.message ?? "", /^needs one of introspection.*jwt/);
  }
});
