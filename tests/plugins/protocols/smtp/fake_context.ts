/** What an SMTP session is given in tests: a delivery that keeps what it accepts, and people to write to and from. */
import type {
  AcceptAnswer,
  AccountId,
  Authentication,
  ConnectionFacts,
  Delivery,
  Directory,
  IncomingMessage,
  Logger,
  ProtocolContext,
  RecipientAnswer,
  SmtpReply,
  Storage,
} from "../../../../core/contract/mod.ts";

/** A message that was accepted. */
export interface Kept {
  readonly message: IncomingMessage;
  /** Trace and body, one character per octet. */
  readonly text: string;
}

/** Domain foo.com is local: Jones, Brown and whoever else, but not Green; other domains are refused. */
export class FakeDelivery implements Delivery {
  readonly kept: Kept[] = [];
  /** Recipients that it was asked about. */
  readonly asked: string[] = [];
  /** Messages whose reading has begun. */
  begun = 0;
  refuseClient: SmtpReply | undefined;
  /** Replaces what `accept` does. */
  onAccept: ((message: IncomingMessage) => Promise<AcceptAnswer>) | undefined;

  connected(): SmtpReply | undefined {
    return this.refuseClient;
  }

  sender(_facts: ConnectionFacts, sender: string): SmtpReply | undefined {
    if (sender.startsWith("busy@")) return { code: 421, enhanced: "4.7.1", text: "Not now" };
    return sender.startsWith("spammer@") ? { code: 550, enhanced: "5.7.1", text: "Not from you" } : undefined;
  }

  recipient(_facts: ConnectionFacts, address: string): RecipientAnswer {
    this.asked.push(address);
    const [local = "", domain = "foo.com"] = address.toLowerCase().split("@");
    if (!["foo.com", "xyz.com", "пример.example"].includes(domain)) {
      return { accepted: false, reply: { code: 550, enhanced: "5.7.1", text: "We do not relay" } };
    }
    if (local === "green") {
      return { accepted: false, reply: { code: 550, enhanced: "5.1.1", text: "No such user here" } };
    }
    return { accepted: true, recipient: { address, accounts: [local as AccountId] } };
  }

  async accept(message: IncomingMessage): Promise<AcceptAnswer> {
    this.begun++;
    if (this.onAccept) return await this.onAccept(message);
    this.kept.push({ message, text: latin1(message.trace) + await collect(message.body) });
    return { accepted: true, id: message.id };
  }
}

/** All octets of a body, one character each; chunks are only valid until the next one is asked for. */
async function collect(body: IncomingMessage["body"]): Promise<string> {
  if (body instanceof Uint8Array) return latin1(body);
  let text = "";
  for await (const chunk of body) text += latin1(chunk);
  return text;
}

/** One character per octet. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** A log that keeps its lines. */
export class FakeLog implements Logger {
  readonly lines: string[] = [];
  debug(message: string, fields?: object): void {
    this.#add("debug", message, fields);
  }
  info(message: string, fields?: object): void {
    this.#add("info", message, fields);
  }
  warn(message: string, fields?: object): void {
    this.#add("warn", message, fields);
  }
  error(message: string, fields?: object): void {
    this.#add("error", message, fields);
  }
  isOn(): boolean {
    return true;
  }
  child(): Logger {
    return this;
  }
  #add(level: string, message: string, fields: object = {}): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
}

/** `smith` may send as smith@foo.com only; the domain `intranet` is local. */
const directory: Pick<Directory, "maySendAs" | "resolve"> = {
  maySendAs: (account, address) => Promise.resolve(address.toLowerCase() === `${account}@foo.com`),
  resolve: (address) => Promise.resolve({ kind: address.endsWith("@intranet") ? "unknown" : "remote" }),
};

/** A context; what a session has no business with is missing, and would throw. */
export function fakeContext(
  delivery: Delivery,
  given: { readonly authentication?: Authentication; readonly largest?: number; readonly log?: Logger } = {},
): ProtocolContext {
  return {
    log: given.log ?? new FakeLog(),
    hostname: "foo.com",
    domains: ["intranet"],
    shutdown: new AbortController().signal,
    now: () => new Date("2026-11-24T07:00:00Z"),
    authentication: given.authentication ?? noAuthentication,
    storage: absent<Storage>("storage"),
    directory: directory as Directory,
    delivery,
    limits: { message: given.largest ?? 1_000_000 },
  };
}

const noAuthentication: Authentication = {
  mechanismsFor: () => [],
  isUsable: () => false,
  allowsPasswords: () => false,
  begin: () =>
    Promise.resolve({
      step: { state: "refused", reason: "unknown-mechanism" },
      respond: () => Promise.reject(new Error("nothing was asked")),
      cancel: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  checkPassword: () => Promise.reject(new Error("no password was asked for")),
  admitProven: () => Promise.reject(new Error("nothing was proven")),
  loggedOut: () => {},
  changeSecrets: () => Promise.resolve(0),
};

function absent<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get() {
      throw new Error(`an SMTP session has no business with the ${name}`);
    },
  });
}
