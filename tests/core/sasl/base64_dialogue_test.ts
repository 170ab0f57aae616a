import { assertEquals, assertRejects } from "@std/assert";
import type { ExchangeEnd } from "../../../core/contract/mod.ts";
import { encodeBase64 } from "../../../core/message/base64.ts";
import { responseLineLimit, runSaslDialogue } from "../../../core/sasl/base64_dialogue.ts";
import { LineTooLong } from "../../../core/wire/errors.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { fakeConnection } from "../../support/fake_connection.ts";
import { testAuthentication, testDirectory } from "../../support/test_directory.ts";

const authentication = testAuthentication(testDirectory({ "alice@example.org": "wonderland" }));
const authenticated = { state: "authenticated", account: "alice@example.org" } as unknown as ExchangeEnd;
const malformed: ExchangeEnd = { state: "refused", reason: "malformed" };
const good = encodeBase64(encodeUtf8("\0alice\0wonderland"));

/** A dialogue in the words of SMTP: what the client sends, what it is sent. */
async function hold(mechanism: string, initial: string | undefined, ...lines: string[]) {
  const { connection, client } = fakeConnection({ tls: true });
  for (const line of lines) client.send(`${line}\r\n`);
  client.close();
  const end = await runSaslDialogue({
    authentication,
    connection,
    service: "smtp",
    mechanism,
    initial,
    sendChallenge: (base64) => connection.writer.line(`334 ${base64}`),
  });
  return { end, sent: client.received.split("\r\n").slice(0, -1) };
}

Deno.test("dialogue: RFC 4954 §4: an initial response saves the empty challenge", async () => {
  assertEquals(await hold("PLAIN", good), { end: authenticated, sent: [] });
  assertEquals(await hold("PLAIN", undefined, good), { end: authenticated, sent: ["334 "] });
});

Deno.test("dialogue: RFC 4954 §4: '=' is an empty initial response, not none", async () => {
  assertEquals(await hold("PLAIN", "="), { end: malformed, sent: [] });
});

Deno.test("dialogue: RFC 4954 §4: '=' is no response to a challenge", async () => {
  assertEquals((await hold("PLAIN", undefined, "=")).end, malformed);
});

Deno.test("dialogue: RFC 4954 §4: an initial response to a server-first mechanism is refused", async () => {
  const end: ExchangeEnd = { state: "refused", reason: "unexpected-initial-response" };
  assertEquals(await hold("CRAM-MD5", "="), { end, sent: [] });
});

Deno.test("dialogue: RFC 4954 §4: '*' cancels", async () => {
  const end: ExchangeEnd = { state: "refused", reason: "cancelled" };
  assertEquals(await hold("PLAIN", undefined, "*"), { end, sent: ["334 "] });
  assertEquals((await hold("LOGIN", undefined, encodeBase64(encodeUtf8("alice")), "*")).end, end);
});

Deno.test("dialogue: a client that goes away has cancelled", async () => {
  assertEquals((await hold("PLAIN", undefined)).end, { state: "refused", reason: "cancelled" });
});

Deno.test("dialogue: RFC 4954 §4: anything that is not Base64 is refused", async () => {
  for (const line of ["====", "AA", "A A=", " AAAA", "AAAA ", "**", "AAA=AAAA", "AB==", "\xff\xff\xff\xff"]) {
    assertEquals((await hold("PLAIN", undefined, line)).end, malformed, line);
    assertEquals((await hold("PLAIN", line)).end, malformed, line);
  }
  assertEquals((await hold("PLAIN", "")).end, malformed);
});

Deno.test("dialogue: RFC 4954 §4: lines of 12288 octets and more are taken; what is too long is told apart (5.5.6)", async () => {
  const long = encodeBase64(encodeUtf8(`\0alice\0${"x".repeat(12_288)}`));
  assertEquals((await hold("PLAIN", undefined, long)).end, { state: "refused", reason: "credentials" });
  await assertRejects(() => hold("PLAIN", undefined, "A".repeat(responseLineLimit + 4)), LineTooLong);
});

Deno.test("dialogue: LOGIN asks for both, or for the password only", async () => {
  const [login, password] = [encodeBase64(encodeUtf8("alice")), encodeBase64(encodeUtf8("wonderland"))];
  assertEquals(await hold("LOGIN", undefined, login, password), {
    end: authenticated,
    sent: ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"],
  });
  assertEquals(await hold("LOGIN", login, password), { end: authenticated, sent: ["334 UGFzc3dvcmQ6"] });
});

Deno.test("dialogue: an unknown mechanism is refused without a word", async () => {
  const end: ExchangeEnd = { state: "refused", reason: "unknown-mechanism" };
  assertEquals(await hold("NTLM", undefined, "AAAA"), { end, sent: [] });
});

Deno.test("dialogue: a connection that breaks ends the exchange and is told", async () => {
  const { connection, client } = fakeConnection({ tls: true });
  client.reset();
  await assertRejects(() =>
    runSaslDialogue({
      authentication,
      connection,
      service: "smtp",
      mechanism: "PLAIN",
      initial: undefined,
      sendChallenge: (base64) => connection.writer.line(`334 ${base64}`),
    })
  );
});
