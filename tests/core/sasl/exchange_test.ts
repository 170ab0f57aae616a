import { assert, assertEquals } from "@std/assert";
import type { AccountId, AuthMechanism, AuthOutcome, Exchange, ExchangeEnd } from "../../../core/contract/mod.ts";
import { type ExchangePolicy, refused, startExchange } from "../../../core/sasl/exchange.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { testDirectory } from "../../support/test_directory.ts";
import { request } from "../../plugins/auth/conversation.ts";

const account = "alice" as AccountId;
const success: AuthOutcome = { status: "success", account };
const authenticated: ExchangeEnd = { state: "authenticated", account };

type Script = AuthMechanism["exchange"];

/** A mechanism that does as it is told, under a policy that writes down what it is asked. */
async function start(first: AuthMechanism["first"], exchange: Script, initial?: string, judged?: ExchangeEnd) {
  const ends: ExchangeEnd[] = [];
  const causes: unknown[] = [];
  const outcomes: AuthOutcome[] = [];
  const policy: ExchangePolicy = {
    judge: (outcome) => {
      outcomes.push(outcome);
      if (judged !== undefined) return Promise.resolve(judged);
      return Promise.resolve(outcome.status === "success" ? authenticated : refused(outcome.reason));
    },
    brokenOff: () => {},
    ended: (end, cause) => {
      ends.push(end);
      if (cause !== undefined) causes.push(cause);
    },
  };
  const mechanism: AuthMechanism = { mechanism: "TEST", first, needs: "nothing", revealsPassword: false, exchange };
  const asked = request(testDirectory({}), initial === undefined ? {} : { firstResponse: initial });
  return { exchange: await startExchange(mechanism, asked, policy), ends, causes, outcomes };
}

/** Takes the first response. */
// deno-lint-ignore require-yield
async function* clientFirst(asked: Parameters<Script>[0]): ReturnType<Script> {
  await Promise.resolve();
  return text(asked.firstResponse) === "right" ? success : { status: "failure", reason: "credentials" };
}

/** Says "who?" and takes an answer. */
async function* serverFirst(): ReturnType<Script> {
  return text(yield encodeUtf8("who?")) === "right" ? success : { status: "failure", reason: "credentials" };
}

function saysWith(outcome: AuthOutcome): Script {
  return async function* () {
    yield encodeUtf8("who?");
    return outcome;
  };
}

function text(octets: Uint8Array | undefined): string | undefined {
  return octets === undefined ? undefined : new TextDecoder().decode(octets);
}

function challenge({ step }: Pick<Exchange, "step">): string | undefined {
  return step.state === "challenge" ? text(step.data) : undefined;
}

const respond = (exchange: Exchange, response: string) => exchange.respond(encodeUtf8(response));

Deno.test("exchange: RFC 4422 §5 a: a client-first mechanism without initial response begins with an empty challenge", async () => {
  const { exchange, ends } = await start("client", clientFirst);
  assertEquals(challenge(exchange), "");
  assertEquals(await respond(exchange, "right"), authenticated);
  assertEquals(exchange.step, authenticated);
  assertEquals(ends, [authenticated]);
});

Deno.test("exchange: RFC 4422 §4: an initial response is taken at once, also an empty one", async () => {
  assertEquals((await start("client", clientFirst, "right")).exchange.step, authenticated);
  // Empty is not absent.
  assertEquals((await start("client", clientFirst, "")).exchange.step, refused("credentials"));
});

Deno.test("exchange: RFC 4422 §5 a: an initial response to a server-first mechanism is refused, and never looked at", async () => {
  const { exchange, ends, outcomes } = await start("server", serverFirst, "right");
  assertEquals(exchange.step, refused("unexpected-initial-response"));
  assertEquals([ends.length, outcomes.length], [1, 0]);
  assertEquals((await start("server", serverFirst, "")).exchange.step, refused("unexpected-initial-response"));
});

Deno.test("exchange: a mechanism that is variable sees the initial response or begins itself", async () => {
  const variable: Script = async function* ({ firstResponse }) {
    return text(firstResponse ?? (yield encodeUtf8("who?"))) === "right"
      ? success
      : { status: "failure", reason: "credentials" };
  };
  assertEquals((await start("variable", variable, "right")).exchange.step, authenticated);
  const { exchange } = await start("variable", variable);
  assertEquals(challenge(exchange), "who?");
  assertEquals(await respond(exchange, "right"), authenticated);
});

Deno.test("exchange: RFC 4954 §4: data with success is one more challenge, answered with nothing", async () => {
  const { exchange, ends } = await start("server", saysWith({ ...success, finalData: encodeUtf8("v=proof") }));
  await respond(exchange, "");
  assertEquals(challenge(exchange), "v=proof");
  assertEquals(ends, []);
  assertEquals(await respond(exchange, ""), authenticated);
  assertEquals(ends, [authenticated]);
});

Deno.test("exchange: RFC 4422 §3.6: a protocol can tell data that goes with the outcome from other challenges", async () => {
  const { exchange } = await start("server", saysWith({ ...success, finalData: encodeUtf8("v=proof") }));
  assertEquals("isFinal" in exchange.step, false);
  await respond(exchange, "");
  assertEquals(exchange.step, { state: "challenge", data: encodeUtf8("v=proof"), isFinal: true });
});

Deno.test("exchange: RFC 4954 §4: another answer to data with success is refused", async () => {
  const { exchange, ends } = await start("server", saysWith({ ...success, finalData: encodeUtf8("v=proof") }));
  await respond(exchange, "");
  assertEquals(await respond(exchange, "no"), refused("malformed"));
  assertEquals(ends, [refused("malformed")]);
});

Deno.test("exchange: a client that cancels at the data with success is not authenticated", async () => {
  const { exchange, ends } = await start("server", saysWith({ ...success, finalData: encodeUtf8("v=proof") }));
  await respond(exchange, "");
  await exchange.cancel();
  assertEquals(exchange.step, refused("cancelled"));
  assertEquals(ends, [refused("cancelled")]);
});

Deno.test("exchange: data with failure is one more challenge, whatever its answer", async () => {
  const failure: AuthOutcome = { status: "failure", reason: "credentials", finalData: encodeUtf8("e=no") };
  for (const answer of ["", "\x01"]) {
    const { exchange } = await start("server", saysWith(failure));
    await respond(exchange, "");
    assertEquals(challenge(exchange), "e=no");
    assertEquals(await respond(exchange, answer), refused("credentials"));
  }
});

Deno.test("exchange: a failure is judged before its data is sent, and stays one when the client cancels", async () => {
  const failure: AuthOutcome = { status: "failure", reason: "credentials", finalData: encodeUtf8("e=no") };
  const { exchange, outcomes, ends } = await start("server", saysWith(failure));
  await respond(exchange, "");
  assertEquals(outcomes, [failure]);
  await exchange.cancel();
  assertEquals(exchange.step, refused("credentials"));
  assertEquals(ends, [refused("credentials")]);
});

Deno.test("exchange: a success that policy refuses sends no data that would tell it", async () => {
  const proven: AuthOutcome = { ...success, finalData: encodeUtf8("v=proof") };
  const { exchange } = await start("server", saysWith(proven), undefined, refused("credentials"));
  assertEquals(await respond(exchange, ""), refused("credentials"));
});

Deno.test("exchange: RFC 4422 §3.5: cancelling runs the mechanism's finally blocks, once", async () => {
  let wiped = 0;
  const { exchange, ends } = await start("server", async function* () {
    try {
      yield encodeUtf8("who?");
      return success;
    } finally {
      wiped++;
    }
  });
  await exchange.cancel();
  await exchange[Symbol.asyncDispose]();
  assertEquals([wiped, ends], [1, [refused("cancelled")]]);
  assertEquals(await respond(exchange, "right"), refused("cancelled"));
});

Deno.test("exchange: disposing of it when the client breaks off is cancelling", async () => {
  const { exchange, ends } = await start("server", serverFirst);
  await exchange[Symbol.asyncDispose]();
  assertEquals(ends, [refused("cancelled")]);
  const over = await start("client", clientFirst, "right");
  await over.exchange[Symbol.asyncDispose]();
  assertEquals(over.ends, [authenticated]);
});

Deno.test("exchange: anything thrown is told once, and is the server's fault", async () => {
  const error = new Error("the database has gone");
  const throwing: readonly Script[] = [
    () => {
      throw error;
    },
    // deno-lint-ignore require-yield
    async function* () {
      await Promise.reject(error);
      return success;
    },
    async function* () {
      yield encodeUtf8("who?");
      throw error;
    },
  ];
  for (const script of throwing) {
    const { exchange, ends, causes } = await start("server", script);
    if (exchange.step.state === "challenge") await respond(exchange, "right");
    assertEquals(exchange.step, refused("unavailable"));
    assertEquals([ends, causes], [[refused("unavailable")], [error]]);
  }
});

Deno.test("exchange: a mechanism that never comes to an end is ended", async () => {
  let isOver = false;
  const { exchange, ends } = await start("server", async function* () {
    try {
      for (;;) yield encodeUtf8("more?");
    } finally {
      isOver = true;
    }
  });
  let steps = 0;
  while ((await respond(exchange, "more")).state === "challenge") assert(++steps < 100);
  assertEquals([exchange.step, ends.length, isOver], [refused("unavailable"), 1, true]);
});

Deno.test("exchange: a client that breaks off while the mechanism works gets no answer any more", async () => {
  const working = Promise.withResolvers<void>();
  const { exchange, ends, outcomes } = await start("server", async function* () {
    yield encodeUtf8("who?");
    await working.promise;
    return success;
  });
  const answer = respond(exchange, "right");
  const cancelled = exchange.cancel();
  working.resolve();
  await cancelled;
  assertEquals(await answer, refused("cancelled"));
  assertEquals([ends, outcomes], [[refused("cancelled")], []]);
});
