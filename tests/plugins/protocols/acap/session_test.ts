/** Sessions (RFC 2244 §2): logins and their layers, bounds, and ends that are not the client's. */
import { assert, assertEquals } from "@std/assert";
import type { AuthMechanism, AuthOutcome, SecurityLayer } from "../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { testMechanisms } from "../../../support/test_directory.ts";
import { converse } from "../mail_context.ts";
import { AcapClient, fred, joe, logIn, password, type TestService, testService } from "./talk.ts";

const plain = `AUTHENTICATE "PLAIN" "fred ${password}"`;

/** The lines that answer these commands, without the greeting. */
async function talk({ serve, log }: TestService, input: string | readonly string[]): Promise<readonly string[]> {
  return (await converse(serve, input, { log })).split("\r\n").slice(1, -1);
}

/** A mechanism that succeeds at once. */
function easy(name: string, outcome: (service: TestService) => AuthOutcome, service: () => TestService): AuthMechanism {
  return {
    ...{ mechanism: name, first: "client", needs: "nothing", revealsPassword: false },
    // deno-lint-ignore require-yield
    async *exchange() {
      return await Promise.resolve(outcome(service()));
    },
  };
}

async function easyService(name: string, outcome: (service: TestService) => AuthOutcome): Promise<TestService> {
  const made: TestService[] = [];
  const service = await testService({
    mechanisms: [easy(name, outcome, () => made[0] ?? assertNever()), ...testMechanisms()],
  });
  made.push(service);
  return service;
}

function assertNever(): never {
  throw new Error("the service is there before its clients");
}

Deno.test("acap: RFC 2244 §3.6: what a mechanism says with success goes with the OK", async () => {
  const service = await easyService("X-FINAL", ({ account }) => ({
    ...{ status: "success", account: account(fred) },
    finalData: latin1Bytes('v="proof"\0'),
  }));
  const lines = await talk(service, 'a AUTHENTICATE "X-FINAL" ""\r\nb GETQUOTA "/x/~/"\r\n');
  assertEquals(lines, [
    "a OK (SASL {10}",
    'v="proof"\0) "Logged in"',
    '* QUOTA "/x/~/" 2000000 0',
    'b OK "That is the quota"',
  ]);
});

Deno.test("acap: RFC 2244 §6.3.1: a security layer begins right after the OK", async () => {
  const flip = (octets: Uint8Array) => octets.map((octet) => octet ^ 0x20);
  const layer: SecurityLayer = { maximumInput: 1000, maximumOutput: 1000, wrap: flip, unwrap: flip };
  const service = await easyService("X-LAYER", ({ account }) => ({
    ...{ status: "success", account: account(fred), securityLayer: layer },
  }));
  const noop = flip(latin1Bytes("b NOOP\r\n"));
  const sealed = String.fromCharCode(0, 0, 0, noop.length, ...noop);
  const received = await converse(service.serve, ['a AUTHENTICATE "X-LAYER" ""\r\n', sealed]);
  const [, after = ""] = received.split('a OK "Logged in"\r\n');
  assertEquals(new TextDecoder().decode(flip(latin1Bytes(after.slice(4)))), 'b OK "Nothing was done"\r\n');
});

Deno.test("acap: RFC 4505: who has not said who it is has no rights but anyone's", async () => {
  const service = await easyService("ANONYMOUS", ({ account }) => ({ status: "success", account: account(joe) }));
  await using fredsClient = await logIn(service), joes = await logIn(service, joe);
  await joes.done('STORE ("/c/~/a" "c.x" "1")');
  await fredsClient.done('STORE ("/c/~/a" "c.x" "2")');
  await fredsClient.done('SETACL ("/c/~/") "anyone" "r"');
  const lines = await talk(
    service,
    'a AUTHENTICATE "ANONYMOUS" ""\r\nb SEARCH "/c/~/" ALL\r\nc SEARCH "/c/user/fred/" RETURN ("c.x") PREFIX "c.x" "i;octet" ""\r\n' +
      'd STORE ("/c/~/b" "c.x" "3")\r\ne SEARCH "/c/user/" RETURN ("entry") ALL\r\nf SEARCH "/Vendor.Eudora/~/" ALL\r\n',
  );
  assertEquals(lines.filter((line) => !line.includes("MODTIME")), [
    'a OK "Logged in"',
    'b NO (NOEXIST "/c/~/") "There is no such dataset"',
    'c ENTRY "a" "2"',
    'c OK "That was all"',
    'd NO (PERMISSION ("/c/user/joe@example.org/")) "You may not do that"',
    'e ENTRY "fred@example.org" "fred@example.org"',
    'e OK "That was all"',
    'f NO (NOEXIST "/Vendor.Eudora/~/") "There is no such dataset"',
  ]);
});

Deno.test("acap: RFC 4422 §3.4.1: datasets are those of the authorization identity, where it may be had", async () => {
  const service = await testService({ delegates: { [fred]: [joe] } });
  await using owner = await logIn(service, joe);
  await owner.done('STORE ("/c/~/a" "c.x" "of joe")');
  const login = (message: string) => `a AUTHENTICATE "PLAIN" {${message.length}+}\r\n${message}\r\n`;
  const search = 'b SEARCH "/c/~/" RETURN ("c.x") ALL\r\n';
  const lines = await talk(service, `${login(`${joe}\0${fred}\0${password}`)}${search}`);
  assertEquals(lines.slice(0, 2), ['a OK "Logged in"', 'b ENTRY "a" "of joe"']);
  assertEquals(await talk(service, login(`${fred}\0${joe}\0${password}`)), [
    'a NO "This login may not act for that one"',
  ]);
});

Deno.test("acap: an unknown user and a wrong password look the same", async () => {
  const [one, other] = await talk(
    await testService(),
    'a AUTHENTICATE "PLAIN" {11+}\r\n\0fred\0wrong\r\na AUTHENTICATE "PLAIN" {13+}\r\n\0nobody\0wrong\r\n',
  );
  assertEquals([one, other], ['a NO "Wrong name or password"', 'a NO "Wrong name or password"']);
});

Deno.test("acap: what is too long is BAD under its tag, and what it announces is no command", async () => {
  const long = "x".repeat(1_100_000), service = await testService({ options: { eudora: true } });
  const lines = await talk(
    service,
    `z ${plain}\r\na ${long}\r\nb NOOP ${long} {12+}\r\nc NOOP\r\nd NO\r\ne STORE ("/c/~/a" "c.x" {3000000+}\r\n` +
      `${"f NOOP\r\n".repeat(375_000)})\r\ng NOOP\r\n`,
  );
  assertEquals(lines, [
    'z OK "Logged in"',
    'a BAD "The line is too long"',
    'b BAD "The line is too long"',
    'e BAD "The command is too large"',
    'g OK "Nothing was done"',
  ]);
  // Strangers have less.
  assertEquals(await talk(service, `a LANG "${"x".repeat(70_000)}"\r\nb NOOP\r\n`), [
    'a BAD "The line is too long"',
    'b OK "Nothing was done"',
  ]);
  assertEquals(await talk(service, `a LANG {2000000000+}\r\n`), [
    '* BYE "What was sent unasked is too large to be read away"',
  ]);
  assertEquals(await talk(service, "x".repeat(2_000_000)), ['* BYE "A line does not end"']);
});

Deno.test("acap: too many errors end the session; logins that fail count, refusals do not", async () => {
  const service = await testService({ options: { max_errors: 3, eudora: true } });
  const refusals = await talk(
    service,
    `z ${plain}\r\n${'n FREECONTEXT "x"\r\n'.repeat(5)}${"x NONSENSE\r\n".repeat(9)}`,
  );
  assertEquals(refusals.slice(-5), [
    ...Array.from({ length: 4 }, () => 'x BAD "Unknown command"'),
    '* BYE "Too many errors"',
  ]);
  const logins = await talk(service, 'l AUTHENTICATE "PLAIN" "fred wrong"\r\n'.repeat(9));
  assertEquals([logins.length, logins.at(-1)], [5, '* BYE "Too many errors"']);
});

Deno.test("acap: a client that works for days may err now and then", async () => {
  const service = await testService({ options: { max_errors: 3, eudora: true } });
  const lines = await talk(service, `z ${plain}\r\n${"x NONSENSE\r\nn NOOP\r\n".repeat(50)}`);
  assertEquals(lines.at(-1), 'n OK "Nothing was done"');
  const guesses = await talk(service, 'n NOOP\r\nl AUTHENTICATE "PLAIN" "fred wrong"\r\n'.repeat(50));
  assertEquals(guesses.at(-1), '* BYE "Too many errors"');
});

Deno.test("acap: a browser is left without an answer", async () => {
  assertEquals(await talk(await testService(), "GET / HTTP/1.1\r\nHost: x\r\n\r\na NOOP\r\n"), []);
});

Deno.test("acap: RFC 2244 §2.4.3: a silent client is told BYE, half an hour after a login and sooner before it", async () => {
  const service = await testService();
  const clock = new TestClock();
  await using stranger = new AcapClient(service, { clock });
  await stranger.greeting;
  while (!stranger.wire.isAwaited) await stranger.wire.changed;
  clock.advance(181_000);
  assertEquals(await stranger.wire.readLine(), '* BYE "Nothing was heard in time"');
  const later = new TestClock();
  await using user = await logIn(service, fred, { clock: later });
  for (const [minutes, said] of [[29, 'OK "Nothing was done"'], [31, '* BYE "Nothing was heard in time"']] as const) {
    while (!user.wire.isAwaited) await user.wire.changed;
    later.advance(minutes * 60_000);
    assertEquals((minutes < 30 ? await user.run("NOOP") : [await user.wire.readLine()]).at(-1), said);
  }
});

Deno.test("acap: when the server stops, it says so, also to those who wait for news", async () => {
  const service = await testService(), stop = new AbortController();
  await using client = await logIn(service, fred, { stop: stop.signal });
  await client.done('STORE ("/c/~/a" "c.x" "1")');
  await client.done('SEARCH "/c/~/" MAKECONTEXT NOTIFY "x" ALL');
  stop.abort();
  assertEquals(await client.told(1), ['* BYE (TRYLATER) "The server is stopping"']);
});

Deno.test("acap: a client that does not read keeps nobody waiting, and news are not heaped up for it", async () => {
  const service = await testService(), clock = new TestClock();
  await using slow = await logIn(service, fred, { clock, window: 2000 });
  await using quick = await logIn(service);
  const value = "x".repeat(1000);
  await quick.done(`STORE ("/c/~/a" "c.x" "${value}")`);
  await slow.done('SEARCH "/c/~/" RETURN ("c.x") MAKECONTEXT NOTIFY "x" ALL');
  for (let n = 0; n < 50; n++) await quick.done(`STORE ("/c/~/a" "c.x" "${n}${value}")`);
  assert(slow.wire.received.length < 20_000, `${slow.wire.received.length}`);
  // It is left when its time is over, which may begin later than now: while it is at work nobody waits for it.
  for (; !slow.wire.isClosed; await new Promise((resolve) => setTimeout(resolve))) clock.advance(31 * 60_000);
});
