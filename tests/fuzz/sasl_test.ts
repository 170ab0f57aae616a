import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { Authentication } from "../../core/contract/mod.ts";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import { encodeUtf8 } from "../../core/wire/utf8.ts";
import anonymous from "../../plugins/auth/anonymous.ts";
import otp from "../../plugins/auth/otp/plugin.ts";
import { fakeConnection } from "../support/fake_connection.ts";
import { setUpMechanism, testAuthentication, testDirectory, testMechanisms } from "../support/test_directory.ts";

/** Nobody can log in here by guessing, and nothing but a guess is made. */
const unknown = {
  algorithm: "sha1",
  seed: "ke1234",
  sequence: 500,
  last: crypto.getRandomValues(new Uint8Array(8)),
} as const;
const directory = testDirectory({ "alice@example.org": crypto.randomUUID() }, {
  schemes: ["plain", "digest-md5", "scram-sha-1", "scram-sha-256", "scram-sha-512", "otp"],
  otp: { "alice@example.org": unknown },
});
const { connection } = fakeConnection({
  tls: {
    clientAddresses: ["nobody@example.org"],
    channelBinding: (type) => type === "tls-unique" ? Uint8Array.of(1, 2, 3) : undefined,
  },
});

/** Words of the mechanisms' own grammars, so that noise gets past the first check. */
const words = fc.constantFrom(
  "alice",
  "alice@example.org",
  "\0",
  "\0alice\0",
  "n,,",
  "y,a=x,",
  "p=tls-unique,,",
  "n=alice,r=abc",
  "n,,n=alice,r=abc",
  "p=tls-unique,,n=alice,r=abc",
  "c=biws,r=",
  ",p=AAAA",
  " 0123456789abcdef0123456789abcdef",
  'username="alice",realm="mail.example.org",',
  'nonce="x",cnonce="y",nc=00000001,digest-uri="imap/mail.example.org",',
  "response=0123456789abcdef0123456789abcdef,",
  "qop=auth-conf,cipher=3des,maxbuf=65536,charset=utf-8",
  "hex:0123456789abcdef",
  "word:FOWL KID MASH DEAD DUAL OAF",
  "init-hex:0123456789abcdef",
  ":md5 499 ke1235:0123456789abcdef",
  '="\\"',
  "\u00ad",
  "\u{1f600}",
);

const response = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }).map(encodeUtf8),
  fc.array(words, { maxLength: 8 }).map((said) => encodeUtf8(said.join(""))),
);

/** First messages that are well formed, so that later steps are reached too. */
const firstMessages = [
  "\0alice",
  "bob\0nobody",
  "n,,n=nobody,r=abc",
  "p=tls-unique,,n=nobody,r=abc",
  "n,a=x,n=nobody,r=abc,z=y",
  "n,,n=alice,r=abc",
] as const;
const opening = fc.constantFrom(...firstMessages.map(encodeUtf8));

const initialResponse = fc.oneof(fc.constant(undefined), opening, response);

/** Some of the last challenge, given back: nonces belong where a client puts them. */
type Answer = (challenge: Uint8Array) => Uint8Array;
const answer: fc.Arbitrary<Answer> = fc.oneof(
  opening.map((octets) => () => octets),
  response.map((octets) => () => octets),
  fc.tuple(words, words, fc.integer({ min: 0, max: 80 })).map(([before, after, length]) => (challenge: Uint8Array) =>
    Uint8Array.of(...encodeUtf8(before), ...challenge.subarray(0, length), ...encodeUtf8(after))
  ),
  fc.tuple(response).map(([octets]) => (challenge: Uint8Array) => scramFinal(challenge, octets)),
  fc.tuple(response).map(([octets]) => (challenge: Uint8Array) => digestResponse(challenge, octets)),
);

/** A last message of SCRAM whose nonce is right. */
function scramFinal(challenge: Uint8Array, noise: Uint8Array): Uint8Array {
  const nonce = /^r=([^,]*)/.exec(new TextDecoder().decode(challenge))?.[1] ?? "";
  return encodeUtf8(`c=biws,r=${nonce},p=${btoa(String.fromCharCode(...noise))}`);
}

/** A response of DIGEST-MD5 whose nonce is right. */
function digestResponse(challenge: Uint8Array, noise: Uint8Array): Uint8Array {
  const nonce = /nonce="([^"]*)"/.exec(new TextDecoder().decode(challenge))?.[1] ?? "";
  const text = `username="alice",realm="mail.example.org",nonce="${nonce}",cnonce="y",nc=00000001,` +
    `digest-uri="imap/mail.example.org",response=0123456789abcdef0123456789abcdef,`;
  return Uint8Array.of(...latin1Bytes(text), ...noise);
}

/** SCRAM's second step is seldom found by chance, and with a binding more seldom still. */
const begun = firstMessages.map((text): [undefined, Answer[]] => [undefined, [() => encodeUtf8(text)]]);

/** What an exchange with noise comes to, in so many steps at most. */
async function exchange(authentication: Authentication, name: string, initial: Uint8Array | undefined, said: Answer[]) {
  await using exchange = await authentication.begin(name, connection, "imap", initial);
  let responses = 0;
  for (const next of [...said, ...Array<Answer>(30).fill((challenge) => challenge)]) {
    if (exchange.step.state !== "challenge") break;
    await exchange.respond(next(exchange.step.data));
    responses++;
  }
  return { step: exchange.step, responses };
}

const all = [...testMechanisms(), setUpMechanism(otp)];
const mechanisms = [
  ...all.flatMap(({ mechanism, bindings = [] }) =>
    bindings.length > 0 ? [mechanism, `${mechanism}-PLUS`] : [mechanism]
  ),
];

for (const name of mechanisms) {
  Deno.test(`fuzz: ${name}: whatever is said in whatever step, nothing throws and everything ends in failure`, async () => {
    const authentication = testAuthentication(directory, { mechanisms: all });
    assert(authentication.isUsable(name, connection, "imap"));
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        initialResponse,
        fc.array(answer, { maxLength: 5 }),
        async (initial, said) => {
          const { step, responses } = await exchange(authentication, name, initial, said);
          most = Math.max(most, responses);
          assertEquals(step.state, "refused");
          // Nothing that a client says is the server's fault.
          assert(step.state !== "refused" || step.reason !== "unavailable", "unavailable");
        },
      ),
      { numRuns: 300, examples: begun },
    );
    // The noise got as far as the mechanism goes.
    assert(most >= (/^SCRAM|^LOGIN/.test(name) ? 2 : 1), `${most} responses at most`);
  });
}

Deno.test("fuzz: ANONYMOUS: whatever is said, nothing throws", async () => {
  const authentication = testAuthentication(directory, {
    mechanisms: [setUpMechanism(anonymous, { account: "alice@example.org" })],
  });
  await fc.assert(fc.asyncProperty(response, async (initial) => {
    const { step } = await exchange(authentication, "ANONYMOUS", initial, []);
    assert(step.state === "authenticated" || (step.state === "refused" && step.reason === "malformed"));
  }));
});
