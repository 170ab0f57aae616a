/**
 * What is to be told after some mailboxes were looked at: each name once, in an order in which a client that takes one
 * after the other comes to know what there is. Much may have happened since they were looked at before.
 */
import type { Session } from "../session.ts";
import type { KnownMailbox } from "./known_mailboxes.ts";
import { superiorNames } from "./superior_names.ts";
import { type Before, type NameNews, tellCounts } from "./tell_news.ts";

/** A mailbox that is called otherwise. */
interface Renamed {
  readonly from: string;
  readonly now: KnownMailbox;
}

/** Gathers it. */
export class News {
  readonly #listed = new Map<string, NameNews>();
  readonly #gone = new Map<string, NameNews>();
  readonly #made = new Set<string>();
  readonly #renamed: Renamed[] = [];
  readonly #counts: (readonly [before: Before, now: KnownMailbox])[] = [];

  /** The name is told, whatever is wanted of it. */
  listed(name: string, why: NameNews = {}): void {
    this.#listed.set(name, why);
  }

  /** There is a mailbox of that name now. */
  made({ name }: KnownMailbox): void {
    this.#made.add(name);
  }

  /** There is none any more. */
  gone(name: string, why: NameNews): void {
    this.#gone.set(name, why);
  }

  /** A mailbox is called otherwise. */
  renamed(from: string, now: KnownMailbox): void {
    this.#renamed.push({ from, now });
  }

  /** Something may be different in a mailbox. */
  changed(before: Before, now: KnownMailbox): void {
    this.#counts.push([before, now]);
  }

  /** The names that are told, where `isWanted` says that what becomes of them is. */
  names(isWanted: (name: string) => boolean): ReadonlyMap<string, NameNews> {
    const highest = this.#withoutThoseBelow(), renamed = areEntangled(highest) ? this.#takeApart() : highest;
    const told = new Map<string, NameNews>();
    const tell = (name: string, why: NameNews) => {
      if (isWanted(name)) told.set(name, why);
    };
    // What is gone had its name before others' names were changed, and what is new has it since.
    for (const [name, why] of this.#gone) tell(name, why);
    for (const { from, now: { name } } of renamed) {
      if (isWanted(from) || isWanted(name)) told.set(name, { oldName: from });
    }
    for (const name of this.#made) if (!told.has(name)) tell(name, {});
    // RFC 5465 §5.4: what is right above is affected too, be it a mailbox or not.
    for (const name of [...this.#gone.keys(), ...this.#made]) {
      const [above] = superiorNames(name);
      if (above !== undefined && !told.has(above)) tell(above, {});
    }
    for (const [name, why] of this.#listed) if (!told.has(name)) told.set(name, why);
    return told;
  }

  /** Tells of messages, by what is wanted of each mailbox. */
  tellCounts(session: Session, eventsOf: (name: string) => number): void {
    for (const [before, now] of this.#counts) {
      // In the place of another: nothing that the client knows is of this one.
      const isAnother = before === undefined && this.#gone.has(now.name);
      tellCounts(session, isAnother ? "another" : before, now, eventsOf(now.name));
    }
  }

  /** RFC 5465 §5.4: nothing is told of what has a new name because one above it has. */
  #withoutThoseBelow(): readonly Renamed[] {
    const names = new Map(this.#renamed.map(({ from, now }) => [from, now.name]));
    return this.#renamed.filter(({ from, now }) =>
      !superiorNames(from).some((above) => {
        const name = names.get(above);
        return name !== undefined && now.name === name + from.slice(above.length);
      })
    );
  }

  /** The client learns of each name whether there is a mailbox, and how many messages that has; none is told as renamed. */
  #takeApart(): readonly Renamed[] {
    for (const { from, now } of this.#renamed) {
      this.#gone.set(from, {});
      this.#made.add(now.name);
      this.#counts.push(["another", now]);
    }
    return [];
  }
}

/** Whether there is no telling them one after the other: names went round, or out of the way of each other. */
function areEntangled(renamed: readonly Renamed[]): boolean {
  const old = new Set(renamed.map(({ from }) => from)), fresh = new Set(renamed.map(({ now }) => now.name));
  return renamed.some(({ from, now: { name } }) => {
    const isBelowNew = superiorNames(from).some((above) => fresh.has(above));
    return isBelowNew || old.has(name) || [from, name].some((of) => superiorNames(of).some((above) => old.has(above)));
  });
}
