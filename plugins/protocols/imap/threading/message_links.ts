/** THREAD REFERENCES, step 1 (RFC 5256 §3): who is whose parent, as the references of messages tell. */
import type { Threadable } from "./threadable.ts";

/** A message, or one that is only known from references: a dummy. */
export interface Node {
  /** Absent in a dummy. */
  message: Threadable | undefined;
  /** Absent at the top. */
  parent: Node | undefined;
  /** How many have it as their parent. */
  childCount: number;
}

/**
 * Steps up that are made in all to find out whether a link would close a loop. Real mailboxes need far fewer; beyond it a
 * link that cannot be told from a loop is not made, so that no mailbox takes time that grows with its square.
 */
const MOST_STEPS = 10_000_000;

/** The links. Invariant: following parents from any node ends. */
export class MessageLinks {
  /** Every node, each once, messages and dummies. */
  readonly nodes: Node[] = [];
  readonly #byId = new Map<string, Node>();
  #stepsLeft = MOST_STEPS;

  /** Adds a message; those with lower sequence numbers come first. */
  add(message: Threadable): void {
    const node = this.#nodeOf(message);
    // (A): each reference is the parent of the next.
    let last: Node | undefined;
    for (const id of message.references) {
      const referred = this.#referred(id);
      // "If a message already has a parent, don't change the existing link."
      if (last !== undefined && referred.parent === undefined) this.#link(last, referred);
      last = referred;
    }
    // (B): what the message itself says of its parent counts more than what others said.
    if (node.parent !== undefined) {
      node.parent.childCount--;
      node.parent = undefined;
    }
    if (last !== undefined) this.#link(last, node);
  }

  #nodeOf(message: Threadable): Node {
    const { messageId } = message;
    const known = messageId === undefined ? undefined : this.#byId.get(messageId);
    // A dummy until now.
    if (known !== undefined && known.message === undefined) {
      known.message = message;
      return known;
    }
    const node = this.#newNode(message);
    // The first message with an identifier has it; others with the same have one of their own, which none refers to.
    if (messageId !== undefined && known === undefined) this.#byId.set(messageId, node);
    return node;
  }

  #referred(id: string): Node {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const dummy = this.#newNode(undefined);
    this.#byId.set(id, dummy);
    return dummy;
  }

  #newNode(message: Threadable | undefined): Node {
    const node = { message, parent: undefined, childCount: 0 };
    this.nodes.push(node);
    return node;
  }

  /** Makes a link to a child without parent, unless it would be a loop. */
  #link(parent: Node, child: Node): void {
    if (this.#isWithin(parent, child)) return;
    child.parent = parent;
    parent.childCount++;
  }

  /** Whether a node is another one or below it; true when that takes too long to find out. */
  #isWithin(node: Node, top: Node): boolean {
    if (node === top) return true;
    // Nothing is below it.
    if (top.childCount === 0) return false;
    for (let above = node.parent; above !== undefined; above = above.parent) {
      if (above === top || --this.#stepsLeft < 0) return true;
    }
    return false;
  }
}
