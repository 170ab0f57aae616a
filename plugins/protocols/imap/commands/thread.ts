/** THREAD and UID THREAD (RFC 5256 §3). */
import { type Command, command } from "../command.ts";
import { expectThreadArguments } from "../grammar/search_arguments.ts";
import { printThreads } from "../printing/threads.ts";
import { ok } from "../replies.ts";
import { conditionOf, matchingMessages } from "../search/search.ts";
import { summarized } from "../search/summarized.ts";
import { threadsBySubject } from "../threading/orderedsubject.ts";
import { ReferenceThreads } from "../threading/references.ts";
import { type Threadable, threadable } from "../threading/threadable.ts";

/** THREAD. */
export const threadByNumber: Command = threadCommand("number");
/** UID THREAD. */
export const threadByUid: Command = threadCommand("uid");

function threadCommand(by: "number" | "uid"): Command {
  return command({
    capabilities: ["THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES"],
    states: ["selected"],
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectThreadArguments(scanner);
    },
    async run(session, { mailbox }, given) {
      const condition = await conditionOf(session, mailbox, given);
      const found = matchingMessages(session, mailbox, condition);
      const messages: Threadable[] = [];
      for await (const { message, summary } of summarized(session.service.context.storage, found, true)) {
        const number = by === "uid" ? message.uid : mailbox.numberOf(message.uid);
        if (summary !== undefined) messages.push(threadable(number, message, summary));
      }
      const threads = given.algorithm === "REFERENCES" ? byReferences(messages) : threadsBySubject(messages);
      session.untagged(`THREAD${threads.length === 0 ? "" : " "}${printThreads(threads)}`);
      return { reply: ok("Threaded") };
    },
  });
}

function byReferences(messages: readonly Threadable[]) {
  const threads = new ReferenceThreads();
  for (const message of messages) threads.add(message);
  return threads.finish();
}
