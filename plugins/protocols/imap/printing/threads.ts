/** THREAD responses (RFC 5256 §4 and §5, thread-list). */
import type { Thread } from "../threading/thread.ts";

type Step = Thread | string;

/** All threads, without spaces between them. Nothing recurses: a thread may be as deep as the mailbox is large. */
export function printThreads(threads: readonly Thread[]): string {
  const pieces: string[] = [];
  const steps: Step[] = [];
  const push = (next: readonly Step[]) => {
    for (let at = next.length - 1; at >= 0; at--) steps.push(next[at] ?? "");
  };
  push(threads.flatMap((thread) => ["(", thread, ")"]));
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (typeof step === "string") {
      pieces.push(step);
      continue;
    }
    const { number, children } = step;
    const [only] = children;
    if (number !== undefined) pieces.push(children.length > 0 ? `${number} ` : String(number));
    // RFC 5256 §5, thread-members: an only child goes on in the same parentheses, several have their own.
    if (children.length === 1 && only !== undefined) push([only]);
    else push(children.flatMap((child) => ["(", child, ")"]));
  }
  return pieces.join("");
}
