/** Layers under a session: security layers of SASL, compression, and their ends (RFC 9051 §6.2.2, RFC 4978, RFC 8437). */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { constants, createDeflateRaw, inflateRawSync } from "node:zlib";
import type { AccountId, AuthMechanism, AuthOutcome, SecurityLayer } from "../../../../core/contract/mod.ts";
import { OpenConnections } from "../../../../core/sasl/open_connections.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { bob, fred, ImapClient, logIn, password, type TestService, testService } from "./talk.ts";

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

/** A service where `AUTHENTICATE SEALING` logs fred in under the layer. */
async function sealingService(): Promise<TestService> {
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
  return service;
}

const authenticate = "a AUTHENTICATE SEALING =\r\n";

/** What has come since, once it is whole; all that comes where it never is. */
async function since(client: ImapClient, from: number, isWhole = (_: string) => false): Promise<string> {
  while (!isWhole(client.wire.received.slice(from)) && !client.wire.isClosed) await client.wire.changed;
  return client.wire.received.slice(from);
}

Deno.test("imap: RFC 9051 §6.2.2: a security layer begins after the CRLF of the reply, which tells no capabilities", async () => {
  await using client = new ImapClient(await sealingService());
  await client.greeting;
  client.wire.send(`${authenticate}${sealed("b CAPABILITY\r\nc NO")}`);
  assertEquals(await client.wire.readLine(), "a OK Logged in");
  const before = client.wire.received.length;
  client.wire.send(sealed("OP\r\nd LOGOUT\r\n"));
  const lines = opened(await since(client, before)).split("\r\n");
  assert(lines[0]?.startsWith("* CAPABILITY ") && lines[0].includes(" UNAUTHENTICATE"), lines[0]);
  assertEquals(lines.slice(1, 3), ["b OK That is all", "c OK Nothing done"]);
});

Deno.test("imap: RFC 8437 §3: a security layer ends after the reply to UNAUTHENTICATE, and another may begin", async () => {
  await using client = new ImapClient(await sealingService());
  await client.greeting;
  const reply = "Nobody is logged in";
  for (const tag of ["b", "c"]) {
    client.wire.send(authenticate);
    assertEquals(await client.wire.readLine(), "a OK Logged in");
    const before = client.wire.received.length;
    client.wire.send(sealed(`${tag} UNAUTHENTICATE\r\n`));
    const said = await since(client, before, (text) => opened(text).endsWith(`${reply}\r\n`));
    assertEquals(opened(said), `${tag} OK ${reply}\r\n`);
    client.wire.send("d SELECT INBOX\r\n");
    await client.wire.readExactly(said.length);
    assertEquals(await client.wire.readLine(), "d BAD Log in first");
  }
});

Deno.test("imap: RFC 8437 §3: what comes before a security layer has ended is done for nobody", async () => {
  const goingOn = [
    // In the same packet, in another, in clear: whoever waits for the reply sends none of them.
    [sealed("b UNAUTHENTICATE\r\nc DELETE x\r\n"), true],
    [sealed("b UNAUTHENTICATE\r\n") + sealed("c NOOP\r\n"), false],
    [sealed("b UNAUTHENTICATE\r\n") + "c LOGIN bob secret\r\n", false],
  ] as const;
  const tooEarly = "What follows is still under a layer that ends here";
  for (const [sent, isTold] of goingOn) {
    await using client = new ImapClient(await sealingService());
    await client.greeting;
    client.wire.send(authenticate);
    assertEquals(await client.wire.readLine(), "a OK Logged in");
    let before = client.wire.received.length;
    // A large packet, so that there is room for more than one.
    client.wire.send(sealed(`n NOOP ${" ".repeat(100)}\r\n`));
    await since(client, before, (text) => opened(text).endsWith("\r\n"));
    before = client.wire.received.length;
    client.wire.send(sent);
    assertEquals(
      opened(await since(client, before)),
      isTold ? `* BYE ${tooEarly}\r\nb BAD ${tooEarly}\r\n` : "b OK Nobody is logged in\r\n",
    );
  }
});

/** Deflates what a client sends, each piece so that it can be read at once. */
function deflater(): (text: string) => Promise<Uint8Array> {
  const deflate = createDeflateRaw();
  return (text) =>
    new Promise((resolve) => {
      const pieces: Uint8Array[] = [];
      deflate.on("data", (piece: Uint8Array) => pieces.push(piece));
      deflate.write(latin1Bytes(text));
      deflate.flush(constants.Z_SYNC_FLUSH, () => {
        deflate.removeAllListeners("data");
        resolve(Buffer.concat(pieces));
      });
    });
}

const inflated = (text: string) =>
  inflateRawSync(latin1Bytes(text), { finishFlush: constants.Z_SYNC_FLUSH }).toString();

Deno.test("imap: RFC 4978 §3: after OK both directions are deflated, once", async () => {
  const service = await testService();
  await using client = await logIn(service);
  assertEquals(await client.run("COMPRESS LZW"), ["BAD Expected DEFLATE at octet 12"]);
  const deflated = deflater();
  // What is sent together with the command is deflated already.
  client.wire.send(`c COMPRESS DEFLATE\r\n${latin1(await deflated("d NOOP\r\n"))}`);
  assertEquals(await client.wire.readLine(), "c OK Deflating from here on");
  const before = client.wire.received.length;
  client.wire.send(await deflated("e COMPRESS DEFLATE\r\ng CAPABILITY\r\nh APPEND INBOX {5+}\r\n"));
  client.wire.send(await deflated("12345\r\ni SELECT INBOX\r\nj LOGOUT\r\n"));
  const lines = inflated(await since(client, before)).split("\r\n");
  assertEquals(lines.slice(0, 2), [
    "d OK Nothing done",
    "e BAD [COMPRESSIONACTIVE] Compression is active already",
  ]);
  assert(!lines[2]?.includes("COMPRESS"), lines[2]);
  assert(lines.some((line) => line.startsWith("h OK [APPENDUID ")));
  assert(lines.includes("* 1 EXISTS"));
});

Deno.test("imap: RFC 8437 §4.1: compression ends after the reply to UNAUTHENTICATE, with what follows at once, and may begin again", async () => {
  await using client = await logIn(await testService());
  for (const user of [bob, fred]) {
    assertEquals(await client.run("COMPRESS DEFLATE"), ["OK Deflating from here on"]);
    const deflated = deflater(), before = client.wire.received.length;
    // RFC 8437 §3: without a security layer the next login may come with it.
    client.wire.send(
      `${latin1(await deflated("n NOOP\r\n"))}${latin1(await deflated("u UNAUTHENTICATE\r\n"))}x NOOP\r\n`,
    );
    const said = await since(client, before, (text) => text.endsWith("x OK Nothing done\r\n"));
    const [layered = "", clear] = said.split(/(?<=\0\0\xff\xff)(?=x )/);
    assertEquals(inflated(layered), "n OK Nothing done\r\nu OK Nobody is logged in\r\n");
    assertEquals(clear, "x OK Nothing done\r\n");
    await client.wire.readExactly(said.length);
    assert((await client.run("CAPABILITY"))[0]?.includes(" SASL-IR"));
    assert((await client.run(`LOGIN ${user} ${password}`)).at(-1)?.startsWith("OK [CAPABILITY "));
  }
});

Deno.test("imap: RFC 8437 §4.1: compression ends before the security layer under it", async () => {
  await using client = new ImapClient(await sealingService());
  await client.greeting;
  client.wire.send(authenticate);
  assertEquals(await client.wire.readLine(), "a OK Logged in");
  let before = client.wire.received.length;
  client.wire.send(sealed("b COMPRESS DEFLATE\r\n"));
  await since(client, before, (text) => opened(text).endsWith("\r\n"));
  const sealedBytes = (octets: Uint8Array) => latin1(Uint8Array.of(0, 0, 0, octets.length, ...flipped(octets)));
  const deflated = await deflater()("c UNAUTHENTICATE\r\n");
  before = client.wire.received.length;
  // The end of the flush comes later.
  client.wire.send(sealedBytes(deflated.subarray(0, -2)));
  const said = await since(client, before, (text) => text.length > 10);
  assertEquals(inflated(opened(said)), "c OK Nobody is logged in\r\n");
  client.wire.send(sealedBytes(deflated.subarray(-2)));
  while (!client.wire.isAwaited) await client.wire.changed;
  client.wire.send("d NOOP\r\n");
  assertEquals(await since(client, before + said.length, (text) => text.endsWith("\n")), "d OK Nothing done\r\n");
});

Deno.test("imap: RFC 8437 §8: an operator can do without UNAUTHENTICATE", async () => {
  const service = await testService({ options: { unauthenticate: false } });
  await using client = await logIn(service);
  assert(!(await client.run("CAPABILITY"))[0]?.includes("UNAUTHENTICATE"));
  assertEquals(await client.run("UNAUTHENTICATE"), ["BAD Unknown command"]);
  assertEquals(await client.run("SELECT none"), ["NO [NONEXISTENT] There is no such mailbox"]);
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

class AllOpen extends OpenConnections {
  override has(): boolean {
    return true;
  }
}

Deno.test("imap: RFC 8437 §4: what becomes of the account is nothing to a connection that is nobody's again", async () => {
  const service = await testService({ connections: new AllOpen() });
  const { authentication } = service.service.context;
  const change = () => authentication.changeSecrets(service.account(fred), () => Promise.resolve());
  await using client = await logIn(service);
  await client.run("UNAUTHENTICATE");
  assertEquals(await change(), 0);
  await client.run(`LOGIN ${fred} ${password}`);
  assertEquals(await change(), 1);
});
