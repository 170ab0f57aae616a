/** Conversations in OTP: RFC 2444's examples, what is spent and when, and who has to wait. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { type AuthOutcome, Refusal } from "../../../../core/contract/mod.ts";
import plugin from "../../../../plugins/auth/otp/plugin.ts";
import { setUpMechanism, testAccount, testDirectory } from "../../../support/test_directory.ts";
import { FakeLog } from "../../protocols/smtp/fake_context.ts";
import { converse, request } from "../conversation.ts";
import { answerOf, renewal, sequenceOf } from "./otp_client.ts";

const passPhrase = "This is a test.";
const tim = testAccount("tim@example.org");
const malformed: AuthOutcome = { status: "failure", reason: "malformed" };
const credentials: AuthOutcome = { status: "failure", reason: "credentials" };
const expired: AuthOutcome = { status: "failure", reason: "expired" };
const success: AuthOutcome = { status: "success", account: tim };

/** tim's sequence, and a server that he can talk to. */
function server({ algorithm = "md5", sequence = 500 }: { algorithm?: "md5" | "sha1"; sequence?: number } = {}) {
  const otp = { [tim]: sequenceOf({ algorithm, passPhrase, seed: "ke1234", sequence }) };
  const directory = testDirectory({ [tim]: "tanstaaf", "ann@example.org": "x" }, { otp, schemes: ["otp"] });
  const log = new FakeLog();
  let now = Date.UTC(2026, 10, 24);
  const setUp = () => setUpMechanism(plugin, { seed_secret: "pepper" }, { log, now: () => new Date(now) });
  const mechanism = setUp();
  const begin = (firstResponse: string, by = mechanism) => by.exchange(request(directory, { firstResponse }));
  return {
    ...{ otp, directory, log, setUp, begin },
    say: (...responses: (string | ((challenge: string) => string))[]) => converse(begin("\0tim"), ...responses),
    passTime: (milliseconds: number) => void (now += milliseconds),
  };
}

const right = (challenge: string) => answerOf(challenge, { passPhrase });

Deno.test("otp: RFC 2444 §5: the examples", async () => {
  const challenge = "otp-md5 499 ke1234 ext";
  for (const response of ["hex:5bf075d9959d036f", "word:BOND FOGY DRAB NE RISE MART"]) {
    const { challenges, outcome } = await server().say(response);
    assertEquals([challenges, outcome], [[challenge], success]);
  }
  // Its example of SHA-1 has big-endian words throughout, as RFC 1938 may be read; RFC 2289 appendix A says little-endian,
  // and appendix C has examples.
  const bySha1 = await server({ algorithm: "sha1" }).say(right);
  assertEquals([bySha1.challenges, bySha1.outcome], [["otp-sha1 499 ke1234 ext"], success]);
  assertEquals((await server({ algorithm: "sha1" }).say("hex:c90fc02cc488df5e")).outcome, credentials);
  const initiated = server();
  const { outcome } = await initiated.say("init-hex:5bf075d9959d036f:md5 499 ke1235:3712dcb4aa5316c1");
  assertEquals(outcome, success);
  // RFC 2243 §4.2: the next challenge is for one less.
  const next = await initiated.say(right);
  assertEquals([next.challenges, next.outcome], [["otp-md5 498 ke1235 ext"], success]);
});

Deno.test("otp: RFC 2289 §7: each counts once, and then the one before it", async () => {
  const { say, otp } = server();
  for (const number of [499, 498, 497]) {
    const { challenges, outcome } = await say(right);
    assertEquals([challenges, outcome], [[`otp-md5 ${number} ke1234 ext`], success]);
    assertEquals(otp[tim], sequenceOf({ algorithm: "md5", passPhrase, seed: "ke1234", sequence: number }));
  }
  const replayed = answerOf("otp-md5 497 ke1234 ext", { passPhrase });
  assertEquals((await say(replayed)).outcome, credentials);
  assertEquals((await say(right)).outcome, success);
});

Deno.test("otp: what is wrong is refused, and spends nothing", async () => {
  const { say, otp } = server();
  const before = otp[tim];
  const others = ["Another pass phrase", "this is a test."].map((passPhrase) => (challenge: string) =>
    answerOf(challenge, { passPhrase })
  );
  const next = sequenceOf({ algorithm: "md5", passPhrase, seed: "ke1235", sequence: 499 });
  const wrong = [
    ...others,
    (challenge: string) => renewal(challenge, next, { passPhrase: "Another pass phrase" }),
    "hex:0000000000000000",
  ];
  for (const response of wrong) assertEquals((await say(response)).outcome, credentials);
  for (const response of ["", "hex:", "5bf075d9959d036f", "hex:5bf0"]) {
    assertEquals((await say(response)).outcome, malformed, response);
  }
  assertEquals(otp[tim], before);
});

Deno.test("otp: RFC 2444 §4: an authorization identity is handed on; a first message that is none is malformed", async () => {
  const { begin } = server();
  assertEquals((await converse(begin("fred\0tim"), right)).outcome, { ...success, authorizeAs: "fred" });
  for (const first of ["", "tim", "\0", "\0tim\0x", "\0\u00ad"]) {
    assertEquals((await converse(begin(first))).outcome, malformed, JSON.stringify(first));
  }
});

Deno.test("otp: RFC 2289 §9: one login of an account at a time, whoever begins", async () => {
  const { begin, say } = server();
  const first = begin("\0tim");
  await first.next();
  await assertRejects(() => say(right), Refusal, "another login by a one-time password is under way");
  await assertRejects(() => converse(begin("\0TIM@example.org"), right), Refusal);
  // Others, and those who are not there, wait for themselves alone.
  for (const login of ["\0ann", "\0nobody"]) {
    const other = begin(login);
    await other.next();
    await assertRejects(() => converse(begin(login), right), Refusal);
    await other.return(malformed);
  }
  // Broken off, it is over.
  await first.return(malformed);
  assertEquals((await say(right)).outcome, success);
  // And so it is after whatever answer.
  await say("hex:0000000000000000");
  assertEquals((await say(right)).outcome, success);
});

Deno.test("otp: RFC 2289 §9: who begins and does not answer keeps nobody out for ever, and then is too late", async () => {
  const { begin, say, passTime } = server();
  const slow = begin("\0tim");
  const challenge = new TextDecoder().decode((await slow.next()).value as Uint8Array);
  passTime(119_999);
  await assertRejects(() => say(right), Refusal);
  passTime(1);
  const quick = begin("\0tim");
  await quick.next();
  assertEquals((await slow.next(new TextEncoder().encode(right(challenge)))).value, expired);
  assertEquals((await quick.next(new TextEncoder().encode(right(challenge)))).value, success);
  // Whom nobody wants to follow has time.
  const patient = begin("\0tim");
  const later = new TextDecoder().decode((await patient.next()).value as Uint8Array);
  passTime(600_000);
  assertEquals((await patient.next(new TextEncoder().encode(right(later)))).value, success);
});

Deno.test("otp: of two servers over one directory that are given the same one-time password, one lets in", async () => {
  const { begin, setUp } = server();
  const outcomes = await Promise.all([setUp(), setUp()].map((mechanism) => converse(begin("\0tim", mechanism), right)));
  assertEquals(outcomes.map(({ challenges: [challenge] }) => challenge), Array(2).fill("otp-md5 499 ke1234 ext"));
  assertEquals(outcomes.filter(({ outcome }) => outcome?.status === "success").length, 1);
  assertEquals(outcomes.filter(({ outcome }) => outcome?.status === "failure").map(({ outcome }) => outcome), [
    credentials,
  ]);
});

Deno.test("otp: success is told when it is durable, and not where that cannot be", async () => {
  const { directory } = server();
  const mechanism = setUpMechanism(plugin);
  const told: string[] = [];
  const kept = Promise.withResolvers<boolean>();
  const given = (advanceOtp: () => Promise<boolean>) => request(directory, { firstResponse: "\0tim", advanceOtp });
  const waiting = converse(mechanism.exchange(given(() => kept.promise)), right).then(() => told.push("told"));
  told.push("kept");
  kept.resolve(true);
  await waiting;
  assertEquals(told, ["kept", "told"]);
  const full = () => Promise.reject(new Refusal("unavailable", "the disk is full"));
  await assertRejects(() => converse(mechanism.exchange(given(full)), right), Refusal, "the disk is full");
});

Deno.test("otp: RFC 2243 §4.3: a one-time password is spent also where what is to follow cannot be", async () => {
  const next = sequenceOf({ algorithm: "md5", passPhrase, seed: "ke1235", sequence: 499 });
  const rest = [
    { ...next, seed: "ke1234" },
    { ...next, sequence: 1 },
    { ...next, sequence: 0 },
    { ...next, seed: "no-seed" },
  ];
  for (const wish of rest) {
    const { say } = server();
    const { outcome } = await say((challenge) => renewal(challenge, wish, { passPhrase }));
    assertEquals(outcome, malformed);
    assertEquals((await say(right)).challenges, ["otp-md5 498 ke1234 ext"]);
  }
});

Deno.test("otp: RFC 2243 §4.3: the last is for 1; then there are none, and it looks as if there had never been any", async () => {
  const { say, log } = server({ sequence: 2 });
  const last = await say(right);
  assertEquals([last.challenges, last.outcome], [["otp-md5 1 ke1234 ext"], success]);
  const [warning] = log.lines;
  assertMatch(warning ?? "", /^warn few one-time passwords are left/);
  const after = await say(right);
  assertEquals(after.outcome, credentials);
  assertMatch(after.challenges[0] ?? "", /^otp-md5 [1-9]\d* [a-z]{2}\d{4} ext$/);
  // And a new sequence needs the last of the old one (RFC 2289 §8).
  const renewed = server({ sequence: 2 });
  const next = sequenceOf({ algorithm: "sha1", passPhrase, seed: "ke1235", sequence: 499 });
  assertEquals(
    (await renewed.say((challenge) => renewal(challenge, next, { passPhrase, form: "word" }))).outcome,
    success,
  );
  assertEquals((await renewed.say(right)).challenges, ["otp-sha1 498 ke1235 ext"]);
  assertEquals(renewed.log.lines, []);
});

Deno.test("otp: the operator is told when few are left", async () => {
  const { say, log } = server({ sequence: 12 });
  await say(right);
  assertEquals(log.lines, []);
  await say(right);
  assertEquals(log.lines.length, 1);
  assert(log.lines[0]?.includes("9"), log.lines[0]);
});

Deno.test("otp: whoever is not there is asked as everybody is, always the same, and never let in", async () => {
  const { begin, setUp } = server();
  const challenge = async (login: string) => (await converse(begin(`\0${login}`), right)).challenges[0] ?? "";
  const first = await challenge("nobody");
  assertMatch(first, /^otp-md5 [1-9]\d{0,2} [a-z]{2}\d{4} ext$/);
  for (const login of ["nobody", "NOBODY", "nobody@example.org"]) assertEquals(await challenge(login), first);
  assertEquals((await converse(begin("\0nobody", setUp()), right)).challenges, [first]);
  // An account without one-time passwords is nobody.
  const ann = await converse(begin("\0ann"), right);
  assertEquals(ann.outcome, credentials);
  assertNotEquals(ann.challenges[0], first);
  const otherwise = setUpMechanism(plugin, { seed_secret: "salt" });
  assertNotEquals((await converse(begin("\0nobody", otherwise), right)).challenges[0], first);
});
