/** How many names an account may be subscribed to. */
import { Refusal } from "../../core/contract/refusal.ts";

const mostSubscriptions = 10_000;

/** An account would have so many. @throws Refusal `too-large` when that is more than it may. */
export function refuseTooManySubscriptions(count: number): void {
  if (count > mostSubscriptions) throw new Refusal("too-large", "there are too many subscriptions");
}
