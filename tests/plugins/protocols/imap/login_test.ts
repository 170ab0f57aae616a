/** Logins, and the layers that come with them: STARTTLS, security layers, compression (RFC 9051 §6.2, RFC 4959, RFC 4978). */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { constants, createDeflateRaw, inflateRawSync } from "node:zlib";
import type { AccountId, AuthMechanism, AuthOutcome, SecurityLayer } from "../../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { bob, fred, ImapClient, logIn, password, talk, testService } from "./talk.ts";

const plain = (login: string, secret: string) => btoa(`\0${login}\0${secret}`);

Deno.test("imap: RFC 9051 §6.2.2: cancelled and malformed are BAD, unknown and wrong are NO, and another try may follow", async () => {
  const service = await testService();
  const lines = await talk(
    service,
    "a AUTHENTICATE CRAM-MD5 AAAA\r\nb AUTHENTICATE PLAIN =AAA\r\nc AUTHENTICATE PLAIN\r\n*\r\nd AUTHENTICATE PLAIN\r\nAAA=BBB\r\n" +
      `e AUTHENTICATE KERBEROS_V4\r\nf AUTHENTICATE PLAIN a b\r\ng AUTHENTICATE "PLAIN"\r\nh AUTHENTICATE PLAIN =\r\n` +
      `i AUTHENTICATE PLAIN ${plain(fred, "wrong")}\r\nj AUTHENTICATE PLAIN\r\n${plain(fred, password)}\r\nk NOOP\r\n`,
  );
  assertEquals(lines.slice(1).map((line) => line.replace(/\[CAPABILITY .*?\] /, "")), [
    "a BAD This mechanism takes no initial response",
    "b BAD The response is malformed",
    "+ ",
    "c BAD Cancelled",
    "+ ",
    "d BAD The response is malformed",
    "e NO [CANNOT] There is no such mechanism",
    "f BAD Expected the end of the command at octet 22",
    "g BAD Expected the name of a mechanism at octet 15",
    "h BAD The response is malformed",
    "i NO [AUTHENTICATIONFAILED] Wrong name or password",
    "+ ",
    "j OK Logged in",
    "k OK Nothing done",
  ]);
});

Deno.test("imap: RFC 4959 §3: initial responses of any length are taken, and lines without end are not", async () => {
  const service = await testService();
  const long = "QUFB".repeat(12_000), longer = "QUFB".repeat(20_000);
  const lines = await talk(
    service,
    `a AUTHENTICATE PLAIN ${long}\r\nb AUTHENTICATE PLAIN ${longer}\r\nc AUTHENTICATE PLAIN\r\n${longer}\r\nd LOGIN ${fred} ${password}\r\n`,
  );
  assertEquals(lines.slice(1, -1), [
    "a BAD The response is malformed",
    "b BAD [TOOBIG] The line is too long",
    "+ ",
    "c BAD [TOOBIG] The line is too long",
  ]);
  assert(lines.at(-1)?.startsWith("d OK "));
});

Deno.test("imap: RFC 5530 §3: an unknown user and a wrong password look the same", async () => {
  const service = await testService();
  const [, wrong, unknown] = await talk(service, `a LOGIN ${fred} wrong\r\na LOGIN nobody@example.org wrong\r\n`);
  assertEquals(wrong, unknown);
  assertEquals(wrong, "a NO [AUTHENTICATIONFAILED] Wrong name or password");
});

Deno.test("imap: RFC 9051 §6.2.3: names and passwords are astrings, in quotes, in literals, in UTF-8", async () => {
  const service = await testService();
  for (
    const login of [
      `"${fred}" "${password}"`,
      `{16+}\r\n${fred} {6+}\r\n${password}`,
      `${fred} "sec\\ret"`,
      `${fred} ""`,
    ]
  ) {
    const [, reply = ""] = await talk(service, `a LOGIN ${login}\r\n`);
    assert(
      reply.startsWith(login.includes("\\r") ? "a BAD" : login.endsWith('""') ? "a NO" : "a OK"),
      `${login}: ${reply}`,
    );
  }
  assert((await talk(service, `a LOGIN ${fred} "\xff"\r\n`))[1]?.startsWith("a BAD"));
  assert((await talk(service, `a LOGIN ${fred} {3+}\r\nx\0y\r\n`))[1]?.startsWith("a BAD"));
});

Deno.test("imap: RFC 9051 §6.2.1: what came in clear text before TLS counts no more, and TLS begins once", async () => {
  const service = await testService({ cleartextAuth: false });
  const [, ...lines] = await talk(service, [
    `a STARTTLS\r\nb LOGIN ${fred} ${password}\r\nc NOOP\r\n`,
    `d STARTTLS\r\ne LOGIN ${fred} ${password}\r\nf STARTTLS\r\n`,
  ], { startTls: true });
  assertEquals(lines.map((line) => line.replace(/\[CAPABILITY .*?\] /, "")), [
    "a OK Begin TLS",
    "d BAD TLS is active already",
    "e OK Logged in",
    "f BAD Not once you have logged in",
  ]);
  assertEquals((await talk(service, "a STARTTLS\r\n", { tls: true })).slice(1), ["a BAD TLS is active already"]);
  assertEquals((await talk(service, "a STARTTLS\r\n")).slice(1), ["a BAD TLS is not offered here"]);
});

const flipped = (bytes: Uint8Array) => bytes.map((octet) => octet ^ 0xff);
const layer: SecurityLayer = { maximumInput: 5000, maximumOutput: 5000, wrap: flipped, unwrap: flipped };

function sealed(text: string): string {
  const octets = new TextEncoder().encode(text);
  return latin1(Uint8Array.of(0, 0, octets.length >> 8, octets.length & 255, ...flipped(octets)));
}

function opened(output: string): string {
  let text = "";
  for (let at = 0; at < output.length;) {
    const size = output.charCodeAt(at + 2) * 256 + output.charCodeAt(at + 3);
    text += latin1(flipped(latin1Bytes(output.slice(at + 4, at + 4 + size))));
    at += 4 + size;
  }
  return text;
}

Deno.test("imap: RFC 9051 §6.2.2: a security layer begins after the CRLF of the reply, which tells no capabilities, and is there for good", async () => {
  const accounts: { fred?: AccountId } = {};
  const sealing: AuthMechanism = {
    mechanism: "SEALING",
    first: "client",
    needs: "nothing",
    revealsPassword: false,
    // deno-lint-ignore require-yield
    async *exchange(): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
      if (accounts.fred === undefined) throw new Error("fred has no account");
      return { status: "success", account: accounts.fred, securityLayer: layer };
    },
  };
  const service = await testService({ mechanisms: [sealing] });
  accounts.fred = service.account(fred);
  await using client = new ImapClient(service);
  await client.greeting;
  client.wire.send(`a AUTHENTICATE SEALING =\r\n${sealed("b CAPABILITY\r\nc UNAUTHEN")}`);
  assertEquals(await client.wire.readLine(), "a OK Logged in");
  const before = client.wire.received.length;
  client.wire.send(sealed("TICATE\r\nd LOGIN bob secret\r\ne DELETE x\r\n"));
  while (!client.wire.isClosed) await client.wire.changed;
  const lines = opened(client.wire.received.slice(before)).split("\r\n");
  assert(lines[0]?.startsWith("* CAPABILITY ") && !lines[0].includes("UNAUTHENTICATE"), lines[0]);
  assertEquals(lines.slice(1), [
    "b OK That is all",
    // RFC 8437 §3: nothing that comes after it is done for who was there before.
    "* BYE Not under a security layer or compression",
    "c BAD Not under a security layer or compression",
    "",
  ]);
});

Deno.test("imap: RFC 4978 §3: after OK both directions are deflated, once", async () => {
  const service = await testService();
  await using client = await logIn(service);
  assertEquals(await client.run("COMPRESS LZW"), ["BAD Expected DEFLATE at octet 12"]);
  const deflate = createDeflateRaw();
  const deflated = (text: string) =>
    new Promise<Uint8Array>((resolve) => {
      const pieces: Uint8Array[] = [];
      deflate.on("data", (piece: Uint8Array) => pieces.push(piece));
      deflate.write(latin1Bytes(text));
      deflate.flush(constants.Z_SYNC_FLUSH, () => {
        deflate.removeAllListeners("data");
        resolve(Buffer.concat(pieces));
      });
    });
  // What is sent together with the command is deflated already.
  client.wire.send(`c COMPRESS DEFLATE\r\n${latin1(await deflated("d NOOP\r\n"))}`);
  assertEquals(await client.wire.readLine(), "c OK Deflating from here on");
  const before = client.wire.received.length;
  client.wire.send(await deflated("e COMPRESS DEFLATE\r\ng CAPABILITY\r\nh APPEND INBOX {5+}\r\n"));
  client.wire.send(await deflated("12345\r\ni SELECT INBOX\r\nj UNAUTHENTICATE\r\nk NOOP\r\n"));
  while (!client.wire.isClosed) await client.wire.changed;
  const said = inflateRawSync(latin1Bytes(client.wire.received.slice(before)), { finishFlush: constants.Z_SYNC_FLUSH });
  const lines = said.toString().split("\r\n");
  assertEquals(lines.slice(0, 2), [
    "d OK Nothing done",
    "e BAD [COMPRESSIONACTIVE] Compression is active already",
  ]);
  // RFC 8437 §4.1 would have it end the compression: it is not offered then.
  assert(!/COMPRESS|UNAUTHENTICATE/.test(lines[2] ?? ""), lines[2]);
  assert(lines.some((line) => line.startsWith("h OK [APPENDUID ")));
  assert(lines.includes("* 1 EXISTS"));
  assertEquals(lines.slice(-3), [
    "* BYE Not under a security layer or compression",
    "j BAD Not under a security layer or compression",
    "",
  ]);
});

Deno.test("imap: RFC 8437 §4: who comes after UNAUTHENTICATE finds nothing of who was there before", async () => {
  const service = await testService({ options: { administrators: [fred] } });
  await service.fill(fred, "secret", ["1\r\n"]);
  await using client = await logIn(service);
  await client.run("ENABLE QRESYNC UTF8=ACCEPT METADATA");
  await client.run("SELECT secret");
  await client.run("SEARCH RETURN (SAVE) ALL");
  assertEquals(await client.run("UNAUTHENTICATE"), ["OK Nobody is logged in"]);
  assertEquals(await client.run("SELECT secret"), ["BAD Log in first"]);
  assert((await client.run(`LOGIN ${bob} ${password}`)).at(-1)?.startsWith("OK [CAPABILITY "));
  assertEquals(await client.run("FETCH $ FLAGS"), ["BAD Select a mailbox first"]);
  assertEquals((await client.run("SELECT secret")).at(-1), "NO [NONEXISTENT] There is no such mailbox");
  assertEquals(await client.run('LIST "" *'), ['* LIST (\\HasNoChildren) "/" INBOX', "OK That is all"]);
  assertEquals((await client.run(`SETQUOTA ${bob} (STORAGE 1)`)).at(-1)?.slice(0, 2), "NO");
  // Nothing of fred's is watched any more.
  await service.fill(fred, "secret", ["2\r\n"]);
  assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
});
