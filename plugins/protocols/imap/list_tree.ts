/** The hierarchy of names that LIST walks through: mailboxes, subscribed names, and the levels above them. Pure. */
import type { Access } from "./access.ts";
import { CommandRefused } from "./failures.ts";
import type { NameMatch, NameMatcher } from "./grammar/list_pattern.ts";

/** A name in the hierarchy. */
export interface Level {
  /** In the user's names. */
  readonly name: string;
  /** The mailbox of that name; absent where there is none. */
  readonly access?: Access;
  /** Whether the user has subscribed to the name. */
  readonly isSubscribed: boolean;
  /** Whether there are mailboxes below. */
  readonly hasMailboxBelow: boolean;
  /** Whether something below meets the criteria. */
  readonly hasSelectedBelow: boolean;
  /** Whether something below meets them that no pattern matches, and so is not listed itself. */
  readonly hasHiddenBelow: boolean;
  /** How the patterns match the name. */
  readonly match: NameMatch;
  /** Whether it meets the criteria itself. */
  readonly isSelected: boolean;
}

/** Levels of one tree: more than anybody has, and little enough to be kept for a moment. */
const MOST_LEVELS = 250_000;

/** A tree of names, and what is true of each. */
export class ListTree {
  readonly #root = new Node("", undefined);
  #size = 0;

  /** Adds a mailbox by the name that it is listed by. @throws CommandRefused when there are too many names. */
  addMailbox(access: Access): void {
    const node = this.#node(access.listedAs);
    node.access = access;
    for (let above = node.parent; above !== undefined && !above.hasMailboxBelow; above = above.parent) {
      above.hasMailboxBelow = true;
    }
  }

  /** Adds a name that is subscribed. @throws CommandRefused when there are too many names. */
  addSubscribed(name: string): void {
    this.#node(name).isSubscribed = true;
  }

  /** Decides of every name what `Level` says. @returns All names, those above before those below. */
  decide(matches: NameMatcher, isSelected: (level: Level) => boolean): readonly Level[] {
    const found: Node[] = [];
    for (const top of this.#root.below.values()) {
      const waiting = [top];
      for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
        node.match = matches(node.name);
        node.isSelected = isSelected(node);
        found.push(node);
        for (const child of [...node.below.values()].reverse()) waiting.push(child);
      }
    }
    // Those below come first: each tells the one above it.
    for (const { parent, isSelected, hasSelectedBelow, match, hasHiddenBelow } of found.toReversed()) {
      if (parent === undefined) continue;
      parent.hasSelectedBelow ||= isSelected || hasSelectedBelow;
      parent.hasHiddenBelow ||= isSelected && match === "none" || hasHiddenBelow;
    }
    return found;
  }

  #node(name: string): Node {
    let node = this.#root;
    for (let start = 0; start <= name.length;) {
      const slash = name.indexOf("/", start), end = slash < 0 ? name.length : slash;
      const label = name.slice(start, end);
      let next = node.below.get(label);
      if (next === undefined) {
        if (++this.#size > MOST_LEVELS) throw new CommandRefused("There are too many names to be listed", "LIMIT");
        next = new Node(name.slice(0, end), node);
        node.below.set(label, next);
      }
      node = next;
      start = end + 1;
    }
    return node;
  }
}

class Node implements Level {
  readonly name: string;
  readonly parent: Node | undefined;
  readonly below = new Map<string, Node>();
  access?: Access;
  isSubscribed = false;
  hasMailboxBelow = false;
  hasSelectedBelow = false;
  hasHiddenBelow = false;
  match: NameMatch = "none";
  isSelected = false;

  constructor(name: string, parent: Node | undefined) {
    this.name = name;
    this.parent = parent;
  }
}
