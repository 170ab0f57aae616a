/** Delivery over a storage in memory and a small directory: what tests of it share. */
import type { AcceptAnswer, Delivery, Envelope, IncomingMessage, SmtpReply } from "../../../core/contract/delivery.ts";
import type { Directory, Recipient } from "../../../core/contract/directory.ts";
import type { ConnectionFacts, Filter } from "../../../core/contract/filter.ts";
import type { Extension } from "../../../core/contract/extension.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import type { Logger } from "../../../core/contract/logger.ts";
import type { DeliveredEvent, QueueEvent } from "../../../core/contract/observers.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { Transport } from "../../../core/contract/transport.ts";
import { createDelivery, type DeliverySettings } from "../../../core/delivery/delivery.ts";
import { WaysOut } from "../../../core/delivery/ways_out.ts";
import { memoryStorage } from "../../../storage/memory/storage.ts";

/** A client that has not authenticated. */
export const stranger: ConnectionFacts = { id: "c1", peer: "192.0.2.7", tls: false };

/** When everything happens. */
export const time = new Date("2026-11-24T16:00:00Z");

/** How a test's delivery differs from the usual one. */
export interface Differences {
  /** Filters, with what happens when they fail; "defer" unless said otherwise. */
  readonly filters?: readonly (Filter | readonly [Filter, "defer" | "continue"])[];
  /** Alias → where it leads. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** Asked before the usual directory. */
  readonly resolve?: (address: string) => Promise<Recipient> | undefined;
  /** Stands between delivery and the storage. */
  readonly wrap?: (storage: Storage) => DeliverySettings["storage"];
  readonly filterTimeout?: number;
  /** For each transport, the domains whose mail it carries. */
  readonly transports?: readonly (readonly string[])[];
  /** Of an account. */
  readonly isEverybodys?: (account: AccountId) => Promise<boolean>;
  readonly extensions?: readonly Extension[];
  /** Octets that filters may make of a message. */
  readonly largestMessage?: number;
}

/** The queue is filled, and carried by nobody. */
const idle: Transport = { deliver: () => Promise.reject(new Error("nothing is carried here")) };

/** A delivery, and a look behind it. */
export interface TestDelivery {
  readonly delivery: Delivery;
  readonly storage: Storage;
  /** What observers of deliveries would be told. */
  readonly delivered: readonly DeliveredEvent[];
  /** What observers of the queue would be told. */
  readonly queued: readonly QueueEvent[];
  /** Lines of the log: level, message, fields. */
  readonly lines: readonly string[];
  /** Bodies that are there now, named or not. */
  readonly bodies: () => Promise<number>;
  /** Sends a message as SMTP would; the first refusal ends it. */
  send(message?: Partial<Sent>): Promise<AcceptAnswer>;
  /** Messages of an account's mailbox, as text. */
  read(name: string, mailbox?: string): Promise<string[]>;
}

/** What is sent. */
export interface Sent {
  readonly facts: ConnectionFacts;
  readonly to: readonly string[];
  readonly body: IncomingMessage["body"];
  /** Default: 7bit. */
  readonly bodyType?: Envelope["bodyType"];
}

/** Fields that SMTP puts before each message. */
export const trace = "Received: from test\r\n";

/** A delivery for joe, ann and ben at example.org; each has an INBOX, and ann Junk as well. */
export async function testDelivery(differences: Differences = {}): Promise<TestDelivery> {
  const { aliases = {}, filters = [], transports = [], filterTimeout = 10_000 } = differences;
  const written = new Set<string>();
  const storage = memoryStorage({ now: () => time });
  const accounts = new Map<string, AccountId>();
  for (const name of ["joe", "ann", "ben"]) {
    const [account] = await storage.apply([{ do: "createAccount", address: `${name}@example.org`, secrets: {} }]);
    accounts.set(name, account.id);
    if (name === "ann") await storage.apply([{ do: "createMailbox", account: account.id, name: "Junk" }]);
  }
  const resolve: Directory["resolve"] = (address) => {
    const given = differences.resolve?.(address);
    if (given !== undefined) return given;
    const [, name = "", domain] = /^([^@+]*)[^@]*@(.*)$/.exec(address.toLowerCase()) ?? [];
    const to = aliases[address];
    const account = accounts.get(name);
    if (to !== undefined) return Promise.resolve({ kind: "redirect", to });
    if (domain !== "example.org") return Promise.resolve({ kind: "remote" });
    return Promise.resolve(account === undefined ? { kind: "unknown" } : { kind: "account", account });
  };
  const counting: DeliverySettings["storage"] = {
    ...(differences.wrap?.(storage) ?? delegate(storage)),
  };
  const lines: string[] = [];
  const delivered: DeliveredEvent[] = [];
  const queued: QueueEvent[] = [];
  const delivery = createDelivery({
    storage: {
      ...counting,
      writeBody: async (content) => {
        const body = await counting.writeBody(content);
        written.add(body);
        return body;
      },
    },
    directory: { resolve },
    ...differences.isEverybodys && { isEverybodys: differences.isEverybodys },
    ways: new WaysOut(transports.map((list) => ({ name: "test", transport: idle, for: list }))),
    filters: filters.map((given, index) => {
      const [filter, onFailure] = isPair(given) ? given : [given, "defer" as const];
      return { name: `filter-${index + 1}`, filter, onFailure };
    }),
    extensions: (differences.extensions ?? []).map((extension, index) => ({ name: `ext-${index + 1}`, extension })),
    events: {
      has: (name) => name === "delivered" || name === "queued",
      tell: (name, event) => {
        if (name === "delivered") delivered.push(event as unknown as DeliveredEvent);
        else queued.push(event as unknown as QueueEvent);
      },
    },
    ...differences.largestMessage !== undefined && { largestMessage: differences.largestMessage },
    log: lineLog(lines),
    now: () => time,
    filterTimeout,
  });
  return {
    delivery,
    storage,
    delivered,
    queued,
    lines,
    bodies: async () => {
      const found = await Promise.allSettled([...written].map((body) => storage.openBody(body as never)));
      return found.filter(({ status }) => status === "fulfilled").length;
    },
    send: (message = {}) =>
      send(delivery, { facts: stranger, to: ["joe@example.org"], body: bytes("\r\nHi\r\n"), ...message }),
    read: async (name, mailboxName = "INBOX") => {
      const account = accounts.get(name);
      const mailbox = account && await storage.mailboxByName(account, mailboxName);
      if (!mailbox) return [];
      const { messages } = await storage.messages(mailbox.id);
      return await Promise.all(
        messages.map(async ({ body, size }) => text(await (await storage.openBody(body)).read(0, size))),
      );
    },
  };
}

async function send(delivery: Delivery, { facts, to, body, bodyType = "7bit" }: Sent): Promise<AcceptAnswer> {
  const refused = (reply: SmtpReply) => ({ accepted: false, reply } as const);
  const sender = "kim@example.com";
  const early = await delivery.connected(facts) ?? await delivery.sender(facts, sender);
  if (early) return refused(early);
  const recipients = [];
  for (const address of to) {
    const answer = await delivery.recipient(facts, address);
    if (!answer.accepted) return answer;
    recipients.push(answer.recipient);
  }
  const envelope = { sender, recipients: to, bodyType, smtpUtf8: false } as const;
  return await delivery.accept({ facts, envelope, recipients, id: "m1", trace: bytes(trace), body });
}

/** The parts of a storage that delivery uses, bound to it. */
export function delegate(storage: Storage): DeliverySettings["storage"] {
  return {
    writeBody: (content) => storage.writeBody(content),
    openBody: (body) => storage.openBody(body),
    discardBody: (body) => storage.discardBody(body),
    summary: (body) => storage.summary(body),
    apply: (batch) => storage.apply(batch),
    account: (id) => storage.account(id),
    mailboxByName: (account, name) => storage.mailboxByName(account, name),
    mailboxes: (account) => storage.mailboxes(account),
  };
}

function isPair(
  given: Filter | readonly [Filter, "defer" | "continue"],
): given is readonly [Filter, "defer" | "continue"] {
  return Array.isArray(given);
}

function lineLog(lines: string[]): Logger {
  const write = (level: string) => (message: string, fields: object = {}) => {
    const told = Object.entries(fields).map(([name, value]) =>
      `${name}=${value instanceof Error ? value.message : value}`
    );
    lines.push([level, message, ...told].join(" "));
  };
  const log: Logger = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    isOn: () => true,
    child: () => log,
  };
  return log;
}

/** Octets of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text of octets. */
export function text(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}
