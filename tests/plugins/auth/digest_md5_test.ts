import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ExchangeRequest } from "../../../core/contract/mod.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { latin1Bytes } from "../../../core/wire/ascii.ts";
import { digestMd5, type DigestParts } from "../../../plugins/auth/digest_md5/conversation.ts";
import { Nonces } from "../../../plugins/auth/digest_md5/nonces.ts";
import plugin from "../../../plugins/auth/digest_md5/plugin.ts";
import { setUpMechanism, testDirectory } from "../../support/test_directory.ts";
import { converse, request } from "./conversation.ts";
import { type ClientResponse, clientResponse } from "./digest_md5_client.ts";

const directory = testDirectory({ "chris@elwood.innosoft.com": "secret", "jörg@example.org": "pässwörd" });
const innosoft = { hostname: "elwood.innosoft.com", domain: "innosoft.com" };

/** What the server of the RFC's examples has: a nonce that is known, nothing but "auth". */
function parts(given: Partial<DigestParts> = {}): DigestParts {
  return {
    realms: ["elwood.innosoft.com"],
    qop: ["auth"],
    ciphers: [],
    hosts: [],
    nonces: new Nonces(600_000, () => new Date(0)),
    log: silentLog,
    freshNonce: () => "OA6MG9tEQGm2hh",
    ...given,
  };
}

const imapChallenge = 'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
const imapResponse = 'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,' +
  'cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth';

Deno.test("digest-md5: RFC 2831 §4: the IMAP example", async () => {
  const held = await converse(digestMd5(request(directory, innosoft), parts()), imapResponse);
  assertEquals(held.challenges, [imapChallenge]);
  assertEquals(held.outcome?.status, "success");
  assertEquals(held.finalData, "rspauth=ea40f60335c427b5527b84dbabcdfffd");
});

Deno.test("digest-md5: RFC 2831 §4: the ACAP example", async () => {
  const held = await converse(
    digestMd5(request(directory, { ...innosoft, service: "acap" }), parts({ freshNonce: () => "OA9BSXrbuRhWay" })),
    'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA9BSXrbuRhWay",nc=00000001,' +
      'cnonce="OA9BSuZWMSpW8m",digest-uri="acap/elwood.innosoft.com",response=6084c6db3fede7352c551284490fd0fc,qop=auth',
  );
  assertEquals(held.finalData, "rspauth=2f0b3d7c3c2e486600ef710726aa2eae");
});

/** A conversation with a client of our own. */
async function hold(
  change: Partial<ClientResponse> = {},
  { serverParts = {}, asked = {} }: {
    readonly serverParts?: Partial<DigestParts>;
    readonly asked?: Partial<Omit<ExchangeRequest, "firstResponse">>;
  } = {},
) {
  const client: ClientResponse = { ...chris, ...change };
  return await converse(
    digestMd5(request(directory, { ...innosoft, ...asked }), parts(serverParts)),
    () => clientResponse(client),
  );
}

const chris: ClientResponse = {
  username: "chris",
  realm: "elwood.innosoft.com",
  password: "secret",
  nonce: "OA6MG9tEQGm2hh",
  cnonce: "OA6MHXh6VqTrRk",
  nc: "00000001",
  uri: "imap/elwood.innosoft.com",
};

Deno.test("digest-md5: an unknown user and a wrong password fail alike", async () => {
  const wrong = await hold({ password: "Secret" });
  const unknown = await hold({ username: "nobody" });
  assertEquals(wrong.outcome, { status: "failure", reason: "credentials" });
  assertEquals(unknown, wrong);
});

Deno.test("digest-md5: RFC 2831 §2.1.2.1: characters of ISO 8859-1 are hashed as such, whatever the charset", async () => {
  const utf8 = await hold({ username: "jörg", password: "pässwörd", charset: "utf-8" });
  const latin1 = await hold({ username: "jörg", password: "pässwörd" });
  assertEquals([utf8.outcome?.status, latin1.outcome?.status], ["success", "success"]);
});

Deno.test("digest-md5: RFC 2831 §2.1.2: authzid is in the hash, and asked for", async () => {
  const held = await hold({ authzid: "boss@example.org" });
  assert(held.outcome?.status === "success");
  assertEquals(held.outcome.authorizeAs, "boss@example.org");
});

Deno.test("digest-md5: RFC 2831 §2.1.2: the digest-uri must mean this service of this server", async () => {
  const uris: readonly (readonly [string, boolean])[] = [
    ["imap/elwood.innosoft.com", true],
    ["IMAP/Elwood.Innosoft.Com", true],
    ["imap/pop.innosoft.com", true],
    ["imap/elwood.innosoft.com/innosoft.com", true],
    ["imap/localhost", true],
    ["imap/mail.example.net", true],
    ["pop/elwood.innosoft.com", false],
    ["imap/evil.example", false],
    ["imap/elwood.innosoft.com/evil.example", false],
    ["imap/evilinnosoft.com", false],
    ["imap", false],
    ["imap/", false],
  ];
  for (const [uri, isOurs] of uris) {
    const held = await hold({ uri }, { serverParts: { hosts: ["example.net"] } });
    assertEquals(held.outcome?.status, isOurs ? "success" : "failure", uri);
  }
});

Deno.test("digest-md5: RFC 2831 §2.1.2: another nonce or another count than the challenge's is refused", async () => {
  for (const change of [{ nonce: "OA6MG9tEQGm2hi" }, { nc: "00000002" }]) {
    assertEquals((await hold(change)).outcome, { status: "failure", reason: "credentials" });
  }
  assertEquals((await hold({ nc: "1" })).outcome, { status: "failure", reason: "malformed" });
});

Deno.test("digest-md5: RFC 2831 §2.1.2: what was not offered cannot be chosen", async () => {
  const layers: Partial<DigestParts> = { qop: ["auth", "auth-int", "auth-conf"], ciphers: ["3des"] };
  const status = async (change: Partial<ClientResponse>, serverParts: Partial<DigestParts>) =>
    (await hold(change, { serverParts })).outcome?.status;
  assertEquals(await status({ qop: "auth-int" }, {}), "failure");
  assertEquals(await status({ qop: "auth-int" }, layers), "success");
  assertEquals(await status({ qop: "auth-conf" }, layers), "failure");
  assertEquals(await status({ qop: "auth-conf", cipher: "rc4" }, layers), "failure");
  assertEquals(await status({ qop: "auth-conf", cipher: "3des" }, layers), "success");
  assertEquals(await status({ qop: "auth-int", maxbuf: "16" }, layers), "failure");
  assertEquals(await status({ qop: "auth-int", maxbuf: "16777216" }, layers), "failure");
});

Deno.test("digest-md5: RFC 2831 §2.1.1: layers come with maxbuf and ciphers", async () => {
  const held = await hold({}, { serverParts: { qop: ["auth", "auth-conf"], ciphers: ["3des", "rc4"] } });
  assertEquals(held.challenges, [
    'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth,auth-conf",cipher="3des,rc4",maxbuf=65536,' +
    "algorithm=md5-sess,charset=utf-8",
  ]);
});

Deno.test("digest-md5: RFC 2831 §7: quoted strings are unquoted, and quoted in the challenge", async () => {
  const odd = testDirectory({ 'a"\\b@example.org': "secret" });
  const realm = 'the "realm"';
  const held = await converse(
    digestMd5(request(odd, innosoft), parts({ realms: [realm] })),
    clientResponse({ ...chris, username: 'a"\\b', realm }),
  );
  assertEquals(held.outcome?.status, "success");
  assertEquals(held.challenges[0]?.slice(0, 22), 'realm="the \\"realm\\"",');
});

Deno.test("digest-md5: RFC 2831 §7.1: white space and empty elements are allowed, anything else is not", async () => {
  const lenient = `, ,\t${imapResponse.replaceAll(",", " ,\t ").replaceAll("=", " = ").replace("auth", '"auth"')},`;
  const good = await converse(digestMd5(request(directory, innosoft), parts()), lenient);
  assertEquals(good.outcome?.status, "success");
  const broken = [
    `${imapResponse},username="chris"`,
    `${imapResponse},charset=utf-8`,
    `${imapResponse},realm="b"`,
    `${imapResponse},maxbuf=1,maxbuf=2`,
    `${imapResponse},x`,
    latin1Bytes(`${imapResponse},authzid="\xff"`),
    `${imapResponse},x="`,
    `${imapResponse},x="\\"`,
    `${imapResponse} x=y`,
    imapResponse.replace('username="chris",', ""),
    imapResponse.replace("charset=utf-8", "charset=utf-7"),
    imapResponse.replace("response=d388", "response=D388"),
    imapResponse.replace('username="chris"', 'username="chr\0is"'),
    `${imapResponse},x="${"y".repeat(4096)}"`,
    latin1Bytes(imapResponse.replace("chris", "chr\xeds")),
    "",
  ];
  for (const text of broken) {
    const held = await converse(digestMd5(request(directory, innosoft), parts()), text);
    assertEquals(held.outcome, { status: "failure", reason: "malformed" }, String(text));
  }
});

Deno.test("digest-md5: directives that nobody knows are passed over, however often", async () => {
  const held = await converse(
    digestMd5(request(directory, innosoft), parts()),
    `${imapResponse},opaque="a",opaque="b",algorithm=md5`,
  );
  assertEquals(held.outcome?.status, "success");
});

Deno.test("digest-md5: RFC 2831 §2.2: a count that follows proves the password again without a challenge", async () => {
  const shared = parts();
  const again = (change: Partial<ClientResponse>) =>
    converse(digestMd5(request(directory, { ...innosoft, firstResponse: clientResponse({ ...chris, ...change }) }), {
      ...shared,
      freshNonce: () => "new",
    }));
  // Before there was a first time.
  assertEquals((await again({ nc: "00000002" })).challenges.length, 1);
  await converse(digestMd5(request(directory, innosoft), shared), imapResponse);
  const second = await again({ nc: "00000002" });
  assertEquals([second.challenges, second.outcome?.status], [[], "success"]);
  assertEquals(second.finalData?.startsWith("rspauth="), true);
  // The same again is a replay; whatever is wrong, the answer is a challenge, and nothing is used up.
  for (const change of [{ nc: "00000002" }, { nc: "00000004" }, { nc: "00000003", password: "wrong" }]) {
    const held = await again(change);
    assertEquals(held.outcome, undefined);
    assertEquals(held.challenges, [imapChallenge.replace("OA6MG9tEQGm2hh", "new")]);
  }
  // A nonce is its user's.
  assertEquals((await again({ nc: "00000003", username: "jörg", password: "pässwörd" })).outcome, undefined);
  assertEquals((await again({ nc: "00000003" })).outcome?.status, "success");
});

Deno.test("digest-md5: RFC 2831 §2.2.2: a nonce that is too old is said to be stale", async () => {
  let time = 0;
  const shared = parts({ nonces: new Nonces(1000, () => new Date(time)) });
  await converse(digestMd5(request(directory, innosoft), shared), imapResponse);
  time = 1001;
  const late = await converse(digestMd5(
    request(directory, { ...innosoft, firstResponse: clientResponse({ ...chris, nc: "00000002" }) }),
    { ...shared, freshNonce: () => "new" },
  ));
  assertEquals(late.challenges, [
    'realm="elwood.innosoft.com",nonce="new",qop="auth",stale=true,algorithm=md5-sess,charset=utf-8',
  ]);
});

Deno.test("digest-md5: two connections cannot use one count", async () => {
  const shared = parts();
  await converse(digestMd5(request(directory, innosoft), shared), imapResponse);
  const both = await Promise.all([1, 2].map(() =>
    converse(digestMd5(
      request(directory, { ...innosoft, firstResponse: clientResponse({ ...chris, nc: "00000002" }) }),
      shared,
    ))
  ));
  assertEquals(both.map(({ outcome }) => outcome?.status).sort(), ["success", undefined]);
});

Deno.test("digest-md5: a directory that keeps only passwords serves it too", async () => {
  const plainOnly = testDirectory({ "chris@elwood.innosoft.com": "secret" }, { schemes: ["plain"] });
  const held = await converse(digestMd5(request(plainOnly, innosoft), parts()), imapResponse);
  assertEquals(held.outcome?.status, "success");
});

Deno.test("digest-md5: RFC 2831 §3.9: what proves a password in another's realm proves nothing here", async () => {
  const asked = testDirectory({ "chris@elwood.innosoft.com": "secret" }, { schemes: ["plain"] });
  const realms: readonly (readonly [realm: string, isOurs: boolean])[] = [
    ["offered", true],
    ["", true],
    ["ELWOOD.innosoft.com", true],
    ["pop.innosoft.com", true],
    ["mail.example.net", true],
    ["evil.example", false],
    ["evilinnosoft.com", false],
    ["localhost", false],
  ];
  for (const [realm, isOurs] of realms) {
    const given = parts({ realms: ["offered"], hosts: ["example.net"] });
    const held = await converse(digestMd5(request(asked, innosoft), given), clientResponse({ ...chris, realm }));
    const refused = { status: "failure", reason: "credentials" } as const;
    if (isOurs) assertEquals(held.outcome?.status, "success", realm);
    else assertEquals(held.outcome, refused, realm);
  }
});

Deno.test("digest-md5: RFC 2831 §2.1.1: realms too long for a challenge are refused at setup", () => {
  assertThrows(() => setUpMechanism(plugin, { realms: ["x".repeat(1900)] }), Error, "too long for a challenge");
});

Deno.test("digest-md5: the plugin offers its name as realm, all layers, and never a nonce twice", async () => {
  const mechanism = setUpMechanism(plugin, undefined, { hostname: "mail.example.org" });
  const first = await converse(mechanism.exchange(request(directory)));
  const second = await converse(mechanism.exchange(request(directory)));
  assert(/^realm="mail\.example\.org",nonce="[^"]{32}",qop="auth,auth-int,auth-conf",/.test(first.challenges[0] ?? ""));
  assert(first.challenges[0] !== second.challenges[0]);
});
