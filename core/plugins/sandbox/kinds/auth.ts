/**
 * SASL mechanisms: the generator runs in the sandbox, and one in the server stands for it. Of what a mechanism may ask,
 * passwords and what is kept of them are given only where `may:` says so.
 */
import * as v from "valibot";
import type { AuthMechanism, AuthOutcome, ExchangeRequest, SecretScheme } from "../../../contract/authentication.ts";
import type { ChannelBinding } from "../../../contract/connection.ts";
import { accountId, octets } from "../answers.ts";
import { type Ask, type Ends, type GuestCall, type GuestEnd, type HostParts, trusted } from "../ends.ts";
import { Denied } from "../errors.ts";
import type { Asks } from "../pending_call.ts";

const schemes = ["plain", "digest-md5", "scram-sha-1", "scram-sha-256", "scram-sha-512"] as const;
const bindings = ["tls-exporter", "tls-server-end-point", "tls-unique"] as const;

const facts = v.object({
  // RFC 4422 §3.1.
  mechanism: v.pipe(v.string(), v.regex(/^[A-Z0-9_-]{1,20}$/)),
  first: v.picklist(["client", "server", "variable"]),
  needs: v.picklist(["nothing", "password-check", "client-certificate", ...schemes]),
  alternatives: v.exactOptional(v.array(v.picklist(schemes))),
  services: v.exactOptional(v.array(v.picklist(["pop", "imap", "smtp", "sieve", "acap", "ldap"]))),
  revealsPassword: v.boolean(),
  listed: v.exactOptional(v.boolean()),
  bindings: v.exactOptional(v.array(v.picklist(bindings))),
});

type Facts = v.InferOutput<typeof facts>;

/** What is asked of the mechanism's generator. */
interface BegunExchange
  extends Omit<ExchangeRequest, "checkPassword" | "findAccount" | "secret" | "advanceOtp" | "channelBinding"> {
  readonly bindings: readonly (readonly [ChannelBinding, Uint8Array])[];
}

/** Both ends of a mechanism. */
export const authEnds: Ends<"auth"> = {
  guest: (mechanism) => new GuestMechanism(mechanism),
  host: hostMechanism,
};

/** Exchanges under way, by the numbers that the server gives them. */
class GuestMechanism implements GuestEnd {
  readonly facts: object;
  readonly #mechanism: AuthMechanism;
  readonly #exchanges = new Map<number, GuestExchange>();

  constructor(mechanism: AuthMechanism) {
    this.#mechanism = mechanism;
    this.facts = v.parse(facts, mechanism);
  }

  async call({ name, args, ask }: GuestCall): Promise<unknown> {
    const [number] = trusted<[number]>(args);
    if (name === "begin") {
      const exchange = new GuestExchange(this.#mechanism, trusted(args[1]), ask);
      this.#exchanges.set(number, exchange);
      return await exchange.next([], ask);
    }
    const exchange = this.#exchanges.get(number);
    if (name === "respond") {
      if (exchange === undefined) throw new Error("the mechanism was started anew in the middle of an exchange");
      return await exchange.next([trusted(args[1])], ask);
    }
    this.#exchanges.delete(number);
    return await exchange?.giveUp();
  }
}

class GuestExchange {
  readonly #generator: ReturnType<AuthMechanism["exchange"]>;
  /** Of the call that drives it now. */
  #ask: Ask;

  constructor(mechanism: AuthMechanism, { bindings, ...request }: BegunExchange, ask: Ask) {
    this.#ask = ask;
    const bound = new Map(bindings);
    this.#generator = mechanism.exchange({
      ...request,
      checkPassword: async (login, password) => trusted(await this.#ask("checkPassword", login, password)),
      findAccount: async (login) => trusted(await this.#ask("findAccount", login)),
      secret: async (login, scheme, realm) => trusted(await this.#ask("secret", login, scheme, realm)),
      // No mechanism in a sandbox may need sequences of one-time passwords (`schemes`): nothing is advanced.
      advanceOtp: () => Promise.resolve(false),
      channelBinding: (type) => bound.get(type),
    });
  }

  async next(input: [] | [Uint8Array], ask: Ask): Promise<unknown> {
    this.#ask = ask;
    const { done, value } = await this.#generator.next(...input);
    return done ? { is: "over", outcome: value } : { is: "challenge", data: value };
  }

  async giveUp(): Promise<void> {
    await this.#generator.return({ status: "failure", reason: "malformed" });
  }
}

const step = v.variant("is", [
  v.object({ is: v.literal("challenge"), data: octets }),
  v.object({
    is: v.literal("over"),
    outcome: v.variant("status", [
      // A security layer is asked about every packet, in the middle of it: strict, so that none gets lost.
      v.strictObject({
        status: v.literal("success"),
        account: accountId,
        authorizeAs: v.exactOptional(v.pipe(v.string(), v.maxLength(1024))),
        finalData: v.exactOptional(octets),
      }),
      v.object({
        status: v.literal("failure"),
        reason: v.picklist(["credentials", "malformed", "expired", "unavailable"]),
        finalData: v.exactOptional(octets),
      }),
    ]),
  }),
]);

function hostMechanism({ sandbox, facts: said, may }: HostParts): AuthMechanism {
  const known = v.parse(facts, said);
  const missing = missingRight(known, may);
  if (missing !== undefined) {
    throw new Denied(`its mechanism needs "${known.needs}", so its sandbox needs may: [${missing}]`);
  }
  let numbers = 0;
  return {
    ...known,
    async *exchange(request): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
      const number = ++numbers;
      const asks = asksOf(request, known, may);
      try {
        let { data, outcome } = read(await sandbox.call("begin", [number, begun(request, known)], asks));
        while (outcome === undefined) {
          const response: Uint8Array = yield data;
          ({ data, outcome } = read(await sandbox.call("respond", [number, response], asks)));
        }
        return outcome;
      } finally {
        // Its secrets are wiped in its own time.
        sandbox.tell("end", [number]);
      }
    },
  };
}

const empty = new Uint8Array(0);

function read(given: unknown): { readonly data: Uint8Array; readonly outcome?: AuthOutcome } {
  const read = v.parse(step, given);
  return read.is === "challenge" ? { data: read.data } : { data: empty, outcome: read.outcome };
}

/** What its facts promise it would ask, and may not: passwords would be kept for it, or it would be offered, in vain. */
function missingRight({ needs }: Facts, may: HostParts["may"]): "check-password" | "secret" | undefined {
  if (needs === "nothing" || needs === "client-certificate") return undefined;
  const right = needs === "password-check" ? "check-password" : "secret";
  return may.includes(right) ? undefined : right;
}

function begun(request: ExchangeRequest, { bindings = [] }: Facts): BegunExchange {
  const { mechanism, plusOffered, firstResponse, service, hostname, domain, clientAddresses } = request;
  return {
    ...{ mechanism, plusOffered, firstResponse, service, hostname, domain, clientAddresses },
    bindings: bindings.flatMap((type) => {
      const data = request.channelBinding(type);
      return data === undefined ? [] : [[type, data] as const];
    }),
  };
}

const login = v.pipe(v.string(), v.maxLength(1024));

/** Of `secret` only the schemes that the mechanism has declared: SCRAM has no business with passwords. */
function asksOf(request: ExchangeRequest, { needs, alternatives = [] }: Facts, may: HostParts["may"]): Asks {
  const declared: readonly string[] = [needs, ...alternatives];
  const withRealm = v.tuple([login, v.picklist(schemes), v.optional(login)]);
  return {
    findAccount: async (args) => await request.findAccount(v.parse(v.tuple([login]), args)[0]),
    ...may.includes("check-password") && {
      checkPassword: async (args) => await request.checkPassword(...v.parse(v.tuple([login, login]), args)),
    },
    ...may.includes("secret") && {
      secret: async (args) => {
        const [name, scheme, realm] = v.parse(withRealm, args);
        if (!declared.includes(scheme)) {
          throw new Denied(`secret of the scheme ${scheme}, which its mechanism does not need`);
        }
        return await secretOf(request, name, scheme, realm);
      },
    },
  };
}

async function secretOf(
  request: ExchangeRequest,
  login: string,
  scheme: SecretScheme,
  realm?: string,
): Promise<unknown> {
  return await request.secret(login, scheme, realm);
}
