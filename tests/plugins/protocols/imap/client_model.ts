/**
 * What a client knows of its selected mailbox, by the text alone (RFC 9051 §5.2, §7.4, §7.5; RFC 7162): it believes every
 * untagged response, and complains of those that must not be.
 */
import { assert, assertEquals } from "@std/assert";

/** A message, as far as the client has been told. */
export interface KnownMessage {
  uid: number | undefined;
  flags: ReadonlySet<string> | undefined;
  modseq: bigint | undefined;
  /** RFC 3501 §2.3.2. */
  isRecent: boolean;
}

/** How a command changes flags. */
export interface FlagWish {
  readonly mode: "set" | "add" | "remove";
  readonly flags: readonly string[];
}

/** Commands during which no message may lose its number (RFC 9051 §7.5.1). */
const keepsNumbers = new Set(["FETCH", "STORE", "SEARCH", "SORT", "THREAD"]);

/** One client's view of one mailbox. */
export class ClientModel {
  /** By sequence number, less one. */
  messages: KnownMessage[] = [];
  uidValidity = 0;
  uidNext = 0;
  /** RFC 3501 §7.3.2: how many messages are recent, as it was told last. */
  recent = 0;
  /** RFC 7162 §6: what a client keeps, for the next time that it opens the mailbox. */
  modseq = 0n;
  /** UIDs of messages whose flags were told since the command under way was sent. */
  readonly #told = new Set<number>();
  #command = "";
  #highest = 0n;
  #code: bigint | undefined;

  /** Sends a command, by its name: `UID FETCH`. */
  begins(command: string): void {
    this.#command = command;
    this.#told.clear();
    this.#highest = 0n;
    this.#code = undefined;
  }

  /** Takes the lines of a response to a command; the last is the tagged one, without its tag. */
  takes(lines: readonly string[]): void {
    for (const line of joined(lines.slice(0, -1))) this.#untagged(line);
    const reply = lines.at(-1) ?? "";
    assert(/^(?:OK|NO|BAD) /.test(reply), `no tagged response: ${lines.join("\n")}`);
    this.#status(reply);
    // RFC 7162 §6: a code counts, whatever else was seen.
    if (this.#code !== undefined) this.modseq = this.#code;
    else if (this.#highest > this.modseq) this.modseq = this.#highest;
  }

  /** RFC 9051 §6.4.6: with .SILENT the client works out the new flags itself, where it was not told. */
  assumes(uids: Iterable<number>, { mode, flags }: FlagWish): void {
    for (const uid of uids) {
      const message = this.messages.find((known) => known.uid === uid);
      if (message?.flags === undefined || this.#told.has(uid)) continue;
      if (mode === "set") message.flags = new Set(flags);
      else if (mode === "add") message.flags = message.flags.union(new Set(flags));
      else message.flags = message.flags.difference(new Set(flags));
    }
  }

  /** UIDs in the order of their numbers; undefined for those that it was not told. */
  get uids(): readonly (number | undefined)[] {
    return this.messages.map(({ uid }) => uid);
  }

  /** RFC 3501 §7.3.2: once the flags of all messages are known, the number that was told is theirs. */
  countsRecent(): void {
    assertEquals(this.recent, this.messages.filter(({ isRecent }) => isRecent).length, "messages that are recent");
  }

  #untagged(line: string): void {
    const [, number, word, rest = ""] = /^\* (?:(\d+) )?(\S+) ?(.*)$/s.exec(line) ?? [];
    switch (word) {
      case "EXISTS":
        return this.#exists(Number(number));
      case "RECENT":
        this.recent = Number(number);
        return;
      case "EXPUNGE":
        return this.#expunged(Number(number));
      case "VANISHED":
        return rest.startsWith("(EARLIER)") ? this.#vanishedEarlier(rest.slice(10)) : this.#vanished(rest);
      case "FETCH":
        return this.#fetched(Number(number), rest);
      case "OK":
        return this.#status(`${word} ${rest}`);
    }
  }

  #status(text: string): void {
    const [, code = "", value = "0"] = /^\w+ \[(\S+?)(?: (\S+?))?\]/.exec(text) ?? [];
    if (code === "UIDVALIDITY") this.uidValidity = Number(value);
    if (code === "UIDNEXT") this.uidNext = Number(value);
    if (code === "HIGHESTMODSEQ") this.#code = BigInt(value);
  }

  #exists(count: number): void {
    // RFC 9051 §5.2: EXISTS never makes a mailbox smaller.
    assert(count >= this.messages.length, `EXISTS ${count} after ${this.messages.length}`);
    while (this.messages.length < count) {
      this.messages.push({ uid: undefined, flags: undefined, modseq: undefined, isRecent: false });
    }
  }

  #expunged(number: number): void {
    assert(!keepsNumbers.has(this.#command), `EXPUNGE during ${this.#command}`);
    assert(number >= 1 && number <= this.messages.length, `EXPUNGE ${number} of ${this.messages.length}`);
    this.messages.splice(number - 1, 1);
  }

  /** RFC 7162 §3.2.10.2: each of them is known to be there. */
  #vanished(set: string): void {
    assert(!keepsNumbers.has(this.#command), `VANISHED during ${this.#command}`);
    for (const uid of uidsIn(set)) {
      const known = this.uids.indexOf(uid);
      const place = known >= 0 ? known : this.#placeAmongUnknown(uid);
      assert(place >= 0, `VANISHED ${uid}, which is not there: ${this.uids}`);
      this.messages.splice(place, 1);
    }
  }

  /** Of a message that was announced, but whose UID was not told: between those that have lower and higher ones. */
  #placeAmongUnknown(uid: number): number {
    const above = this.uids.findIndex((known) => known !== undefined && known > uid);
    const end = above < 0 ? this.messages.length : above;
    return this.uids[end - 1] === undefined ? end - 1 : -1;
  }

  /** RFC 7162 §3.2.10.1: no numbers change. */
  #vanishedEarlier(set: string): void {
    for (const uid of uidsIn(set)) assert(!this.uids.includes(uid), `VANISHED (EARLIER) ${uid}, which is there`);
  }

  #fetched(number: number, items: string): void {
    const message = this.messages[number - 1];
    assert(message !== undefined, `FETCH ${number} of ${this.messages.length}`);
    const [, uid] = /\bUID (\d+)/.exec(items) ?? [];
    const [, flags] = /\bFLAGS \((.*?)\)/.exec(items) ?? [];
    const [, modseq] = /\bMODSEQ \((\d+)\)/.exec(items) ?? [];
    if (uid !== undefined) {
      // RFC 9051 §2.3.1.1: a message never changes its UID.
      if (message.uid !== undefined) assertEquals(Number(uid), message.uid, `UID of ${number}`);
      message.uid = Number(uid);
      const before = this.messages.slice(0, number - 1).findLast((known) => known.uid !== undefined)?.uid ?? 0;
      assert(message.uid > before, `UID ${uid} after ${before}`);
    }
    if (flags !== undefined) {
      const all = new Set(flags.split(" ").filter((flag) => flag !== ""));
      message.isRecent = all.delete("\\Recent");
      message.flags = all;
      if (message.uid !== undefined) this.#told.add(message.uid);
    }
    if (modseq === undefined) return;
    assert(BigInt(modseq) >= (message.modseq ?? 0n), `MODSEQ of ${number} goes back`);
    message.modseq = BigInt(modseq);
    if (message.modseq > this.#highest) this.#highest = message.modseq;
  }
}

/** Responses that had literals, in one line each. */
function joined(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    const before = whole.at(-1);
    if (before !== undefined && /\{\d+\}$/.test(before)) whole[whole.length - 1] = `${before}\n${line}`;
    else whole.push(line);
  }
  return whole;
}

/** The UIDs of a set without `*`. */
export function uidsIn(set: string): number[] {
  return set.split(",").flatMap((item) => {
    const [from = 0, to = from] = item.split(":").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
