/** Work in steps, done without a pause. */
import type { Steps } from "../../../../plugins/protocols/imap/steps.ts";

/** What comes of it. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
