/** What a mailbox counts of its messages. */

/** What is counted of a message. */
export interface Counted {
  /** System flags spelled as the RFC does. */
  readonly flags: readonly string[];
  /** Octets. */
  readonly size: number;
}

/** What is summed up. */
export type Sums = Pick<Tally, "messages" | "size" | "unseen" | "deleted" | "deletedSize">;

/** Sums that messages are added to and taken from; below zero where more goes than comes. */
export class Tally {
  /** How many. */
  messages = 0;
  /** Their octets. */
  size = 0;
  /** How many are without `\Seen`. */
  unseen = 0;
  /** How many have `\Deleted`. */
  deleted = 0;
  /** Octets of those. */
  deletedSize = 0;

  /** One more. */
  add({ flags, size }: Counted): this {
    this.messages++;
    this.size += size;
    if (!flags.includes("\\Seen")) this.unseen++;
    if (!flags.includes("\\Deleted")) return this;
    this.deleted++;
    this.deletedSize += size;
    return this;
  }

  /** Sums that somebody else has made. */
  static of({ messages, size, unseen, deleted, deletedSize }: Sums): Tally {
    return Object.assign(new Tally(), { messages, size, unseen, deleted, deletedSize });
  }

  /** What takes away what this adds. */
  negated(): Tally {
    const { messages, size, unseen, deleted, deletedSize } = this;
    return Tally.of({
      messages: -messages,
      size: -size,
      unseen: -unseen,
      deleted: -deleted,
      deletedSize: -deletedSize,
    });
  }

  /** One less. */
  subtract({ flags, size }: Counted): this {
    this.messages--;
    this.size -= size;
    if (!flags.includes("\\Seen")) this.unseen--;
    if (!flags.includes("\\Deleted")) return this;
    this.deleted--;
    this.deletedSize -= size;
    return this;
  }
}
