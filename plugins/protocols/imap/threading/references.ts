/**
 * THREAD REFERENCES (RFC 5256 §3), step by step. Nothing recurses: a thread may be as deep as the mailbox is large. After
 * step 3 dummies are left at the top only, and the children of each are messages.
 */
import { sortSteps, type Steps, STRIDE } from "../steps.ts";
import { MessageLinks, type Node } from "./message_links.ts";
import type { Thread } from "./thread.ts";
import type { Threadable } from "./threadable.ts";

/** Collects messages; `finish` threads them. */
export class ReferenceThreads {
  readonly #links = new MessageLinks();

  /** Adds a message, in the order of the mailbox. */
  add(message: Threadable): void {
    this.#links.add(message);
  }

  /** The threads, in their order. */
  *finish(): Steps<Thread[]> {
    const { roots, all } = yield* prunedTrees(this.#links.nodes);
    // Step 4: of a dummy the first child counts.
    yield* sortChildren(roots.filter(({ message }) => message === undefined));
    const threads = yield* mergedBySubject(yield* sortSteps(roots, byDate));
    // Step 6: what is below a sibling does not change its place.
    yield* sortChildren(all);
    yield* sortChildren(threads);
    return yield* sortSteps(threads, byDate);
  }
}

/** A message or, at the top, a dummy. */
class Tree implements Thread {
  readonly message: Threadable | undefined;
  children: Tree[] = [];

  constructor(message?: Threadable) {
    this.message = message;
  }

  get number(): number | undefined {
    return this.message?.number;
  }

  /** The message, or the first one below a dummy. */
  get first(): Threadable | undefined {
    return this.message ?? this.children[0]?.message;
  }
}

function* sortChildren(trees: readonly Tree[]): Steps<void> {
  for (const [place, tree] of trees.entries()) {
    if (place % STRIDE === 0) yield;
    if (tree.children.length > 1) tree.children = yield* sortSteps(tree.children, byDate);
  }
}

/** RFC 5256 §2.2: by sent date, or else by the order of the mailbox, which is that of sequence numbers and of UIDs. */
function byDate({ first: left }: Tree, { first: right }: Tree): number {
  if (left === undefined || right === undefined) return 0;
  return left.sentAt - right.sentAt || left.number - right.number;
}

/**
 * Steps 2 and 3. A message hangs below the nearest one above it; where only dummies are above it, below the topmost of
 * them, which is the same as promoting children level by level.
 */
function* prunedTrees(
  nodes: readonly Node[],
): Steps<{ readonly roots: readonly Tree[]; readonly all: readonly Tree[] }> {
  /** Where children of a node hang. */
  const hooks = new Map<Node, Tree>();
  const all: Tree[] = [];
  for (const [place, node] of nodes.entries()) {
    if (place % STRIDE === 0) yield;
    if (node.message === undefined) continue;
    const tree = new Tree(node.message);
    hooks.set(node, tree);
    all.push(tree);
  }
  const tops: Tree[] = [];
  const hookOf = (node: Node): Tree => {
    const passed: Node[] = [];
    let hook: Tree | undefined;
    for (let above: Node | undefined = node; above !== undefined; above = above.parent) {
      hook = hooks.get(above);
      if (hook !== undefined) break;
      passed.push(above);
    }
    if (hook === undefined) tops.push(hook = new Tree());
    for (const dummy of passed) hooks.set(dummy, hook);
    return hook;
  };
  for (const [place, node] of nodes.entries()) {
    if (place % STRIDE === 0) yield;
    const tree = node.message && hooks.get(node);
    if (tree === undefined) continue;
    if (node.parent === undefined) tops.push(tree);
    else hookOf(node.parent).children.push(tree);
  }
  // "Do not promote the children if doing so would make them children of the root, unless there is only one child."
  const roots = tops.map((top) =>
    top.message === undefined && top.children.length === 1 ? top.children[0] ?? top : top
  );
  return { roots, all };
}

/** Step 5: threads with the same subject become one. */
function* mergedBySubject(roots: readonly Tree[]): Steps<Tree[]> {
  const table = yield* subjectTable(roots);
  const threads = new Set(roots);
  for (const [place, current] of roots.entries()) {
    if (place % STRIDE === 0) yield;
    const subject = current.first?.subject ?? "";
    const other = table.get(subject);
    if (other === undefined || other === current) continue;
    threads.delete(current);
    if (other.message === undefined) {
      // A dummy's children become siblings of the other's, and so does a message.
      if (current.message === undefined) append(other.children, current.children);
      else other.children.push(current);
    } else if (isReply(current) && !isReply(other)) {
      other.children.push(current);
    } else {
      const dummy = new Tree();
      dummy.children.push(other, current);
      threads.delete(other);
      threads.add(dummy);
      table.set(subject, dummy);
    }
  }
  return [...threads];
}

/** Steps 5.A and 5.B. */
function* subjectTable(roots: readonly Tree[]): Steps<Map<string, Tree>> {
  const table = new Map<string, Tree>();
  for (const [place, current] of roots.entries()) {
    if (place % STRIDE === 0) yield;
    const subject = current.first?.subject ?? "";
    if (subject === "") continue;
    const other = table.get(subject);
    const isBetter = other === undefined ||
      (other.message !== undefined && (current.message === undefined || (isReply(other) && !isReply(current))));
    if (isBetter) table.set(subject, current);
  }
  return table;
}

function isReply({ message }: Tree): boolean {
  return message?.isReplyOrForward ?? false;
}

/** Children may be more than a call has arguments. */
function append(list: Tree[], more: readonly Tree[]): void {
  for (const one of more) list.push(one);
}
