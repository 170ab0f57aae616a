/** Binds by SASL (RFC 4513 §5.2), and what passwords are taken. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { clientResponse, sessionKey, sign, trailer } from "../../auth/digest_md5_client.ts";
import { ber, notation } from "./ber_notation.ts";
import { ldap, type LdapClient } from "./talk.ts";

const whoAmI = '{ 50 extendedReq { [0] "1.3.6.1.4.1.4203.1.11.3" } }';

/** Who the client is. */
async function identity(client: LdapClient): Promise<string> {
  const [answer = ""] = await client.ask(whoAmI);
  return /^\{ 50 extendedResp \{ success "" "" \[11\] "(.*)" \} \}$/.exec(answer)?.[1] ?? answer;
}

const aliceName = "dn:uid=alice,ou=people,dc=example,dc=org";

function saslBind(mechanism: string, credentials?: string | Uint8Array, id = 1): string {
  const octets = typeof credentials === "string" ? new TextEncoder().encode(credentials) : credentials;
  return `{ ${id} bindRequest { 3 "" [3] { "${mechanism}" ${octets === undefined ? "" : `'${octets.toHex()}'H`} } } }`;
}

/** The code of an answer, and its serverSaslCreds as text. */
async function bound(client: LdapClient, request: string): Promise<readonly [code: string, data: string | undefined]> {
  const [answer = ""] = await client.ask(request);
  const [, code = answer, , data] =
    /^\{ \d+ bindResponse \{ (\w+) "" "([^"]*)"(?: \[7\] ("(?:[^"\\]|\\.)*"|'.*'H))? \} \}$/
      .exec(answer) ?? [];
  return [code, data === undefined ? undefined : new TextDecoder().decode(ber(data).subarray(2))];
}

Deno.test("ldap: RFC 4513 §5.2.1.2: a mechanism with an initial response, in one step", async () => {
  const { connect } = await ldap();
  await using client = connect();
  assertEquals(await bound(client, saslBind("PLAIN", "\0alice\0secret")), ["success", undefined]);
  assertEquals(await identity(client), aliceName);
  // The mechanism's name is in any case; the name in the bind is ignored.
  const other = '{ 2 bindRequest { 3 "cn=whatever" [3] { "plain" "\\u0000dave\\u0000secret" } } }';
  assertEquals(await bound(client, other), ["success", undefined]);
  assertEquals(await identity(client), "dn:uid=dave,ou=people,dc=example,dc=net");
  assertEquals(await bound(client, saslBind("PLAIN", "\0alice\0guess")), ["invalidCredentials", undefined]);
  assertEquals(await identity(client), "");
});

Deno.test("ldap: RFC 4513 §5.2.1.3: no initial response is not an empty one", async () => {
  const { connect } = await ldap();
  await using client = connect();
  // RFC 4422 §5 a: the client speaks first, and is asked to.
  assertEquals(await bound(client, saslBind("PLAIN")), ["saslBindInProgress", ""]);
  assertEquals(await bound(client, saslBind("PLAIN", "\0alice\0secret")), ["success", undefined]);
  assertEquals((await bound(client, saslBind("PLAIN", "")))[0], "invalidCredentials");
  assertEquals((await bound(client, saslBind("CRAM-MD5", "")))[0], "invalidCredentials");
});

Deno.test("ldap: a mechanism in which the server speaks first, in two steps", async () => {
  const { connect } = await ldap();
  await using client = connect();
  const [code, challenge = ""] = await bound(client, saslBind("CRAM-MD5"));
  assertEquals(code, "saslBindInProgress");
  const digest = createHmac("md5", "secret").update(challenge).digest("hex");
  assertEquals(await bound(client, saslBind("CRAM-MD5", `alice ${digest}`)), ["success", undefined]);
  assertEquals(await identity(client), aliceName);
});

/** SCRAM-SHA-256 (RFC 7677), as a client: its second message, and the proof that the server owes. */
function scram(password: string, first: string, challenge: string): { readonly last: string; readonly proof: string } {
  const [, nonce = "", salt = "", rounds] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge) ?? [];
  const salted = pbkdf2Sync(password, Uint8Array.fromBase64(salt), Number(rounds), 32, "sha256");
  const hmac = (key: Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const clientKey = hmac(salted, "Client Key");
  const storedKey = new Uint8Array(createHash256(clientKey));
  const without = `c=biws,r=${nonce}`;
  const message = `${first.slice(3)},${challenge},${without}`;
  const signature = hmac(storedKey, message);
  const proof = clientKey.map((octet, at) => octet ^ (signature[at] ?? 0));
  return {
    last: `${without},p=${new Uint8Array(proof).toBase64()}`,
    proof: `v=${new Uint8Array(hmac(hmac(salted, "Server Key"), message)).toBase64()}`,
  };
}

function createHash256(octets: Uint8Array): Uint8Array {
  return createHash("sha256").update(octets).digest();
}

Deno.test("ldap: RFC 4513 §5.2.1.2: what goes with success goes in its answer, and is the server's proof", async () => {
  const { connect } = await ldap();
  await using client = connect();
  const first = "n,,n=alice,r=fyko+d2lbbFgONRv9qkxdawL";
  const [, challenge = ""] = await bound(client, saslBind("SCRAM-SHA-256", first));
  const { last, proof } = scram("secret", first, challenge);
  assertEquals(await bound(client, saslBind("SCRAM-SHA-256", last)), ["success", proof]);
  assertEquals(await identity(client), aliceName);
});

Deno.test("ldap: what goes with a failure goes in its answer", async () => {
  const { connect } = await ldap();
  await using client = connect();
  const first = "n,,n=alice,r=fyko+d2lbbFgONRv9qkxdawL";
  const [, challenge = ""] = await bound(client, saslBind("SCRAM-SHA-256", first));
  const [code, data] = await bound(client, saslBind("SCRAM-SHA-256", scram("guess", first, challenge).last));
  assertEquals(code, "invalidCredentials");
  assertMatch(data ?? "", /^e=/);
  assertEquals(await identity(client), "");
});

Deno.test("ldap: RFC 4511 §4.2.1: another mechanism, another choice or none aborts a negotiation", async () => {
  const { connect } = await ldap();
  await using client = connect();
  const [, one = ""] = await bound(client, saslBind("CRAM-MD5"));
  assertEquals(await bound(client, saslBind("")), ["authMethodNotSupported", undefined]);
  const [code, other = ""] = await bound(client, saslBind("CRAM-MD5"));
  assertEquals([code, one === other], ["saslBindInProgress", false]);
  assertEquals(await bound(client, saslBind("PLAIN", "\0alice\0secret")), ["success", undefined]);
  await bound(client, saslBind("CRAM-MD5"));
  await client.bind();
  assertEquals(await identity(client), aliceName);
  assertEquals(await bound(client, saslBind("NO-SUCH")), ["authMethodNotSupported", undefined]);
});

Deno.test("ldap: RFC 4511 §4.2.1: nothing else is done while a bind is under way, which it ends", async () => {
  const { connect } = await ldap();
  await using client = connect({ startTls: true });
  for (const request of [whoAmI, '{ 50 extendedReq { [0] "1.3.6.1.4.1.1466.20037" } }']) {
    await client.bind();
    await bound(client, saslBind("CRAM-MD5"));
    assertEquals(await client.ask(request), ['{ 50 extendedResp { operationsError "" "a bind is under way" } }']);
    assertEquals(await identity(client), "");
    assertEquals(await bound(client, saslBind("CRAM-MD5", "alice 0123")), ["invalidCredentials", undefined]);
  }
});

Deno.test("ldap: RFC 4513 §5.2.1.4: a layer is in effect after the success, and there is one of them", async () => {
  const { connect } = await ldap();
  await using client = connect({ startTls: true });
  const [, challenge = ""] = await bound(client, saslBind("DIGEST-MD5"));
  const [, nonce = ""] = /nonce="([^"]+)"/.exec(challenge) ?? [];
  const given = {
    ...{ username: "alice", realm: "mail.example.org", password: "secret", nonce, cnonce: "c", nc: "00000001" },
    ...{ uri: "ldap/mail.example.org", qop: "auth-int", maxbuf: "65536" },
  };
  const [code, proof = ""] = await bound(client, saslBind("DIGEST-MD5", clientResponse(given)));
  assertEquals(code, "success");
  assertMatch(proof, /^rspauth=/);
  const session = sessionKey(given);
  let sent = 0;
  const ask = async (text: string) => {
    const octets = ber(text);
    const packet = Uint8Array.of(...octets, ...sign(session, "client", sent, octets), ...trailer(sent++));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, packet.length);
    client.client.send(Uint8Array.of(...length, ...packet));
    const size = new DataView(latin1Bytes(await client.client.readExactly(4)).buffer).getUint32(0);
    return notation(latin1Bytes(await client.client.readExactly(size)).subarray(0, size - 16));
  };
  assertEquals(await ask(whoAmI), `{ 50 extendedResp { success "" "" [11] "${aliceName}" } }`);
  // RFC 4513 §3.1.1 has TLS below it.
  assertMatch(await ask('{ 51 extendedReq { [0] "1.3.6.1.4.1.1466.20037" } }'), /operationsError/);
  assertMatch(await ask(saslBind("CRAM-MD5")), /unwillingToPerform "" "there is a security layer already"/);
});

Deno.test("ldap: without TLS no password is taken unless cleartext_auth says so", async () => {
  const { connect, log } = await ldap({ cleartextAuth: false });
  const simple = '{ 1 bindRequest { 3 "uid=alice,ou=people,dc=example,dc=org" [0] "secret" } }';
  {
    await using client = connect();
    const refused = '{ 1 bindResponse { confidentialityRequired "" "start TLS first" } }';
    assertEquals(await client.ask(simple), [refused]);
    assertEquals(await client.ask(saslBind("PLAIN", "\0alice\0secret")), [refused]);
    const root = await client.search("(objectClass=*)", {
      scope: "baseObject",
      attributes: ['"supportedSASLMechanisms"'],
    });
    assertEquals(/PLAIN|LOGIN/.test(root[0] ?? ""), false);
  }
  await using client = connect({ tls: true });
  assertEquals(await client.ask(simple), ['{ 1 bindResponse { success "" "" } }']);
  assert(!log.lines.join("\n").includes("secret"));
});

Deno.test("ldap: passwords are guessed no faster than elsewhere, and each guess is in the log", async () => {
  const waits: number[] = [];
  const { connect, log } = await ldap({
    authDelay: 1000,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  });
  await using client = connect();
  for (let at = 0; at < 3; at++) {
    await client.ask('{ 1 bindRequest { 3 "uid=alice,ou=people,dc=example,dc=org" [0] "guess" } }');
  }
  assert(waits.length >= 2 && waits.every((wait) => wait > 0), String(waits));
  assertEquals(log.lines.filter((line) => line.startsWith("warn authentication failed")).length, 3);
});

Deno.test("ldap: RFC 4513 §5.2.3: EXTERNAL is by the certificate, whose absence is an inappropriate authentication", async () => {
  const { connect } = await ldap();
  for (const options of [{}, { tls: true }]) {
    await using client = connect(options);
    assertEquals((await bound(client, saslBind("EXTERNAL")))[0], "inappropriateAuthentication");
  }
  const tls = { clientAddresses: ["alice@example.org"] };
  await using client = connect({ tls });
  // §5.2.3.1: nothing is asked, and nothing is needed.
  assertEquals(await bound(client, saslBind("EXTERNAL")), ["success", undefined]);
  // §5.2.1.8: in either form.
  for (const identity of ["", "u:alice", "u:alice@example.org", "dn:uid=Alice,ou=people,dc=example,dc=org"]) {
    assertEquals(await bound(client, saslBind("EXTERNAL", identity)), ["success", undefined], identity);
  }
  for (const identity of ["u:dave", "dn:uid=dave,ou=people,dc=example,dc=net", "dn:dave", "x:alice"]) {
    assertEquals((await bound(client, saslBind("EXTERNAL", identity)))[0], "invalidCredentials", identity);
  }
});

Deno.test("ldap: an account that is gone sees nothing any more", async () => {
  const { connect, storage, account } = await ldap();
  await using client = connect();
  await client.bind();
  assertEquals((await client.find("(mail=*)")).length, 3);
  await storage.apply([{ do: "removeAccount", account }]);
  assertEquals(await client.search("(mail=*)"), ['{ 7 searchResDone { strongerAuthRequired "" "log in first" } }']);
});

Deno.test("ldap: a bind that waits for its client has an end", async () => {
  const clock = new TestClock();
  const { connect } = await ldap({ options: { "idle_timeout": "60s" } });
  await using client = connect({ clock });
  await bound(client, saslBind("CRAM-MD5"));
  const leaving = client.hear();
  while (!client.client.isAwaited) await client.client.changed;
  clock.advance(61_000);
  assertEquals(await leaving, '{ 0 extendedResp { adminLimitExceeded "" "too slow" [10] "1.3.6.1.4.1.1466.20036" } }');
});
