/** ACAP over real sockets: under TLS, begun by STARTTLS, with a database on the disk; news from one connection to another. */
import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { type Dialogue, dialogue, dialogueOver } from "../support/plain_client.ts";
import { alice, bob, type TestServer, testServer } from "../support/test_server.ts";
import { shakeHands } from "../support/tls_client.ts";

/** Lines up to the tagged response. */
async function run(session: Dialogue, command: string): Promise<string[]> {
  await session.say(`t ${command}\r\n`);
  const lines = [];
  do lines.push(await session.line()); while (!/^t (?:OK|NO|BAD) |^\+ /.test(lines.at(-1) ?? ""));
  return lines;
}

/** Who logs in. */
type Login = typeof alice | typeof bob;

/** Connects, begins TLS and logs in. */
async function secured(
  { furtherPorts, certificate }: TestServer,
  { address, password }: Login,
): Promise<Dialogue> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port: furtherPorts["acap"] ?? 0 });
  const clear = dialogueOver(socket);
  const offered = await clear.line();
  assert(offered.includes("(STARTTLS)") && !offered.includes('"PLAIN"'), offered);
  assertEquals(await run(clear, `AUTHENTICATE "PLAIN" {0+}\r\n`), ['t NO (ENCRYPT-NEEDED) "That mechanism needs TLS"']);
  assertEquals(await run(clear, "STARTTLS"), ['t OK "Begin TLS"']);
  const session = await shakeHands(socket, { ca: certificate });
  const again = await session.line();
  assert(again.includes('"PLAIN"') && !again.includes("STARTTLS"), again);
  const message = `\0${address}\0${password}`;
  assertEquals(await run(session, `AUTHENTICATE "PLAIN" {${message.length}+}\r\n${message}`), ['t OK "Logged in"']);
  return session;
}

Deno.test("acap: under TLS, what one stores another is told, and it is there after a reload", async () => {
  await using server = await testServer({ storage: "sqlite", further: { acap: {} }, furtherTls: "starttls" });
  await using one = await secured(server, alice);
  await using other = await secured(server, bob);
  await run(one, 'STORE ("/c/~/a" "c.x" "1")');
  await run(one, 'SETACL ("/c/~/") "anyone" "r"');
  const place = `"/c/user/${alice.address}/"`;
  const search = `SEARCH ${place} RETURN ("c.x") MAKECONTEXT NOTIFY "hers" PREFIX "c.x" "i;octet" ""`;
  assertEquals((await run(other, search))[0], 't ENTRY "a" "1"');
  assertEquals(await run(one, 'STORE ("/c/~/a" "c.x" "2")'), ['t OK "Stored"']);
  assertEquals(await other.line(), '* CHANGE "hers" "a" 0 0 "2"');
  assert((await other.line()).startsWith('* MODTIME "hers" "20'));
  await server.reload();
  await using later = await secured(server, alice);
  assertEquals((await run(later, 'SEARCH "/c/~/" RETURN ("c.x") PREFIX "c.x" "i;octet" ""'))[0], 't ENTRY "a" "2"');
  // Its datasets go with an account.
  await server.admin.remove(bob.address);
  await server.admin.remove(alice.address);
  assertEquals(await server.storage.datasets("/"), []);
});

Deno.test("acap: Eudora configures itself without TLS, and no password is sent", async () => {
  await using server = await testServer({ further: { acap: { eudora: true } } });
  await using session = await dialogue(server.furtherPorts["acap"] ?? 0);
  const greeting = await session.line();
  assert(greeting.includes('"CRAM-MD5"') && !greeting.includes('"PLAIN"'), greeting);
  await session.say('. Authenticate "CRAM-MD5"\r\n');
  const [, challenge = ""] = /^\+ "(<[^"]*>)"$/.exec(await session.line()) ?? [];
  const digest = createHmac("md5", alice.password).update(challenge).digest("hex");
  assertEquals(await session.ask(`"alice ${digest}"`), '. OK "Logged in"');
  await session.say('. search "/Vendor.Eudora/~/" return ("*") equal "entry" "en-nocase" "settings"\r\n. logout\r\n');
  const said = await session.readToEnd();
  assert(said.includes("\r\nVendor.Eudora.MailServer {16}\r\nmail.example.org)"), said);
  assert(said.includes(`\r\nVendor.Eudora.ReturnAddress {${alice.address.length}}\r\n${alice.address})`), said);
});
