/**
 * Drives a mechanism's generator (RFC 4422 §4 and §5) and shows protocols its steps. What every mechanism would have to
 * repeat is here: who speaks first, data with the outcome, cancelling, an end to every exchange.
 */
import type {
  AuthMechanism,
  AuthOutcome,
  Exchange,
  ExchangeEnd,
  ExchangeRequest,
  ExchangeStep,
  RefusedBecause,
} from "../contract/authentication.ts";

/** What an exchange's end means, apart from SASL: authorization, penalties, the audit log. */
export interface ExchangePolicy {
  /**
   * What an outcome comes to. Asked at most once, before any data that goes with the outcome is sent: a client that
   * leaves without reading it has failed all the same.
   */
  judge(outcome: AuthOutcome): Promise<ExchangeEnd>;
  /** The client broke off, perhaps while the mechanism or `judge` is at work: nobody waits for them any more. */
  brokenOff(): void;
  /**
   * The exchange is over. Called exactly once.
   *
   * @param cause What was thrown, where something was.
   */
  ended(end: ExchangeEnd, cause?: unknown): void;
}

/** A mechanism that has not come to its end by then never will. DIGEST-MD5 needs three, GSSAPI a handful. */
const challengeLimit = 20;

const empty = new Uint8Array(0);

type Generator = ReturnType<AuthMechanism["exchange"]>;

type State =
  /** RFC 4422 §5 a: the client speaks first and has not yet. */
  | { readonly is: "awaiting-first" }
  | { readonly is: "running"; readonly generator: Generator }
  /** Data with the outcome was sent as a challenge; its response is still to come. */
  | { readonly is: "final"; readonly end: ExchangeEnd }
  | { readonly is: "ended" };

/** Starts an exchange: its first step has been made when it resolves. Never throws. */
export async function startExchange(
  mechanism: AuthMechanism,
  request: ExchangeRequest,
  policy: ExchangePolicy,
): Promise<Exchange> {
  const exchange = new DrivenExchange(mechanism, request, policy);
  await exchange.start();
  return exchange;
}

/** An exchange that was over before it began. */
export function refusedExchange(reason: RefusedBecause): Exchange {
  const step = refused(reason);
  return {
    step,
    respond: () => Promise.resolve(step),
    cancel: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The end of an exchange that was refused. */
export function refused(reason: RefusedBecause): ExchangeEnd {
  return { state: "refused", reason };
}

class DrivenExchange implements Exchange {
  readonly #mechanism: AuthMechanism;
  readonly #request: ExchangeRequest;
  readonly #policy: ExchangePolicy;
  #state: State = { is: "awaiting-first" };
  #step: ExchangeStep = { state: "challenge", data: empty };
  #challenges = 0;

  constructor(mechanism: AuthMechanism, request: ExchangeRequest, policy: ExchangePolicy) {
    this.#mechanism = mechanism;
    this.#request = request;
    this.#policy = policy;
  }

  get step(): ExchangeStep {
    return this.#step;
  }

  async start(): Promise<void> {
    const { first } = this.#mechanism;
    const { firstResponse } = this.#request;
    // RFC 4422 §5 a: where the server speaks first there is nothing yet that a response could answer.
    if (first === "server" && firstResponse !== undefined) this.#end(refused("unexpected-initial-response"));
    // RFC 4422 §4: a client-first mechanism without initial response begins with an empty challenge.
    else if (first !== "client" || firstResponse !== undefined) await this.#begin(this.#request);
  }

  async respond(response: Uint8Array): Promise<ExchangeStep> {
    const state = this.#state;
    switch (state.is) {
      case "awaiting-first":
        return await this.#begin({ ...this.#request, firstResponse: response });
      case "running":
        return await this.#advance(state.generator, [response]);
      case "final":
        // RFC 4422 §3.6, RFC 4954 §4: additional data with success is answered with an empty response.
        if (state.end.state === "authenticated" && response.length > 0) return this.#end(refused("malformed"));
        return this.#end(state.end);
      case "ended":
        return this.#step;
    }
  }

  async cancel(): Promise<void> {
    const state = this.#state;
    if (state.is === "ended") return;
    this.#policy.brokenOff();
    // What has already failed does not become a mere change of mind.
    this.#end(state.is === "final" && state.end.state === "refused" ? state.end : refused("cancelled"));
    if (state.is === "running") await giveUp(state.generator);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  async #begin(request: ExchangeRequest): Promise<ExchangeStep> {
    let generator: Generator;
    try {
      generator = this.#mechanism.exchange(request);
    } catch (cause) {
      return this.#end(refused("unavailable"), cause);
    }
    this.#state = { is: "running", generator };
    return await this.#advance(generator, []);
  }

  async #advance(generator: Generator, input: [] | [Uint8Array]): Promise<ExchangeStep> {
    try {
      const result = await generator.next(...input);
      // The client may have broken off while the mechanism worked.
      if (this.#state.is === "ended") return this.#step;
      if (result.done) return await this.#conclude(result.value);
      if (++this.#challenges > challengeLimit) {
        const step = this.#end(refused("unavailable"), new Error(`no end after ${challengeLimit} challenges`));
        await giveUp(generator);
        return step;
      }
      return this.#step = { state: "challenge", data: result.value };
    } catch (cause) {
      return this.#end(refused("unavailable"), cause);
    }
  }

  async #conclude(outcome: AuthOutcome): Promise<ExchangeStep> {
    const end = await this.#policy.judge(outcome);
    if (this.#isOver()) return this.#step;
    const { finalData } = outcome;
    // A success that the policy refused has nothing to say: its data would tell that the password was right.
    const isTold = (outcome.status === "success") === (end.state === "authenticated");
    if (finalData === undefined || !isTold) return this.#end(end);
    // RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2: no reply carries data, so it goes as one more challenge.
    this.#state = { is: "final", end };
    return this.#step = { state: "challenge", data: finalData, isFinal: true };
  }

  #isOver(): boolean {
    return this.#state.is === "ended";
  }

  #end(end: ExchangeEnd, cause?: unknown): ExchangeStep {
    if (this.#state.is === "ended") return this.#step;
    this.#state = { is: "ended" };
    this.#step = end;
    this.#policy.ended(end, cause);
    return end;
  }
}

/** Runs the generator's `finally` blocks, where secrets are wiped. What they throw changes nothing any more. */
async function giveUp(generator: Generator): Promise<void> {
  try {
    await generator.return({ status: "failure", reason: "malformed" });
  } catch {
    // The exchange is over, and its end is told.
  }
}
