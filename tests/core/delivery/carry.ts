/** A queue that is carried under a clock that tests move on: what tests of it share. */
import { assert } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import type { SmtpReply } from "../../../core/contract/delivery.ts";
import type { Recipient } from "../../../core/contract/directory.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import type { EventByName } from "../../../core/contract/observers.ts";
import type { QueueEntry } from "../../../core/contract/queue.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { DeliveryResult, Transport } from "../../../core/contract/transport.ts";
import { enqueueOperations } from "../../../core/delivery/enqueue.ts";
import { type Outgoing, type QueueClock, QueueRunner } from "../../../core/delivery/queue_runner.ts";
import type { Schedule } from "../../../core/delivery/schedule.ts";
import { WaysOut } from "../../../core/delivery/ways_out.ts";
import { memoryStorage } from "../../../storage/memory/storage.ts";
import { bytes, text } from "./deliver.ts";
import { type LoggedEvent, recordedLog } from "../../support/recorded_log.ts";

/** Milliseconds. */
export const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** As the configuration has it when it says nothing. */
const schedule: Schedule = { retry: 5 * minute, giveUp: 5 * day, warnAfter: 4 * hour };

/** Stands still until it is moved on. */
class TestQueueClock implements QueueClock {
  #now = new Date("2026-11-24T16:00:00Z").getTime();
  readonly #waits = new Set<{ readonly dueAt: number; readonly resolve: () => void }>();

  now(): Date {
    return new Date(this.#now);
  }

  wait(milliseconds: number, stop: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (stop.aborted) return Promise.resolve();
    const wait = { dueAt: this.#now + milliseconds, resolve };
    this.#waits.add(wait);
    stop.addEventListener("abort", () => {
      this.#waits.delete(wait);
      resolve();
    }, { once: true });
    return promise;
  }

  /** So many milliseconds go by; whoever waits is woken at its time, and does what there is to do. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settled();
    for (;;) {
      const [next] = [...this.#waits].sort((a, b) => a.dueAt - b.dueAt);
      if (next === undefined || next.dueAt > end) break;
      this.#now = Math.max(this.#now, next.dueAt);
      this.#waits.delete(next);
      next.resolve();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** When everything has come to rest that waits for no clock: nothing here does any input or output. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await setImmediate();
}

/** A reply of a class. */
export function reply(code: number, text = "said so"): SmtpReply {
  return { code, enhanced: code < 500 ? "4.2.1" : "5.1.1", text };
}

/** Got it. */
export const delivered: DeliveryResult = { outcome: "delivered", remoteReply: "250 thanks" };
/** Later. */
export const retry: DeliveryResult = { outcome: "retry", reply: reply(450) };
/** Never. */
export const failed: DeliveryResult = { outcome: "failed", reply: reply(550) };

/** The same for all recipients. */
export function all(entry: QueueEntry, result: DeliveryResult): Map<string, DeliveryResult> {
  return new Map(entry.envelope.recipients.map((address) => [address, result]));
}

/** What the transport does. */
export type Carry = Transport["deliver"];

/** How a test's queue differs from the usual one. */
export interface QueueDifferences {
  readonly carry?: Carry;
  readonly schedule?: Partial<Schedule>;
  /** Domains of the transport; default `*`. */
  readonly for?: readonly string[];
  /** Stands between a runner and the storage. */
  readonly wrap?: (storage: Storage) => Storage;
}

/** A storage with the account joe@example.org, a queue in it, and a runner that carries it. */
export class TestQueue implements AsyncDisposable {
  readonly clock = new TestQueueClock();
  readonly storage: Storage = memoryStorage({ now: () => this.clock.now() });
  /** Each attempt: entry and recipients. */
  readonly attempts: string[] = [];
  /** What observers were told: the event, the recipient and the reply. */
  readonly told: string[] = [];
  /** The transport; may be replaced. */
  carry: Carry;
  readonly #differences: QueueDifferences;
  readonly #log = recordedLog();
  #joe: AccountId | undefined;
  #runner: QueueRunner | undefined;
  #messages = 0;

  constructor(differences: QueueDifferences) {
    this.#differences = differences;
    this.carry = differences.carry ?? ((entry) => Promise.resolve(all(entry, delivered)));
  }

  /** Lines of the log. */
  get log(): readonly LoggedEvent[] {
    return this.#log.events;
  }

  /** The runner that runs. */
  get runner(): QueueRunner {
    assert(this.#runner);
    return this.#runner;
  }

  /** Makes the account. */
  async open(): Promise<void> {
    const [joe] = await this.storage.apply([{ do: "createAccount", address: "joe@example.org", secrets: {} }]);
    this.#joe = joe.id;
  }

  /** Starts a runner; the storage is the queue's own unless another one is given. */
  start(
    storage: Storage = this.#differences.wrap?.(this.storage) ?? this.storage,
    clock: QueueClock = this.clock,
  ): void {
    this.#runner = new QueueRunner({
      ...{ storage, clock, log: this.#log.log },
      use: (work) => work(this.#outgoing()),
    });
  }

  #outgoing(): Outgoing {
    const transport: Transport = {
      deliver: (entry, body, stop) => {
        this.attempts.push(`${entry.id} ${entry.envelope.recipients.join()}`);
        return this.carry(entry, body, stop);
      },
    };
    const resolve = (address: string): Promise<Recipient> => {
      if (!address.endsWith("@example.org")) return Promise.resolve({ kind: "remote" });
      const isJoe = address.startsWith("joe@") && this.#joe !== undefined;
      return Promise.resolve(isJoe && this.#joe ? { kind: "account", account: this.#joe } : { kind: "unknown" });
    };
    return {
      ways: new WaysOut([{ name: "test", transport, for: this.#differences.for ?? ["*"] }]),
      directory: { resolve },
      hostname: "mail.example.org",
      postmaster: "postmaster@example.org",
      schedule: { ...schedule, ...this.#differences.schedule },
      events: {
        has: () => true,
        tell: <Name extends keyof EventByName>(name: Name, event: EventByName[Name]) => {
          const { recipient = "", reply = "" } = event as { readonly recipient?: string; readonly reply?: string };
          this.told.push(`${name} ${recipient} ${reply}`.trim());
        },
      },
    };
  }

  /** Puts a message for these into the queue; one that the sender wrote otherwise as [where it goes, what was written]. */
  async enqueue(to: readonly (string | readonly [string, string])[], sender = "joe@example.org"): Promise<void> {
    const id = `m${++this.#messages}`;
    const content =
      `Return-Path: <${sender}>\r\nMessage-ID: <${id}@example.org>\r\nSubject: number ${id}\r\n\r\nHi\r\n`;
    const body = await this.storage.writeBody(bytes(content));
    const recipients = to.map((one) =>
      typeof one === "string" ? { address: one } : { address: one[0], original: one[1] }
    );
    const envelope = { sender, recipients: [], bodyType: "7bit", smtpUtf8: false } as const;
    await this.storage.apply(enqueueOperations({ id, envelope, recipients, body }, this.clock.now()));
    await settled();
  }

  /** Messages in the account's INBOX, as text. */
  async inbox(): Promise<string[]> {
    const mailbox = this.#joe && await this.storage.mailboxByName(this.#joe, "INBOX");
    assert(mailbox);
    const { messages } = await this.storage.messages(mailbox.id);
    return await Promise.all(
      messages.map(async ({ body, size }) => text(await (await this.storage.openBody(body)).read(0, size))),
    );
  }

  /** What is in the queue, in short: recipients, attempts, minutes until it is tried. */
  async left(): Promise<string[]> {
    const now = this.clock.now().getTime();
    return (await this.storage.queue()).map(({ envelope, attempts, dueAt }) =>
      `${envelope.recipients.join()} ${attempts} ${(dueAt.getTime() - now) / minute}`
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner?.[Symbol.asyncDispose]();
    this.#log[Symbol.dispose]();
  }
}

/** Opens one, with a runner that runs. */
export async function testQueue(differences: QueueDifferences = {}): Promise<TestQueue> {
  const queue = new TestQueue(differences);
  await queue.open();
  queue.start();
  await settled();
  return queue;
}
