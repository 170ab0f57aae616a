/** Who is asked about attempts to log in, and who is told how they end. */
import { assert, assertEquals } from "@std/assert";
import type { AuthenticationAttempt } from "../../../core/contract/filter.ts";
import type { AttemptHooks, AttemptJudgement } from "../../../core/sasl/attempt_hooks.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { fakeConnection } from "../../support/fake_connection.ts";
import { testAuthentication, testDirectory } from "../../support/test_directory.ts";

const directory = testDirectory({ "alice@example.org": "wonderland" });

/** Authentication with hooks that judge so, and what they were asked and told. */
function hooked(judgement: AttemptJudgement | (() => Promise<AttemptJudgement>)) {
  const asked: AuthenticationAttempt[] = [], told: unknown[] = [];
  let lookups = 0;
  const hooks: AttemptHooks = {
    judge: (_facts, attempt) => {
      asked.push(attempt);
      return typeof judgement === "string" ? Promise.resolve(judgement) : judgement();
    },
    ended: ({ mechanism, login, facts: { account } }, { state, ...end }) =>
      void told.push([mechanism, login, state, "reason" in end ? end.reason : account !== undefined]),
  };
  const counting: typeof directory = {
    ...directory,
    checkPassword: (...given) => {
      lookups++;
      return directory.checkPassword(...given);
    },
    secret: (...given) => {
      lookups++;
      return directory.secret(...given);
    },
  };
  const authentication = testAuthentication(counting, { hooks });
  const { connection } = fakeConnection({ tls: {} });
  return { authentication, connection, asked, told, lookups: () => lookups };
}

const plain = encodeUtf8("\0alice\0wonderland");

Deno.test("attempts: are judged once they say who they are, before the directory is asked", async () => {
  const { authentication, connection, asked, told } = hooked("continue");
  const { step } = await authentication.begin("PLAIN", connection, "imap", plain);
  assertEquals(step.state, "authenticated");
  assertEquals(asked, [{ mechanism: "PLAIN", service: "imap", login: "alice" }]);
  assertEquals(told, [["PLAIN", "alice", "authenticated", true]]);
});

Deno.test("attempts: a rejected one sounds like a wrong password, whatever was right about it", async () => {
  const { authentication, connection, told, lookups } = hooked("reject");
  const refused = { state: "refused", reason: "credentials" } as const;
  assertEquals((await authentication.begin("PLAIN", connection, "imap", plain)).step, refused);
  assertEquals(await authentication.checkPassword("alice", "wonderland", connection, "pop"), refused);
  const proof = { by: "KPOP", login: "alice", authorizeAs: "" };
  assertEquals(await authentication.admitProven(proof, connection, "pop"), refused);
  assertEquals(lookups(), 0, "and nothing is looked up for it");
  assertEquals(told, ["PLAIN", "password", "KPOP"].map((name) => [name, "alice", "refused", "credentials"]));
});

Deno.test("attempts: a deferred one sounds like a directory that is away", async () => {
  const { authentication, connection, lookups } = hooked("defer");
  const away = { state: "refused", reason: "unavailable" } as const;
  assertEquals((await authentication.begin("PLAIN", connection, "imap", plain)).step, away);
  assertEquals(await authentication.checkPassword("alice", "wonderland", connection, "pop"), away);
  assertEquals(lookups(), 0);
});

Deno.test("attempts: a mechanism that asks the directory for several things is judged once", async () => {
  const { authentication, connection, asked } = hooked("continue");
  await using exchange = await authentication.begin(
    "SCRAM-SHA-256",
    connection,
    "smtp",
    encodeUtf8("n,,n=alice,r=abc"),
  );
  assertEquals(exchange.step.state, "challenge");
  assertEquals(asked, [{ mechanism: "SCRAM-SHA-256", service: "smtp", login: "alice" }]);
});

Deno.test("attempts: APOP's challenge in a greeting is no attempt yet", async () => {
  const { authentication, connection, asked, told } = hooked("reject");
  const exchange = await authentication.begin("APOP", connection, "pop");
  assertEquals([exchange.step.state, asked], ["challenge", []]);
  await exchange.cancel();
  assertEquals(told, [["APOP", undefined, "refused", "cancelled"]]);
});

Deno.test("attempts: no secret is told", async () => {
  const { authentication, connection, asked, told } = hooked("continue");
  await authentication.begin("PLAIN", connection, "imap", encodeUtf8("\0alice\0not wonderland"));
  assert(!JSON.stringify([asked, told]).includes("wonderland"));
  assertEquals(told, [["PLAIN", "alice", "refused", "credentials"]]);
});
