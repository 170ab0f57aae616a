/** Authentication that knows one account: smith, with the password secret, by PLAIN, LOGIN-like questions, or a layer. */
import type {
  AccountId,
  Authentication,
  Connection,
  Exchange,
  ExchangeStep,
  RefusedBecause,
  SecurityLayer,
} from "../../../../core/contract/mod.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);
const smith = { state: "authenticated", account: "smith" as AccountId } as const;
const refused = (reason: RefusedBecause): ExchangeStep => ({ state: "refused", reason });

/** One that is broken on purpose: what it is asked for is how it ends. */
export class FakeAuthentication implements Authentication {
  readonly needsTls: boolean;
  readonly layer: SecurityLayer | undefined;
  /** Exchanges that the client broke off. */
  cancelled = 0;

  constructor(given: { readonly needsTls?: boolean; readonly layer?: SecurityLayer } = {}) {
    this.needsTls = given.needsTls ?? false;
    this.layer = given.layer;
  }

  mechanismsFor(connection: Connection): readonly string[] {
    return this.needsTls && connection.tls === undefined ? [] : ["PLAIN", "ASK"];
  }

  isUsable(): boolean {
    return true;
  }

  allowsPasswords(): boolean {
    return true;
  }

  begin(mechanism: string, connection: Connection, _service: string, initial?: Uint8Array): Promise<Exchange> {
    return Promise.resolve(this.#exchange(this.#first(mechanism.toUpperCase(), connection, initial)));
  }

  checkPassword(): Promise<never> {
    return Promise.reject(new Error("SMTP has no passwords but by SASL"));
  }

  admitProven(): Promise<never> {
    return Promise.reject(new Error("SMTP has no logins but by SASL"));
  }

  loggedOut(): never {
    throw new Error("SMTP takes no login back");
  }

  changeSecrets(): never {
    throw new Error("SMTP changes nobody's secrets");
  }

  #first(mechanism: string, connection: Connection, initial: Uint8Array | undefined): ExchangeStep {
    if (this.needsTls && connection.tls === undefined) return refused("needs-tls");
    if (mechanism === "PLAIN") {
      return initial ? this.#judge(initial) : { state: "challenge", data: new Uint8Array(0) };
    }
    if (mechanism !== "ASK") return refused("unknown-mechanism");
    return initial
      ? refused("unexpected-initial-response")
      : { state: "challenge", data: bytes("How shall this end?") };
  }

  #judge(response: Uint8Array): ExchangeStep {
    const said = text(response);
    if (said === "\0smith\0secret") return this.layer ? { ...smith, securityLayer: this.layer } : smith;
    return refused(said === "unavailable" || said === "expired" ? said : "credentials");
  }

  #exchange(first: ExchangeStep): Exchange {
    return {
      step: first,
      respond: (response) => Promise.resolve(this.#judge(response)),
      cancel: () => {
        this.cancelled++;
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
}
