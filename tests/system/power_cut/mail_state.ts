/** What somebody's accounts hold, as a client knows it, and as a storage has it. */
import type { BodyId } from "../../../core/contract/identifiers.ts";
import type { Mailbox } from "../../../core/contract/mailbox.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { Owed } from "./check.ts";
import type { Marks } from "./promise.ts";
import { numberIn } from "./content.ts";

/** A message by what it says, and its flags. */
export interface KnownMessage {
  readonly number: number;
  readonly flags: ReadonlySet<string>;
}

/** A mailbox. */
export interface KnownMailbox {
  /** The UID that the next message will have. */
  next: number;
  /** By UID, ascending. */
  readonly messages: Map<number, KnownMessage>;
}

/** Mailboxes by address and name, and the numbers of messages that wait for their way out. */
export interface MailState {
  readonly mailboxes: Map<string, KnownMailbox>;
  readonly queued: Set<number>;
}

/** All of it as text, which is the same for the same. */
export function printState({ mailboxes, queued }: MailState): string {
  const lines = [...mailboxes].map(([name, { next, messages }]) => {
    const all = [...messages].map(([uid, { number, flags }]) => `${uid}=${number}(${[...flags].toSorted().join(" ")})`);
    return `${name}: ${all.join(" ")} next ${next}`;
  });
  return [...lines.toSorted(), `queued: ${[...queued].toSorted().join(" ")}`].join("\n");
}

/**
 * How these accounts stand in a storage, with their own messages in the queue; undefined where none of them is there.
 * What it gives throws an error at a message that is not whole.
 */
export function storedState(addresses: readonly string[], isOwn: (number: number) => boolean): Owed["stands"] {
  return async (storage) => {
    const accounts = await Promise.all(addresses.map((address) => storage.accountByAddress(address)));
    const found = accounts.filter((account) => account !== undefined);
    if (found.length === 0) return undefined;
    const mailboxes = new Map<string, KnownMailbox>(), marks = new Map<string, Marks>();
    for (const { id, address } of found) {
      for (const mailbox of await storage.mailboxes(id)) {
        mailboxes.set(`${address} ${mailbox.name}`, await storedMailbox(storage, mailbox));
        marks.set(`${address} ${mailbox.name}`, { validity: mailbox.uidValidity, modseq: mailbox.highestModseq });
      }
    }
    const waiting = await Promise.all((await storage.queue()).map(({ body }) => numberOf(storage, body)));
    return { text: printState({ mailboxes, queued: new Set(waiting.filter(isOwn)) }), marks };
  };
}

async function storedMailbox(storage: Storage, { id, uidNext }: Mailbox): Promise<KnownMailbox> {
  const { messages } = await storage.messages(id), known = new Map<number, KnownMessage>();
  for (const { uid, body, flags } of messages) {
    known.set(uid, { number: await numberOf(storage, body), flags: new Set(flags) });
  }
  return { next: uidNext, messages: known };
}

async function numberOf(storage: Storage, id: BodyId): Promise<number> {
  const body = await storage.openBody(id);
  return numberIn(new TextDecoder("latin1").decode(await body.read(0, body.size)));
}
