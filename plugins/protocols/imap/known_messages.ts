/**
 * Messages of mailboxes as sessions have read them: clients ask for the same few again and again, change a flag, and ask once
 * more. After each commit SQLite reads anew what it had in memory, though a session that is told of the commit knows what it
 * has changed. Its invariant: the messages of a mailbox are those of one state of it, which its mod-sequence names
 * (RFC 7162 §3.1). Sessions share them; each asks for those of its own mailbox, in the state that it takes for the latest.
 */
import type { MailboxId, Message, UidSet } from "../../../core/contract/mod.ts";
import { isInRanges } from "../../../core/mailboxes/number_ranges.ts";
import { resolvedRanges } from "./grammar/sequence_set.ts";

/** Mailboxes of which messages are kept, and the most of one. */
const MAILBOXES = 100, MESSAGES = 250;

/** What has become of a mailbox from one state to another. */
export interface StateChange {
  /** Its mod-sequence before. */
  readonly since: bigint;
  /** Its mod-sequence after. */
  readonly until: bigint;
  /** Those that have come, or were changed, as they are now. */
  readonly messages: readonly Message[];
  /** UIDs of those that have gone. */
  readonly expunged: UidSet;
}

interface State {
  modseq: bigint;
  readonly messages: Map<number, Message>;
}

/** Of some mailboxes; the one that was read first is forgotten first. */
export class KnownMessages {
  readonly #states = new Map<MailboxId, State>();

  /** Whether so many messages of one mailbox can be kept. */
  hasRoom(count: number): boolean {
    return count <= MESSAGES;
  }

  /** These messages in that state of the mailbox; undefined where one of them is not known. */
  get(mailbox: MailboxId, modseq: bigint, uids: readonly number[]): readonly Message[] | undefined {
    const state = this.#states.get(mailbox);
    if (state?.modseq !== modseq) return undefined;
    const found: Message[] = [];
    for (const uid of uids) {
      const message = state.messages.get(uid);
      if (message === undefined) return undefined;
      found.push(message);
    }
    return found;
  }

  /** These have been read in that state of the mailbox. */
  keep(mailbox: MailboxId, modseq: bigint, messages: readonly Message[]): void {
    const before = this.#states.get(mailbox);
    if (before !== undefined && before.modseq > modseq) return;
    const state = before?.modseq === modseq ? before : { modseq, messages: new Map<number, Message>() };
    this.#states.set(mailbox, state);
    add(state, messages);
    const [first] = this.#states.keys();
    if (this.#states.size > MAILBOXES && first !== undefined) this.#states.delete(first);
  }

  /** A session has been told what has become of the mailbox. */
  follow(mailbox: MailboxId, { since, until, messages, expunged }: StateChange): void {
    const state = this.#states.get(mailbox);
    if (state?.modseq !== since) return;
    state.modseq = until;
    const gone = expunged.length === 0 ? [] : resolvedRanges(expunged, 0);
    if (gone.length > 0) {
      for (const uid of state.messages.keys()) if (isInRanges(uid, gone)) state.messages.delete(uid);
    }
    add(state, messages);
  }
}

/** Where there is no room, those that are there are forgotten. */
function add({ messages: known }: State, messages: readonly Message[]): void {
  if (known.size + messages.length > MESSAGES) known.clear();
  if (messages.length > MESSAGES) return;
  for (const message of messages) known.set(message.uid, message);
}
