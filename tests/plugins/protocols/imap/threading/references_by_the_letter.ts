/** THREAD REFERENCES as RFC 5256 §3 has it, word by word and slowly: what the quick one is compared with. */
import type { Threadable } from "../../../../../plugins/protocols/imap/threading/threadable.ts";

/** "Message"; a dummy has none of its own. */
interface Entry {
  message: Threadable | undefined;
  parent: Entry | undefined;
  children: Entry[];
}

/** The threads, as a THREAD response shows them. */
export function threadsByTheLetter(messages: readonly Threadable[]): string {
  const { all } = linked(messages);
  // (2)
  const root: Entry = { message: undefined, parent: undefined, children: all.filter(({ parent }) => !parent) };
  prune(root, root);
  // (4)
  for (const top of root.children) if (!top.message) top.children.sort(byDate);
  root.children.sort(byDate);
  mergeSubjects(root);
  sortAll(root);
  return root.children.map((top) => `(${printed(top)})`).join("");
}

/** (1) */
function linked(messages: readonly Threadable[]): { all: Entry[] } {
  const all: Entry[] = [];
  const byId = new Map<string, Entry>();
  const create = (message?: Threadable): Entry => {
    const entry = { message, parent: undefined, children: [] };
    all.push(entry);
    return entry;
  };
  for (const message of messages) {
    const known = message.messageId === undefined ? undefined : byId.get(message.messageId);
    const entry = known && !known.message ? known : create();
    entry.message = message;
    if (message.messageId !== undefined && !known) byId.set(message.messageId, entry);
    const chain = message.references.map((id) => {
      const found = byId.get(id) ?? create();
      byId.set(id, found);
      return found;
    });
    for (const [index, child] of chain.entries()) {
      const parent = chain[index - 1];
      if (parent && !child.parent) link(parent, child);
    }
    if (entry.parent) entry.parent.children = entry.parent.children.filter((one) => one !== entry);
    entry.parent = undefined;
    const last = chain.at(-1);
    if (last) link(last, entry);
  }
  return { all };
}

function link(parent: Entry, child: Entry): void {
  if (isDescendent(parent, child)) return;
  child.parent = parent;
  parent.children.push(child);
}

function isDescendent(entry: Entry, top: Entry): boolean {
  return entry === top || top.children.some((child) => isDescendent(entry, child));
}

/** (3) */
function prune(parent: Entry, root: Entry): void {
  for (let index = 0; index < parent.children.length;) {
    const child = parent.children[index];
    if (!child) return;
    const isDummy = child.message === undefined;
    if (isDummy && (parent !== root || child.children.length <= 1)) {
      parent.children.splice(index, 1, ...child.children);
      continue;
    }
    prune(child, root);
    // What was below it may have gone.
    if (isDummy && child.children.length <= 1) parent.children.splice(index, 1, ...child.children);
    else index++;
  }
}

function first(entry: Entry): Threadable | undefined {
  return entry.message ?? entry.children[0]?.message;
}

function byDate(left: Entry, right: Entry): number {
  const a = first(left), b = first(right);
  return a && b ? a.sentAt - b.sentAt || a.number - b.number : 0;
}

/** (5) */
function mergeSubjects(root: Entry): void {
  const table = new Map<string, Entry>();
  const subjectOf = (entry: Entry) => first(entry)?.subject ?? "";
  const isReply = (entry: Entry) => entry.message?.isReplyOrForward === true;
  for (const current of root.children) {
    const subject = subjectOf(current);
    if (subject === "") continue;
    const other = table.get(subject);
    if (!other) table.set(subject, current);
    else if (other.message && (!current.message || (isReply(other) && !isReply(current)))) table.set(subject, current);
  }
  for (const current of [...root.children]) {
    if (!root.children.includes(current)) continue;
    const subject = subjectOf(current);
    const other = table.get(subject);
    if (subject === "" || !other || other === current) continue;
    root.children.splice(root.children.indexOf(current), 1);
    if (!other.message && !current.message) other.children.push(...current.children);
    else if (!other.message) other.children.push(current);
    else if (isReply(current) && !isReply(other)) other.children.push(current);
    else {
      const dummy: Entry = { message: undefined, parent: undefined, children: [current, other] };
      root.children.splice(root.children.indexOf(other), 1, dummy);
      table.set(subject, dummy);
    }
  }
}

/** (6) */
function sortAll(entry: Entry): void {
  for (const child of entry.children) sortAll(child);
  entry.children.sort(byDate);
}

/** RFC 5256 §5, what stands within the parentheses of a thread-list. */
function printed({ message, children }: Entry): string {
  const own = message === undefined ? "" : String(message.number);
  const [only] = children;
  if (only && children.length === 1) return `${own} ${printed(only)}`;
  const nested = children.map((child) => `(${printed(child)})`).join("");
  return own !== "" && nested !== "" ? `${own} ${nested}` : own + nested;
}
