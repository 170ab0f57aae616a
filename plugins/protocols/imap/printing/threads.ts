/** `thread-list` (RFC 5256 §5). */
import type { Thread } from "../threading/thread.ts";

/** What follows THREAD, a space before it where there is something; nothing recurses, for threads may be deep. */
export function printThreads(threads: readonly Thread[]): string {
  const text: string[] = [];
  /** What is still to be printed, the next one last: threads, and closing parentheses. */
  const left: (Thread | ")")[] = threads.toReversed();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === ")") {
      text.push(")");
      continue;
    }
    text.push("(");
    left.push(")");
    let { number, children } = next;
    if (number !== undefined) text.push(String(number));
    // thread-members: parent and child after one another, as long as there is one child only.
    for (let [only] = children; only !== undefined && children.length === 1; [only] = children) {
      ({ number, children } = only);
      text.push(` ${number}`);
    }
    if (children.length === 0) continue;
    // thread-nested; a space parts it from members.
    if (text.at(-1) !== "(") text.push(" ");
    for (const child of children.toReversed()) left.push(child);
  }
  return threads.length === 0 ? "" : ` ${text.join("")}`;
}
