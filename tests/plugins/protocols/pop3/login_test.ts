/** USER, PASS, APOP, AUTH and STLS: who gets in, and what the others are told (RFC 1939 §7, 2449, 2595, 3206, 5034). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import type { AccountId, AuthMechanism, AuthOutcome, SecurityLayer } from "../../../../core/contract/mod.ts";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { FakeMaildrops } from "./fake_maildrops.ts";
import { login, mechanismsWithTimestamp, mrose, talk, testService } from "./talk.ts";

const digest = "c4c9334bac560ecc979e58001b3e22fb";
const opened = "+OK maildrop has 2 messages (320 octets)";

/** Replies, but for the greeting. */
async function replies(commands: string, given: Parameters<typeof testService>[0] = {}): Promise<string[]> {
  const tested = testService({ mechanisms: mechanismsWithTimestamp(), ...given });
  return [...(await talk(tested, commands)).lines.slice(1)];
}

Deno.test("pop3: RFC 1939 §7: PASS only immediately after a USER that succeeded", async () => {
  for (const between of ["CAPA", "UTF8", "LANG en", "NOOP", "nonsense", "USER", "STAT"]) {
    const lines = await replies(`PASS tanstaaf\r\nUSER mrose\r\n${between}\r\nPASS tanstaaf\r\n`);
    assertEquals(lines[0], "-ERR send USER first");
    assertEquals(lines.at(-1), "-ERR send USER first", between);
  }
  assertEquals(await replies("USER mrose\r\nPASS wrong\r\nPASS tanstaaf\r\n"), [
    "+OK send PASS",
    "-ERR [AUTH] invalid login or password",
    "-ERR send USER first",
  ]);
});

Deno.test("pop3: RFC 1939 §7: spaces are part of the password, also at its ends", async () => {
  const asked: string[] = [];
  const authentication = {
    mechanismsFor: () => [],
    isUsable: () => false,
    allowsPasswords: () => true,
    begin: () => Promise.reject(new Error("no exchange")),
    admitProven: () => Promise.reject(new Error("nothing was proven")),
    loggedOut: () => {},
    changeSecrets: () => Promise.resolve(0),
    checkPassword: (name: string, password: string) => {
      asked.push(`${name}|${password}`);
      return Promise.resolve({ state: "refused", reason: "credentials" } as const);
    },
  };
  await replies("USER mrose \r\nPASS  a b  c \r\nUSER John Smith\r\nPASS \r\nUSER x\r\nPASS\r\n", { authentication });
  assertEquals(asked, ["mrose| a b  c ", "John Smith|"]);
});

Deno.test("pop3: RFC 1939 §13, RFC 3206 §5: an unknown user and a wrong password look the same", async () => {
  const known = await replies("USER mrose\r\nPASS wrong\r\nAUTH PLAIN AG1yb3NlAHdyb25n\r\n");
  const unknown = await replies("USER frated\r\nPASS wrong\r\nAUTH PLAIN AGZyYXRlZAB3cm9uZw==\r\n");
  assertEquals(known, unknown);
  assertEquals(
    (await replies(`APOP mrose ${digest.replace("c", "d")}\r\n`))[0],
    (await replies(`APOP frated ${digest}\r\n`))[0],
  );
});

Deno.test("pop3: RFC 1939 §7: a timestamp is good for one APOP", async () => {
  const right = `APOP mrose ${digest}\r\n`, wrong = `APOP mrose ${digest.replace("c", "d")}\r\n`;
  assertEquals(await replies(right), [opened]);
  assertEquals(await replies(`USER x\r\n${right}`), ["+OK send PASS", opened]);
  assertEquals(await replies(`USER x\r\nPASS y\r\n${right}`), [
    "+OK send PASS",
    "-ERR [AUTH] invalid login or password",
    opened,
  ]);
  assertEquals(await replies(`${wrong}${right}${login}`), [
    "-ERR [AUTH] invalid login or password",
    "-ERR the timestamp has been used, connect again",
    "+OK send PASS",
    opened,
  ]);
  // What is no APOP command at all does not use it up.
  assertEquals((await replies(`APOP\r\nAPOP mrose\r\n${right}`)).at(-1), opened);
});

Deno.test("pop3: RFC 1939 §7: the greeting has a msg-id that was never there before, and only where APOP can succeed", async () => {
  const greetings = new Set<string>();
  for (let session = 0; session < 20; session++) {
    const { lines } = await talk(testService(), "QUIT\r\n");
    assertMatch(lines[0] ?? "", /^\+OK [!-;=-~ ]* <[^<>@ ]+@[^<>@ ]+>$/);
    greetings.add(lines[0] ?? "");
  }
  assertEquals(greetings.size, 20);
  const without = testService({
    mechanisms: mechanismsWithTimestamp().filter(({ mechanism }) => mechanism !== "APOP"),
  });
  assertEquals((await talk(without, `APOP mrose ${digest}\r\n`)).lines, [
    "+OK POP3 server ready",
    "-ERR APOP is not available: the greeting had no timestamp",
  ]);
});

Deno.test("pop3: the exchange behind the greeting is given up when the session ends without APOP", async () => {
  let open = 0;
  const counting: AuthMechanism = {
    mechanism: "APOP",
    first: "server",
    needs: "nothing",
    revealsPassword: false,
    listed: false,
    async *exchange(): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
      open++;
      try {
        yield new TextEncoder().encode("<1@example>");
        return { status: "failure", reason: "credentials" };
      } finally {
        open--;
      }
    },
  };
  for (const commands of ["", "QUIT\r\n", login, "APOP a b\r\n", "AUTH PLAIN\r\n"]) {
    await talk(testService({ mechanisms: [counting, ...mechanismsWithTimestamp().slice(1)] }), commands);
    assertEquals(open, 0);
  }
});

Deno.test("pop3: RFC 1939 §3: commands of one state are refused in the other, and change nothing", async () => {
  const early = ["STAT", "LIST", "RETR 1", "DELE 1", "NOOP", "RSET", "TOP 1 0", "UIDL"];
  assertEquals(await replies(early.map((command) => `${command}\r\n`).join("")), early.map(() => "-ERR log in first"));
  const late = ["USER mrose", "PASS tanstaaf", `APOP mrose ${digest}`, "AUTH PLAIN", "AUTH", "STLS", "UTF8"];
  const lines = await replies(`${login}${late.map((command) => `${command}\r\n`).join("")}STAT\r\n`);
  assertEquals(lines.slice(2), [...late.map(() => "-ERR you are logged in already"), "+OK 2 320"]);
});

Deno.test("pop3: RFC 5034 §4: cancelled, malformed, unknown and unasked: -ERR, no code AUTH, and another try", async () => {
  assertEquals(
    await replies(
      "AUTH CRAM-MD5 AAAA\r\nAUTH PLAIN =AAA\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN\r\nAAA=BBB\r\nAUTH KERBEROS_V4\r\n" +
        `AUTH PLAIN a b\r\nAUTH <>\r\nAUTH PLAIN =\r\nAUTH PLAIN AG1yb3NlAHRhbnN0YWFm\r\n`,
    ),
    [
      "-ERR this mechanism takes no initial response",
      "-ERR the response is malformed",
      "+ ",
      "-ERR authentication cancelled",
      "+ ",
      "-ERR the response is malformed",
      "-ERR unknown authentication mechanism",
      "-ERR expected AUTH mechanism [initial-response]",
      "-ERR unknown authentication mechanism",
      "-ERR the response is malformed",
      opened,
    ],
  );
});

Deno.test("pop3: RFC 5034 §4: responses may be longer than command lines, but not without end", async () => {
  const long = "QUFB".repeat(10_000), longer = "QUFB".repeat(20_000);
  assertEquals(await replies(`AUTH PLAIN\r\n${long}\r\nAUTH PLAIN\r\n${longer}\r\n${login}`), [
    "+ ",
    "-ERR the response is malformed",
    "+ ",
    "-ERR the line is too long",
    "+OK send PASS",
    opened,
  ]);
});

Deno.test("pop3: AUTH without arguments lists the mechanisms, as clients older than CAPA ask", async () => {
  assertEquals(await replies("AUTH\r\n"), ["+OK Mechanism list follows", "CRAM-MD5", "PLAIN", "."]);
});

Deno.test("pop3: CRAM-MD5 by AUTH: challenge and response in Base64", async () => {
  const { connection, client } = fakeConnection();
  const { serve } = testService({ mechanisms: mechanismsWithTimestamp() });
  const served = serve(connection, new AbortController().signal).finally(() => connection.close());
  await client.readLine();
  client.send("auth cram-md5\r\n");
  const challenge = atob((await client.readLine() ?? "").slice(2));
  const { createHmac } = await import("node:crypto");
  client.send(`${btoa(`mrose ${createHmac("md5", "tanstaaf").update(challenge).digest("hex")}`)}\r\n`);
  assertEquals(await client.readLine(), opened);
  client.close();
  await served;
});

Deno.test("pop3: RFC 6856 §2.2: names and passwords may be UTF-8, and must be", async () => {
  const utf8 = (text: string) => latin1(new TextEncoder().encode(text));
  const maildrops = () => new FakeMaildrops({ "müller@example.org": [] });
  const right = ["+OK send PASS", "+OK maildrop has 0 messages (0 octets)"];
  assertEquals(await replies(utf8("USER müller\r\nPASS pässword\r\n"), { maildrops: maildrops() }), right);
  // RFC 4013: the same characters, written otherwise.
  assertEquals(await replies(utf8("USER mu\u0308ller\r\nPASS pa\u0308ssword\r\n"), { maildrops: maildrops() }), right);
  const proof = createHash("md5").update("<1896.697170952@dbc.mtview.ca.us>pässword").digest("hex");
  assertEquals(await replies(utf8(`APOP mu\u0308ller ${proof}\r\n`), { maildrops: maildrops() }), right.slice(1));
  const notText = "the line is not UTF-8, or has control characters";
  // RFC 3206 §5: no code AUTH for USER.
  assertEquals(await replies("USER m\xfcller\r\n"), [`-ERR ${notText}`]);
  assertEquals(await replies("USER mrose\r\nPASS p\xe4ssword\r\n"), ["+OK send PASS", `-ERR [AUTH] ${notText}`]);
  assertEquals(await replies(utf8(`APOP \u0627\u0031 ${proof}\r\n`)), ["-ERR [AUTH] invalid login or password"]);
});

Deno.test("pop3: RFC 2595 §2.3: without TLS no password is asked for, and USER is not announced", async () => {
  const tested = testService({ cleartextAuth: false, mechanisms: mechanismsWithTimestamp() });
  const { lines } = await talk(tested, `USER mrose\r\nPASS tanstaaf\r\nAUTH PLAIN AG1yb3NlAHRhbnN0YWFm\r\nCAPA\r\n`);
  assertEquals(lines.slice(1, 4), [
    "-ERR not without TLS: send STLS first, or use the port for TLS",
    "-ERR send USER first",
    "-ERR not without TLS: send STLS first, or use the port for TLS",
  ]);
  assert(!lines.includes("USER"));
  assert(lines.includes("SASL CRAM-MD5"));
});

Deno.test("pop3: RFC 2595 §4: what came in clear text counts no more after STLS, whether it was read or not", async () => {
  const tested = testService();
  const { lines } = await talk(tested, [
    "LANG de\r\nUSER mrose\r\nSTLS\r\nPASS tanstaaf\r\nSTAT\r\n",
    "PASS tanstaaf\r\n",
  ], {
    startTls: true,
  });
  assertEquals(lines.slice(1), [
    "+OK de Sprache gewechselt",
    "+OK weiter mit PASS",
    "+OK TLS-Aushandlung beginnen",
    "-ERR send USER first",
  ]);
});

Deno.test("pop3: RFC 2595 §4: STLS is announced and done only where there is TLS to be had", async () => {
  const { lines } = await talk(testService(), "CAPA\r\nSTLS\r\nSTLS now\r\n");
  assert(!lines.includes("STLS"));
  assertEquals(lines.slice(-2), ["-ERR TLS is not offered here", "-ERR expected STLS"]);
  const after = await talk(testService(), "UTF8\r\nCAPA\r\nSTLS\r\n", { startTls: true });
  assert(!after.lines.includes("STLS"));
  assertEquals(after.lines.at(-1), "-ERR Command not permitted after UTF8");
});

Deno.test("pop3: the greeting's timestamp is good after STLS: there is no second greeting", async () => {
  const tested = testService({ mechanisms: mechanismsWithTimestamp() });
  const { lines } = await talk(tested, ["STLS\r\n", `APOP mrose ${digest}\r\n`], { startTls: true });
  assertEquals(lines.slice(1), ["+OK Begin TLS negotiation", opened]);
});

Deno.test("pop3: RFC 5034 §4: a security layer begins right after the reply, and what was said before is forgotten", async () => {
  const flipped = (bytes: Uint8Array) => bytes.map((octet) => octet ^ 0xff);
  // The contract lets a layer take its time.
  const later = (bytes: Uint8Array) => Promise.resolve(flipped(bytes));
  const layer: SecurityLayer = { maximumInput: 1000, maximumOutput: 1000, wrap: later, unwrap: later };
  const sealing: AuthMechanism = {
    mechanism: "SEALING",
    first: "client",
    needs: "nothing",
    revealsPassword: false,
    // deno-lint-ignore require-yield
    async *exchange(): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
      return { status: "success", account: mrose as AccountId, securityLayer: layer };
    },
  };
  const sealed = (text: string) => {
    const plain = new TextEncoder().encode(text);
    return latin1(Uint8Array.of(0, 0, 0, plain.length, ...flipped(plain)));
  };
  const tested = testService({ mechanisms: [sealing] });
  const { output } = await talk(tested, [`LANG de\r\nAUTH SEALING =\r\n${sealed("DELE 1\r\nQU")}`, sealed("IT\r\n")]);
  const reply = "+OK das Postfach enthält 2 Nachrichten (320 Oktette)\r\n";
  const utf8 = latin1(new TextEncoder().encode(reply));
  const rest = output.slice(output.indexOf(utf8) + utf8.length);
  let text = "";
  for (let at = 0; at < rest.length;) {
    const size = rest.charCodeAt(at + 2) * 256 + rest.charCodeAt(at + 3);
    text += latin1(flipped(Uint8Array.from(rest.slice(at + 4, at + 4 + size), (character) => character.charCodeAt(0))));
    at += 4 + size;
  }
  assertEquals(text, "+OK message 1 deleted\r\n+OK dewey POP3 server signing off (1 message left)\r\n");
  assertEquals(tested.maildrops.uids(mrose), [2]);
});

Deno.test("pop3: RFC 2449 §6.5: LOGIN-DELAY counts from a login that succeeded, for each account", async () => {
  let now = new Date("2026-11-24T07:00:00Z").getTime();
  const maildrops = new FakeMaildrops({ [mrose]: [], "test@example.org": [] });
  const tested = testService({ maildrops, now: () => new Date(now), options: { login_delay: "900s" } });
  const third = async (commands: string) => (await talk(tested, commands)).lines[2];
  const empty = "+OK maildrop has 0 messages (0 octets)";
  const tooEarly = "-ERR [LOGIN-DELAY] there must be 900 seconds between logins";
  await third("USER mrose\r\nPASS wrong\r\n");
  assertEquals(await third(login), empty);
  now += 899_999;
  assertEquals(await third(login), tooEarly);
  // Whoever does not know the password is not told that somebody has just logged in.
  assertEquals(await third("USER mrose\r\nPASS wrong\r\n"), "-ERR [AUTH] invalid login or password");
  assertEquals(await third("USER test\r\nPASS test\r\n"), empty);
  now += 1;
  assertEquals(await third(login), empty);
  assertEquals(maildrops.locked.size, 0);
});

Deno.test("pop3: RFC 3206 §4: a directory that is away is SYS/TEMP, not AUTH", async () => {
  const away = {
    mechanismsFor: () => ["PLAIN"],
    isUsable: () => false,
    allowsPasswords: () => true,
    begin: () => Promise.reject(new Error("no exchange")),
    admitProven: () => Promise.reject(new Error("nothing was proven")),
    loggedOut: () => {},
    changeSecrets: () => Promise.resolve(0),
    checkPassword: () => Promise.resolve({ state: "refused", reason: "unavailable" } as const),
  };
  assertEquals((await replies(`${login}AUTH PLAIN\r\n`, { authentication: away })).slice(1), [
    "-ERR [SYS/TEMP] logins cannot be checked now, try again later",
    "-ERR [SYS/TEMP] local error, try again later",
  ]);
});
