/** The messages that a set names, or why it names none. */
import type { Outcome } from "../pop3/command.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import { failed } from "../pop3/replies.ts";
import type { Session } from "../pop3/session.ts";
import { type MessageSet, resolveMessageSet } from "./grammar/message_set.ts";

/**
 * Calls `then` with the numbers of the messages, ascending, at least one. A number that stands alone must name a message
 * (RFC 1939 §5); in ranges those that are marked, moved or beyond the last are passed over.
 */
export async function withMessages(
  { texts }: Session,
  maildrop: Maildrop,
  set: MessageSet,
  then: (numbers: readonly number[]) => Promise<Outcome>,
): Promise<Outcome> {
  const none = { reply: failed(texts.noSuchMessage(maildrop.count)) };
  for (const { from, to } of set) {
    const number = to === undefined ? from === "*" ? maildrop.count : from : undefined;
    if (number === undefined || maildrop.message(number) !== undefined) continue;
    return maildrop.isDeleted(number) ? { reply: failed(texts.alreadyDeleted(number)) } : none;
  }
  const numbers: number[] = [];
  for (const [from, to] of resolveMessageSet(set, maildrop.count)) {
    for (let number = from; number <= to; number++) if (maildrop.message(number) !== undefined) numbers.push(number);
  }
  return numbers.length === 0 ? none : await then(numbers);
}
