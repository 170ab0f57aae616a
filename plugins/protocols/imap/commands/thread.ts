/** THREAD and UID THREAD (RFC 5256 §3). */
import { CharsetDecoder } from "../../../../core/message/charset.ts";
import { type Command, command } from "../command.ts";
import { expectThreadArguments } from "../grammar/search_arguments.ts";
import { LongWork } from "../long_work.ts";
import { limitReached, messageLimit, overLimit } from "../message_limit.ts";
import { printThreads } from "../printing/threads.ts";
import { ok } from "../replies.ts";
import { findMessages, scopeOf } from "../search/find_messages.ts";
import { type NamedBy, type PreparedSearch, prepareSearch, selectedTarget, tellingOf } from "../search/search.ts";
import { summariesOf } from "../search/summarized.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { inTurns, type Steps, STRIDE } from "../steps.ts";
import { threadsBySubject } from "../threading/orderedsubject.ts";
import { ReferenceThreads } from "../threading/references.ts";
import type { Thread } from "../threading/thread.ts";
import { type Threadable, threadable, threadParts } from "../threading/threadable.ts";
import { expungeIssued } from "../tell.ts";

/** Messages whose summaries are read at a time. */
const SUMMARIES = 50;

/** THREAD. */
export const threadByNumber: Command = threadCommand("number");
/** UID THREAD. */
export const threadByUid: Command = threadCommand("uid");

function threadCommand(by: NamedBy): Command {
  return command({
    capabilities: ["THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES"],
    states: ["selected"],
    // RFC 5256 §3: no EXPUNGE while it answers.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectThreadArguments(scanner);
    },
    async run(session, { user, mailbox }, given) {
      const prepared = await prepareSearch(session, user, given);
      const work = new LongWork(session);
      const messages = await threadables(session, prepared, mailbox, by, work);
      const threading = given.algorithm === "REFERENCES" ? byReferences(messages) : threadsBySubject(messages);
      const threads = await inTurns(threading, work);
      session.untagged(`THREAD${threads.length === 0 ? "" : " "}${await inTurns(printThreads(threads), work)}`);
      return { reply: ok("Threaded", await expungeIssued(session, mailbox, by)), ...tellingOf(given) };
    },
  });
}

/** What is found, in the order of the mailbox, as little of it as threading needs. */
async function threadables(
  session: Session,
  prepared: PreparedSearch,
  mailbox: SelectedMailbox,
  by: NamedBy,
  work: LongWork,
): Promise<readonly Threadable[]> {
  const { storage, now } = session.service.context;
  const target = selectedTarget(session, mailbox), decoder = new CharsetDecoder();
  const messages: Threadable[] = [];
  const condition = prepared.conditionIn(target);
  const scope = await scopeOf(storage, target, condition, work, messageLimit(session));
  // RFC 9738 §3.3: a part of the messages has no threads of its own.
  if (scope.isCut) throw overLimit(limitReached(session));
  for await (const page of findMessages(storage, target, condition, { work, now: now().getTime() }, scope)) {
    for (let at = 0; at < page.length; at += SUMMARIES) {
      const some = page.slice(at, at + SUMMARIES).map(({ message }) => message);
      const summaries = await summariesOf(storage, some.map(({ body }) => body), threadParts);
      for (const [index, message] of some.entries()) {
        const summary = summaries[index];
        // A message that is gone by now is not in the answer.
        if (summary === undefined) continue;
        const number = by === "uid" ? message.uid : mailbox.numberOf(message.uid);
        messages.push(
          await decoder.reading(() => threadable(number, message, summary, { decode: decoder.decode })),
        );
      }
      if (work.isDue) await work.pause();
    }
  }
  return messages;
}

function* byReferences(messages: readonly Threadable[]): Steps<Thread[]> {
  const threads = new ReferenceThreads();
  for (const [place, message] of messages.entries()) {
    threads.add(message);
    if (place % STRIDE === 0) yield;
  }
  return yield* threads.finish();
}
