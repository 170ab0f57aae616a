import { assert, assertEquals } from "@std/assert";
import type { ChannelBinding, Connection, Logger, TlsInfo } from "../../../core/contract/mod.ts";
import type { AuthenticationSettings } from "../../../core/sasl/authentication.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import anonymous from "../../../plugins/auth/anonymous.ts";
import external from "../../../plugins/auth/external.ts";
import otp from "../../../plugins/auth/otp/plugin.ts";
import plain from "../../../plugins/auth/plain.ts";
import scramSha256 from "../../../plugins/auth/scram/sha_256.ts";
import { fakeConnection } from "../../support/fake_connection.ts";
import { setUpMechanism, testAccount, testAuthentication, testDirectory } from "../../support/test_directory.ts";

const directory = testDirectory({ "alice@example.org": "wonderland", "bob@example.org": "builder" }, {
  delegates: { "alice@example.org": ["bob@example.org"] },
});

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

/** A log that keeps its lines. */
function keptLog(): { readonly log: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (message: string, fields?: object) => void lines.push({ level, message, fields });
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    isOn: () => true,
    child: () => log,
  };
  return { log, lines };
}

function connect(tls: false | Partial<TlsInfo> = {}): { readonly connection: Connection; readonly lines: Line[] } {
  const { log, lines } = keptLog();
  return { connection: fakeConnection({ tls, log }).connection, lines };
}

/** TLS that can be bound by one type. */
function boundBy(type: ChannelBinding): Partial<TlsInfo> {
  return { channelBinding: (asked) => asked === type ? Uint8Array.of(1, 2, 3) : undefined };
}

Deno.test("authentication: RFC 4422 §3.2: what can succeed is offered, in the order of the configuration", () => {
  const offered = testAuthentication(directory).mechanismsFor(connect().connection, "imap");
  assertEquals(offered, ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"]);
});

Deno.test("authentication: without TLS nothing that reveals a password is offered, unless configured", async () => {
  const { connection } = connect(false);
  const strict = testAuthentication(directory);
  assertEquals(strict.mechanismsFor(connection, "imap").filter((name) => /PLAIN|LOGIN/.test(name)), []);
  assertEquals([strict.isUsable("PLAIN", connection, "imap"), strict.allowsPasswords(connection)], [false, false]);
  const refusal = (await strict.begin("PLAIN", connection, "imap", encodeUtf8("\0alice\0wonderland"))).step;
  assertEquals(refusal, { state: "refused", reason: "needs-tls" });
  assertEquals(await strict.checkPassword("alice", "wonderland", connection, "pop"), refusal);

  const lax = testAuthentication(directory, { cleartextAuth: true });
  assert(lax.mechanismsFor(connection, "imap").includes("PLAIN"));
  assertEquals([lax.isUsable("PLAIN", connection, "imap"), lax.allowsPasswords(connection)], [true, true]);
});

Deno.test("authentication: what the directory keeps nothing for is not offered, and the operator is told", async () => {
  const { log, lines } = keptLog();
  const few = testDirectory({ "alice@example.org": "wonderland" }, { schemes: ["scram-sha-256"] });
  const authentication = testAuthentication({ ...few, canCheckPassword: false }, { log });
  const { connection } = connect();
  assertEquals(authentication.mechanismsFor(connection, "imap"), ["SCRAM-SHA-256"]);
  assertEquals([authentication.isUsable("APOP", connection, "pop"), authentication.allowsPasswords(connection)], [
    false,
    false,
  ]);
  assertEquals((await authentication.checkPassword("alice", "wonderland", connection, "pop")).state, "refused");
  assertEquals(lines.map(({ level }) => level), Array(7).fill("warn"));
});

Deno.test("authentication: an alternative scheme serves as well", () => {
  const few = testDirectory({}, { schemes: ["plain"] });
  const offered = testAuthentication({ ...few, canCheckPassword: false }).mechanismsFor(connect().connection, "imap");
  assertEquals(offered, ["DIGEST-MD5", "CRAM-MD5"]);
});

Deno.test("authentication: passwords are allowed only where a configured mechanism is about them", () => {
  const mechanisms = [setUpMechanism(scramSha256)];
  assertEquals(testAuthentication(directory, { mechanisms }).allowsPasswords(connect().connection), false);
});

Deno.test("authentication: APOP is usable by name and in no list", async () => {
  const authentication = testAuthentication(directory);
  const { connection } = connect(false);
  assert(!authentication.mechanismsFor(connection, "pop").includes("APOP"));
  assert(authentication.isUsable("APOP", connection, "pop"));
  await using exchange = await authentication.begin("apop", connection, "pop");
  assertEquals(exchange.step.state, "challenge");
});

Deno.test("authentication: design §1: -PLUS is offered where its binding can be had, before the form without", () => {
  const mechanisms = [setUpMechanism(scramSha256), setUpMechanism(plain)];
  const authentication = testAuthentication(directory, { mechanisms });
  const offered = (tls: false | Partial<TlsInfo>) => authentication.mechanismsFor(connect(tls).connection, "imap");
  assertEquals(offered(boundBy("tls-unique")), ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"]);
  // Another type than what is configured, TLS without any, no TLS.
  assertEquals(offered(boundBy("tls-server-end-point")), ["SCRAM-SHA-256", "PLAIN"]);
  assertEquals(offered({}), ["SCRAM-SHA-256", "PLAIN"]);
  assertEquals(offered(false), ["SCRAM-SHA-256"]);
  const asked = [setUpMechanism(scramSha256, { channel_binding: ["tls-server-end-point"] })];
  const { connection } = connect(boundBy("tls-server-end-point"));
  assert(testAuthentication(directory, { mechanisms: asked }).isUsable("SCRAM-SHA-256-PLUS", connection, "imap"));
});

Deno.test("authentication: RFC 4752 §3.2: a mechanism is offered for the services that it has a key of", async () => {
  const mechanisms = [{ ...setUpMechanism(scramSha256), services: ["imap", "smtp"] as const }, setUpMechanism(plain)];
  const authentication = testAuthentication(directory, { mechanisms });
  const { connection } = connect();
  assertEquals(authentication.mechanismsFor(connection, "imap"), ["SCRAM-SHA-256", "PLAIN"]);
  assertEquals(authentication.mechanismsFor(connection, "pop"), ["PLAIN"]);
  assertEquals(authentication.isUsable("SCRAM-SHA-256", connection, "pop"), false);
  const { step } = await authentication.begin("SCRAM-SHA-256", connection, "pop", encodeUtf8("n,,n=alice,r=abc"));
  assertEquals(step, { state: "refused", reason: "unknown-mechanism" });
});

Deno.test("authentication: EXTERNAL is offered to clients with a certificate", () => {
  const mechanisms = [setUpMechanism(external)];
  const authentication = testAuthentication(directory, { mechanisms });
  const offered = (tls: false | Partial<TlsInfo>) => authentication.mechanismsFor(connect(tls).connection, "imap");
  assertEquals(offered({ clientAddresses: ["alice@example.org"] }), ["EXTERNAL"]);
  assertEquals([offered({}), offered(false)], [[], []]);
});

Deno.test("authentication: RFC 4422 §3.1: names are taken in either case; unknown ones are refused", async () => {
  const authentication = testAuthentication(directory);
  const { connection } = connect();
  assertEquals((await authentication.begin("plain", connection, "imap", encodeUtf8("\0alice\0wonderland"))).step, {
    state: "authenticated",
    account: await directory.findAccount("alice"),
  } as unknown);
  for (const name of ["", "KERBEROS_V4", "PLAIN-PLUS", "__proto__", "SCRAM-SHA-256-PLUS"]) {
    const { step } = await authentication.begin(name, connection, "imap");
    assertEquals(step, { state: "refused", reason: "unknown-mechanism" }, name);
  }
});

Deno.test("authentication: what a client says instead of a mechanism's name is not logged: it may be a password", async () => {
  const authentication = testAuthentication(directory);
  const { connection, lines } = connect();
  const names = ["wonderland", "AGFsaWNlAHdvbmRlcmxhbmQ", "xoauth2", "SCRAM-SHA-256-PLUS"];
  for (const name of names) await authentication.begin(name, connection, "pop");
  const told = [...JSON.stringify(lines).matchAll(/"mechanism":"([^"]*)"/g)].map(([, name]) => name);
  assertEquals(told, ["unknown", "unknown", "XOAUTH2", "SCRAM-SHA-256-PLUS"]);
});

/** What a login by PLAIN ends in. */
async function logIn(message: string, settings: Partial<AuthenticationSettings> = {}) {
  const { connection, lines } = connect();
  const authentication = testAuthentication(directory, settings);
  const { step } = await authentication.begin("PLAIN", connection, "imap", encodeUtf8(message));
  return { step, lines };
}

Deno.test("authentication: RFC 4422 §3.4.1: who may act as another gets the other's account", async () => {
  const [alice, bob] = [await directory.findAccount("alice"), await directory.findAccount("bob")];
  assertEquals(
    (await logIn("bob@example.org\0alice\0wonderland")).step,
    { state: "authenticated", account: bob } as unknown,
  );
  assertEquals((await logIn("alice\0alice\0wonderland")).step, { state: "authenticated", account: alice } as unknown);
  // RFC 5530 §3: who has proven to be somebody is told that it is this which is forbidden, but not whether there is such a one.
  const forbidden = await logIn("alice@example.org\0bob\0builder");
  assertEquals(forbidden.step, { state: "refused", reason: "authorization" } as unknown);
  assertEquals(forbidden.step, (await logIn("nobody@example.org\0bob\0builder")).step);
  assertEquals(
    (await logIn("alice@example.org\0bob\0wrong")).step,
    { state: "refused", reason: "credentials" } as unknown,
  );
  assertEquals(forbidden.lines[0]?.fields, {
    mechanism: "PLAIN",
    service: "imap",
    tls: "TLSv1.3",
    login: "bob",
    account: "bob@example.org",
    authorizeAs: "alice@example.org",
    reason: "authorization",
  });
});

Deno.test("authentication: RFC 4954 §4, RFC 5034 §4: authorization identities are prepared; what cannot be fails", async () => {
  const bob = await directory.findAccount("bob");
  const asBob = await logIn("bo\u00adb@ex\uff41mple.org\0alice\0wonderland");
  assertEquals(asBob.step, { state: "authenticated", account: bob } as unknown);
  // The last is empty only once it is prepared: it does not mean the login's own identity.
  for (const identity of ["bob@example.org\u0007", "\u0627bob", "\u00ad"]) {
    const { step } = await logIn(`${identity}\0alice\0wonderland`);
    assertEquals(step, { state: "refused", reason: "authorization" }, identity);
  }
});

Deno.test("authentication: RFC 8314 §4: the log says which TLS it was", async () => {
  const { connection, lines } = connect({ cipher: "TLS_AES_128_GCM_SHA256" });
  await testAuthentication(directory).checkPassword("alice", "wonderland", connection, "pop");
  assertEquals(lines.map(({ fields = {} }) => Reflect.get(fields, "tls")), ["TLSv1.3 TLS_AES_128_GCM_SHA256"]);
});

Deno.test("authentication: an unknown login and a wrong password cannot be told apart", async () => {
  const refusal = { state: "refused", reason: "credentials" } as const;
  assertEquals([(await logIn("\0nobody\0wonderland")).step, (await logIn("\0alice\0x")).step], [refusal, refusal]);
});

Deno.test("authentication: one line of log for each login, which names the login and never the password", async () => {
  const good = await logIn("\0alice\0wonderland");
  assertEquals(good.lines, [{
    level: "info",
    message: "authenticated",
    fields: { mechanism: "PLAIN", service: "imap", tls: "TLSv1.3", login: "alice", account: "alice@example.org" },
  }]);
  const bad = await logIn("\0alice\0looking-glass");
  assertEquals(bad.lines, [{
    level: "warn",
    message: "authentication failed",
    fields: { mechanism: "PLAIN", service: "imap", tls: "TLSv1.3", login: "alice", reason: "credentials" },
  }]);
  for (const message of ["alice\0wonderland", "\0\0wonderland", "\0alice\0wonder\0land"]) {
    const { step, lines } = await logIn(message);
    assertEquals(step, { state: "refused", reason: "malformed" });
    assertEquals([lines.length, JSON.stringify(lines).includes("wonder")], [1, false]);
  }
  // `USER alice PASS wonderland`.
  const { lines: [line] } = await logIn("\0alice PASS wonderland\0x");
  assertEquals(line?.fields && "login" in line.fields && line.fields.login, "alice …");
});

Deno.test("authentication: RFC 1939: USER and PASS have the same checks, log and penalties", async () => {
  const waits: number[] = [];
  const authentication = testAuthentication(directory, {
    authDelay: 2000,
    now: () => new Date(0),
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  });
  const { connection, lines } = connect();
  const check = (login: string, password: string) => authentication.checkPassword(login, password, connection, "pop");
  assertEquals((await check("alice", "wrong")).state, "refused");
  assertEquals(
    (await authentication.begin("PLAIN", connection, "imap", encodeUtf8("\0alice\0wrong"))).step.state,
    "refused",
  );
  assertEquals((await check("bob", "builder")).state, "authenticated");
  // Its answer; before the next is verified, and its answer; before the third is verified.
  assertEquals(waits, [2000, 2000, 4000, 4000]);
  assertEquals(lines.map(({ level }) => level), ["warn", "warn", "info"]);
});

Deno.test("authentication: what was proven elsewhere has the same authorization, log and penalties", async () => {
  const waits: number[] = [];
  const authentication = testAuthentication(directory, {
    authDelay: 2000,
    now: () => new Date(0),
    sleep: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
  });
  const { connection, lines } = connect(false);
  const admit = (login: string | undefined, authorizeAs: string) =>
    authentication.admitProven({ by: "KPOP", login, authorizeAs }, connection, "pop");
  const [alice, bob] = [await directory.findAccount("alice"), await directory.findAccount("bob")];
  const refusal = { state: "refused", reason: "credentials" } as const;
  const forbidden = { state: "refused", reason: "authorization" } as const;
  assertEquals(await admit("alice", "alice@example.org"), { state: "authenticated", account: alice } as unknown);
  assertEquals(await admit("alice", "bob"), { state: "authenticated", account: bob } as unknown);
  assertEquals(await admit("alice", ""), { state: "authenticated", account: alice } as unknown);
  assertEquals(waits, []);
  assertEquals([await admit("bob", "alice"), await admit("bob", "nobody")], [forbidden, forbidden]);
  assertEquals([await admit("nobody", "nobody"), await admit(undefined, "alice")], [refusal, refusal]);
  assertEquals(waits.length > 0, true);
  const common = { mechanism: "KPOP", service: "pop", tls: false };
  assertEquals(lines[1]?.fields, { ...common, login: "alice", account: alice, authorizeAs: "bob" });
  assertEquals(lines[3]?.fields, {
    ...{ ...common, login: "bob", account: bob, authorizeAs: "alice", reason: "authorization" },
  });
  assertEquals(lines.map(({ level }) => level), ["info", "info", "info", "warn", "warn", "warn", "warn"]);
});

Deno.test("authentication: RFC 4013: passwords are prepared; what cannot be is wrong, not an error", async () => {
  const soft = testDirectory({ "alice@example.org": "I\u00adX\u2168" });
  const authentication = testAuthentication(soft);
  const { connection } = connect();
  const check = async (password: string) =>
    (await authentication.checkPassword("alice", password, connection, "pop")).state;
  assertEquals([await check("IXIX"), await check("I\u00adX\u2168"), await check("\u0007"), await check("\u00ad")], [
    "authenticated",
    "authenticated",
    "refused",
    "refused",
  ]);
});

Deno.test("authentication: an empty password is never asked about", async () => {
  const careless = { ...directory, checkPassword: () => directory.findAccount("alice") };
  const { connection } = connect();
  const end = await testAuthentication(careless).checkPassword("alice", "", connection, "pop");
  assertEquals(end, { state: "refused", reason: "credentials" });
});

Deno.test("authentication: a directory that fails is the server's fault, told once and not punished", async () => {
  const waits: number[] = [];
  const broken = { ...directory, checkPassword: () => Promise.reject(new Error("gone")) };
  const { connection, lines } = connect();
  const authentication = testAuthentication(broken, {
    authDelay: 2000,
    sleep: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
  });
  const unavailable = { state: "refused", reason: "unavailable" } as const;
  assertEquals(await authentication.checkPassword("alice", "wonderland", connection, "pop"), unavailable);
  const { step } = await authentication.begin("PLAIN", connection, "imap", encodeUtf8("\0alice\0wonderland"));
  assertEquals([step, waits, lines.map(({ level }) => level)], [unavailable, [], ["error", "error"]]);
});

Deno.test("authentication: RFC 2289 §9: a second login by OTP has to wait, and the log takes that for no fault", async () => {
  const { connection, lines } = connect();
  const keepsOtp = testDirectory({ "alice@example.org": "wonderland" }, { schemes: ["otp"] });
  const authentication = testAuthentication(keepsOtp, { mechanisms: [setUpMechanism(otp)] });
  const begin = () => authentication.begin("OTP", connection, "imap", encodeUtf8("\0alice"));
  await using first = await begin();
  assertEquals(first.step.state, "challenge");
  assertEquals((await begin()).step, { state: "refused", reason: "unavailable" });
  const [line] = lines;
  assertEquals([lines.length, line?.level, line?.message], [1, "warn", "authentication is not possible now"]);
});

Deno.test("authentication: a wait for a penalty ends when the client breaks off", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const authentication = testAuthentication(directory, {
    authDelay: 2000,
    sleep: (_milliseconds, signal) => {
      begun.resolve(signal);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  });
  const exchange = await authentication.begin("PLAIN", connect().connection, "imap");
  const answer = exchange.respond(encodeUtf8("\0alice\0wrong"));
  assertEquals((await begun.promise).aborted, false);
  await exchange.cancel();
  assertEquals(await answer, { state: "refused", reason: "cancelled" });
});

Deno.test("authentication: a client that leaves while it has to wait does not have its guess verified", async () => {
  const begun = Promise.withResolvers<void>();
  let asked = 0;
  const authentication = testAuthentication({
    ...directory,
    checkPassword: () => {
      asked++;
      return Promise.resolve(undefined);
    },
  }, {
    authDelay: 2000,
    sleep: (_milliseconds, signal) => {
      if (asked === 1 && !signal.aborted) begun.resolve();
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  });
  const { connection } = connect();
  const first = await authentication.begin("PLAIN", connection, "imap");
  const wrong = first.respond(encodeUtf8("\0alice\0wrong"));
  await begun.promise;
  const second = await authentication.begin("PLAIN", connection, "imap");
  const again = second.respond(encodeUtf8("\0alice\0wrong"));
  await Promise.all([first.cancel(), second.cancel()]);
  assertEquals([await wrong, await again], Array(2).fill({ state: "refused", reason: "cancelled" }));
  assertEquals(asked, 1);
});

Deno.test("authentication: nobody waits for a penalty when the server stops", async () => {
  const stop = new AbortController();
  const authentication = testAuthentication(directory, { authDelay: 1_000_000, shutdown: stop.signal });
  const answer = authentication.checkPassword("alice", "wrong", connect().connection, "pop");
  stop.abort();
  assertEquals((await answer).state, "refused");
});

Deno.test("authentication: ANONYMOUS gives the configured account, and none that is not there", async () => {
  const { connection } = connect(false);
  const withAccount = (account: string) =>
    testAuthentication(directory, { mechanisms: [setUpMechanism(anonymous, { account })] });
  const { step } = await withAccount("bob@example.org").begin("ANONYMOUS", connection, "imap", encodeUtf8("sirhc"));
  assertEquals(step, { state: "authenticated", account: await directory.findAccount("bob") } as unknown);
  const nobody = await withAccount("guest@example.org").begin("ANONYMOUS", connection, "imap", encodeUtf8(""));
  assertEquals(nobody.step, { state: "refused", reason: "unavailable" });
});

Deno.test("authentication: a protocol's own forms of logins are read before the directory is asked, and logged as read", async () => {
  const { connection, lines } = connect();
  const authentication = testAuthentication(directory);
  const read = (login: string) => login.replace(/^recent:/, "");
  const initial = encodeUtf8("recent:alice\0recent:alice\0wonderland");
  const exchange = await authentication.begin("PLAIN", connection, "pop", initial, read);
  assertEquals(exchange.step, { state: "authenticated", account: testAccount("alice@example.org") });
  assertEquals((await authentication.begin("PLAIN", connection, "pop", initial)).step.state, "refused");
  const logins = lines.map(({ fields }) => fields !== undefined && "login" in fields ? fields.login : undefined);
  assertEquals(logins, ["alice", "recent:alice"]);
});
