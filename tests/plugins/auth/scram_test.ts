import { assert, assertEquals } from "@std/assert";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { Buffer } from "node:buffer";
import type { AuthOutcome, ChannelBinding, Directory, ExchangeRequest } from "../../../core/contract/mod.ts";
import { deriveScramKeys, type ScramHash } from "../../../core/sasl/scram_keys.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { scram, type ScramParts } from "../../../plugins/auth/scram/conversation.ts";
import sha256Plugin from "../../../plugins/auth/scram/sha_256.ts";
import { setUpMechanism, testAccount, testDirectory } from "../../support/test_directory.ts";
import { converse, request } from "./conversation.ts";

/** The directory of the RFCs' examples: user "user", password "pencil", 4096 rounds. */
function exampleDirectory(hash: ScramHash, salt: string): Directory {
  const kept = async () => {
    const octets = new Uint8Array(Buffer.from(salt, "base64"));
    const keys = await deriveScramKeys(hash, "pencil", octets, 4096);
    assert(keys !== undefined);
    return { account: testAccount("user@example.org"), salt: octets, iterations: 4096, ...keys };
  };
  const none = testDirectory({});
  // Asked for this scheme only.
  return { ...none, secret: (login) => login === "user" ? kept() as Promise<never> : Promise.resolve(undefined) };
}

function parts(hash: ScramHash, given: Partial<ScramParts> = {}): ScramParts {
  return { hash, bindings: ["tls-unique"], saltSecret: new Uint8Array(32), freshNonce: () => "server", ...given };
}

Deno.test("scram: RFC 5802 §5: the example", async () => {
  const held = await converse(
    scram(
      request(exampleDirectory("sha1", "QSXCR+Q6sek8bf92"), { firstResponse: "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL" }),
      parts("sha1", { freshNonce: () => "3rfcNHYJY1ZVvWVs7j" }),
    ),
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
  );
  assertEquals(held.challenges, ["r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"]);
  assertEquals(held.outcome?.status, "success");
  assertEquals(held.finalData, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
});

Deno.test("scram: RFC 7677 §3: the example", async () => {
  const held = await converse(
    scram(
      request(exampleDirectory("sha256", "W22ZaJ0SNY7soEsUEjb6gQ=="), {
        firstResponse: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      }),
      parts("sha256", { freshNonce: () => "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0" }),
    ),
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  );
  assertEquals(held.challenges, [
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  ]);
  assertEquals(held.finalData, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
});

const directory = testDirectory({ "user@example.org": "pencil", "a,b=c@example.org": "pencil" });
const bindingData = Uint8Array.of(7, 0, 255);

/** A client of its own: what it says of binding, who it is, and what it does with the last message. */
interface Client {
  readonly hash?: ScramHash;
  readonly gs2?: string;
  readonly bound?: Uint8Array;
  readonly name?: string;
  readonly password?: string;
  readonly change?: (final: string) => string;
}

async function hold(
  { hash = "sha256", gs2 = "n,,", bound = new Uint8Array(0), name = "user", password = "pencil", change = (it) => it }:
    Client,
  asked: Partial<Omit<ExchangeRequest, "firstResponse">> = {},
  given: Partial<ScramParts> = {},
) {
  const bare = `n=${name},r=client`;
  const verifier = { expected: "" };
  const held = await converse(
    scram(request(directory, { mechanism: "SCRAM", ...asked, firstResponse: gs2 + bare }), parts(hash, given)),
    (serverFirst) => {
      const [, nonce = "", salt = "", rounds = ""] = /^r=(.*),s=(.*),i=(.*)$/.exec(serverFirst) ?? [];
      const length = createHash(hash).digest().length;
      const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(rounds), length, hash);
      const clientKey = createHmac(hash, salted).update("Client Key").digest();
      const storedKey = createHash(hash).update(clientKey).digest();
      const withoutProof = `c=${Buffer.concat([Buffer.from(gs2), bound]).toString("base64")},r=${nonce}`;
      const message = `${bare},${serverFirst},${withoutProof}`;
      const signature = createHmac(hash, storedKey).update(message).digest();
      const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)));
      const serverKey = createHmac(hash, salted).update("Server Key").digest();
      verifier.expected = `v=${createHmac(hash, serverKey).update(message).digest("base64")}`;
      return change(`${withoutProof},p=${proof.toString("base64")}`);
    },
  );
  return { ...held, verifier: verifier.expected };
}

/** What is well said and does not hold; not a mistake in the message. */
const refused: AuthOutcome = { status: "failure", reason: "credentials" };

for (const hash of ["sha1", "sha256", "sha512"] as const) {
  Deno.test(`scram: RFC 5802 §3: ${hash}: each side proves itself to the other`, async () => {
    const held = await hold({ hash });
    assertEquals(held.outcome?.status, "success");
    assertEquals(held.finalData, held.verifier);
  });
}

Deno.test("scram: RFC 5802 §7: a wrong password and an unknown user end in the same words", async () => {
  const [wrong, unknown] = [await hold({ password: "pen" }), await hold({ name: "nobody" })];
  assertEquals(wrong.outcome?.status, "failure");
  assertEquals(wrong.finalData, "e=invalid-proof");
  assertEquals(unknown.outcome, wrong.outcome);
});

Deno.test("scram: an unknown user's salt looks like a user's, and is always the same, with the domain or without", async () => {
  const salt = async (name: string, saltSecret = new Uint8Array(32)) =>
    (await hold({ name }, {}, { saltSecret })).challenges[0]?.replace(/^r=client/, "");
  const one = await salt("nobody");
  assertEquals(one?.length, (await salt("user"))?.length);
  assertEquals(await salt("Nobody@example.org"), one);
  assert(await salt("nobody@example.net") !== one);
  assert(await salt("nobody2") !== one);
  // Only who knows the secret can tell which it is.
  assert(await salt("nobody", new Uint8Array(32).fill(1)) !== one);
});

Deno.test("scram: RFC 5802 §5.1: names are decoded, prepared, and refused where they cannot be", async () => {
  assertEquals((await hold({ name: "a=2Cb=3Dc" })).outcome?.status, "success");
  assertEquals((await hold({ name: "u\u00adser" })).outcome?.status, "success");
  for (const name of ["a=2cb", "a=", "a=4", ""]) {
    assertEquals((await hold({ name })).outcome, { status: "failure", reason: "malformed" }, name);
  }
  for (const name of ["\u0007", "\u00ad"]) assertEquals((await hold({ name })).outcome, refused, name);
});

Deno.test("scram: RFC 5802 §5.1: an authorization identity is decoded and handed on", async () => {
  const { outcome } = await hold({ gs2: "n,a=b=2Coss," });
  assert(outcome?.status === "success");
  assertEquals(outcome.authorizeAs, "b,oss");
});

Deno.test("scram: RFC 5802 §7: first messages that are not quite one are malformed", async () => {
  const messages = [
    "",
    "n",
    "n,,",
    "n,n=user,r=x",
    ",,n=user,r=x",
    "x,,n=user,r=x",
    "N,,n=user,r=x",
    "n,b=x,n=user,r=x",
    "n,a=,n=user,r=x",
    "n,a=x=,n=user,r=x",
    "p=,,n=user,r=x",
    "n,,m=ext,n=user,r=x",
    "n,,r=x,n=user",
    "n,,n=user",
    "n,,n=user,r=",
    "n,,n=user,r=a b",
    "n,,n=user,r=x,",
    "n,,n=user,r=x,1=y",
    "n,,n=user,r=x,m=ext",
    "n,,n=user,r=x,z=y,m=ext",
    "n,,n=us\0er,r=x",
  ];
  for (const firstResponse of messages) {
    const held = await converse(scram(request(directory, { firstResponse }), parts("sha256")));
    assertEquals([held.challenges, held.outcome], [[], { status: "failure", reason: "malformed" }], firstResponse);
  }
  const extended = await converse(scram(request(directory, { firstResponse: "n,,n=user,r=x,z=y" }), parts("sha256")));
  assertEquals(extended.challenges.length, 1);
});

Deno.test("scram: RFC 5802 §7: last messages that are not quite one are malformed", async () => {
  const changes: readonly ((final: string) => string)[] = [
    () => "",
    (final) => final.replace(",p=", ",q="),
    (final) => `${final},x=y`,
    (final) => final.replace(",p=", ",m=ext,p="),
    (final) => final.replace("c=biws", "c=biw"),
    (final) => final.slice(0, -1),
    (final) => `x=y,${final}`,
  ];
  for (const change of changes) {
    assertEquals((await hold({ change })).outcome, { status: "failure", reason: "malformed" }, String(change));
  }
  const extended = await hold({ change: (final) => final.replace(",p=", ",M=ext,p=") });
  assertEquals(extended.finalData, "e=invalid-proof");
  const short = await hold({ change: (final) => final.replace(/p=.*/, "p=AAAA") });
  assertEquals(short.finalData, "e=invalid-proof");
});

Deno.test("scram: RFC 5802 §5.1: a nonce that is not the two sides' proves nothing", async () => {
  for (const [from, to] of [["r=client", "r=other"], ["server,", "serve,"], ["server,", "server2,"]] as const) {
    const held = await hold({ change: (final) => final.replace(from, to) });
    assertEquals([held.outcome?.status, held.finalData], ["failure", "e=other-error"], to);
  }
});

Deno.test("scram: RFC 5802 §7: what is extended is part of the proof", async () => {
  assertEquals((await hold({ change: (final) => final.replace(",p=", ",z=y,p=") })).finalData, "e=invalid-proof");
});

const plus: Partial<Omit<ExchangeRequest, "firstResponse">> = {
  mechanism: "SCRAM-SHA-256-PLUS",
  plusOffered: true,
  channelBinding: (type: ChannelBinding) => type === "tls-unique" ? bindingData : undefined,
};

Deno.test("scram: RFC 5802 §6: -PLUS binds to the channel", async () => {
  assertEquals((await hold({ gs2: "p=tls-unique,,", bound: bindingData }, plus)).outcome?.status, "success");
  const other = await hold({ gs2: "p=tls-unique,,", bound: Uint8Array.of(7, 0, 254) }, plus);
  assertEquals([other.outcome?.status, other.finalData], ["failure", "e=channel-bindings-dont-match"]);
});

Deno.test("scram: RFC 5802 §6: -PLUS and 'p' belong together, and the type must be one that can be had", async () => {
  assertEquals((await hold({ gs2: "n,," }, plus)).outcome, refused);
  assertEquals((await hold({ gs2: "y,," }, plus)).outcome, refused);
  assertEquals((await hold({ gs2: "p=tls-exporter,,", bound: bindingData }, plus)).outcome, refused);
  assertEquals(
    (await hold({ gs2: "p=tls-unique,,", bound: bindingData }, { ...plus, mechanism: "SCRAM-SHA-256" })).outcome,
    refused,
  );
  const unbound = { ...plus, channelBinding: () => undefined };
  assertEquals((await hold({ gs2: "p=tls-unique,,", bound: bindingData }, unbound)).outcome, refused);
});

Deno.test("scram: RFC 5802 §6: a client that was told -PLUS is not there, though it is, is refused", async () => {
  const plain = { ...plus, mechanism: "SCRAM-SHA-256" };
  assertEquals((await hold({ gs2: "y,," }, plain)).outcome, refused);
  assertEquals((await hold({ gs2: "y,," }, { ...plain, plusOffered: false })).outcome?.status, "success");
  assertEquals((await hold({ gs2: "n,," }, plain)).outcome?.status, "success");
});

Deno.test("scram: the header that was sent is the one that is bound", async () => {
  const change = (final: string) => final.replace("c=biws", `c=${Buffer.from("y,,").toString("base64")}`);
  assertEquals((await hold({ change })).finalData, "e=channel-bindings-dont-match");
});

Deno.test("scram: the plugin never uses a nonce twice, and keeps strangers' salts where a secret is given", async () => {
  const first = async (options: unknown) => {
    const mechanism = setUpMechanism(sha256Plugin, options);
    const { challenges } = await converse(
      mechanism.exchange(request(directory, { mechanism: "SCRAM-SHA-256", firstResponse: "n,,n=nobody,r=c" })),
    );
    return /^r=(c[\x21-\x2b\x2d-\x7e]{24}),(s=.*)$/.exec(challenges[0] ?? "") ?? [];
  };
  const [, nonce, salt] = await first({ salt_secret: "pepper" });
  const [, otherNonce, sameSalt] = await first({ salt_secret: "pepper" });
  const [, , otherSalt] = await first({});
  assert(nonce !== undefined && nonce !== otherNonce);
  assertEquals(salt, sameSalt);
  assert(salt !== otherSalt);
});

Deno.test("scram: octets that are not UTF-8 are malformed", async () => {
  const firstResponse = encodeUtf8("n,,n=user,r=x");
  firstResponse[6] = 0xff;
  const held = await converse(scram(request(directory, { firstResponse }), parts("sha256")));
  assertEquals(held.outcome, { status: "failure", reason: "malformed" });
});
