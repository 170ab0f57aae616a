/** THREAD responses (RFC 5256 §4 and §5, thread-list). */
import { type Steps, STRIDE } from "../steps.ts";
import type { Thread } from "../threading/thread.ts";

type Piece = Thread | string;

/** All threads, without spaces between them. Nothing recurses: a thread may be as deep as the mailbox is large. */
export function* printThreads(threads: readonly Thread[]): Steps<string> {
  const pieces: string[] = [];
  const waiting: Piece[] = [];
  const push = (next: readonly Piece[]) => {
    for (let at = next.length - 1; at >= 0; at--) waiting.push(next[at] ?? "");
  };
  push(threads.flatMap((thread) => ["(", thread, ")"]));
  let count = 0;
  for (let piece = waiting.pop(); piece !== undefined; piece = waiting.pop()) {
    if (++count % STRIDE === 0) yield;
    if (typeof piece === "string") {
      pieces.push(piece);
      continue;
    }
    const { number, children } = piece;
    const [only] = children;
    if (number !== undefined) pieces.push(children.length > 0 ? `${number} ` : String(number));
    // RFC 5256 §5, thread-members: an only child goes on in the same parentheses, several have their own.
    if (children.length === 1 && only !== undefined) push([only]);
    else push(children.flatMap((child) => ["(", child, ")"]));
  }
  return pieces.join("");
}
