/** Looks through a mailbox a page at a time, and at no more of each message than its answer needs. */
import type { MailboxId, Message, Storage, UidSet } from "../../../../core/contract/mod.ts";
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import { searchText } from "../../../../core/message/search_text.ts";
import type { Turns } from "../turns.ts";
import type { Condition } from "./condition.ts";
import { type Candidate, evaluate } from "./evaluate.ts";

/** Messages that are read at a time. */
const PAGE = 500;
/** Octets of a part that are searched: more than a message may have. */
const PART_BYTES = 1_073_741_824;

/** Where to look. */
export interface SearchPlace {
  /** In which mailbox. */
  readonly mailbox: MailboxId;
  /** Only these; absent: all. */
  readonly uids?: UidSet;
  /** Only up to this one: the client knows no others. */
  readonly last: number;
  /** UIDs from this one on are `\Recent`. */
  isRecent(uid: number): boolean;
}

/** Messages that meet the condition, in UID order. */
export async function* findMessages(
  storage: Storage,
  { mailbox, uids, last, isRecent }: SearchPlace,
  condition: Condition,
  turns: Turns,
): AsyncGenerator<Message> {
  for (let after = 0, more = true; more && after < last;) {
    const page = await storage.messages(mailbox, { after, most: PAGE, ...uids && { uids } });
    after = page.messages.at(-1)?.uid ?? last;
    more = page.more;
    const known = page.messages.filter(({ uid }) => uid <= last);
    yield* await matching(storage, known.map((message) => ({ message, isRecent: isRecent(message.uid) })), condition);
    await turns.take();
  }
}

async function matching(storage: Storage, candidates: readonly Candidate[], condition: Condition): Promise<Message[]> {
  const verdicts = candidates.map((candidate) => evaluate(condition, candidate));
  const open = candidates.filter((_, index) => verdicts[index] === undefined);
  const summaries = open.length > 0 ? await storage.summaries(open.map(({ message }) => message.body)) : [];
  const byUid = new Map(open.map(({ message }, index) => [message.uid, summaries[index]]));
  const found: Message[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const { message } = candidate;
    const summary = byUid.get(message.uid);
    let verdict = verdicts[index];
    if (verdict === undefined && summary !== undefined) {
      verdict = evaluate(condition, { ...candidate, summary });
      if (verdict === undefined) verdict = await readAndEvaluate(storage, { ...candidate, summary }, condition);
    }
    if (verdict === true) found.push(message);
  }
  return found;
}

/** The last resort: the whole text is decoded, once for all keys. */
async function readAndEvaluate(
  storage: Storage,
  candidate: Candidate & { readonly summary: NonNullable<Candidate["summary"]> },
  condition: Condition,
): Promise<boolean> {
  const body = await storage.openBody(candidate.message.body);
  const { structure } = candidate.summary;
  const header: string[] = [], rest: string[] = [];
  // The message's own header is the first piece, where there is one.
  let isHeader = structure.bodyStart > structure.headerStart;
  for await (const piece of searchText(structure, body, { header: true, partBytes: PART_BYTES })) {
    (isHeader ? header : rest).push(unicodeCasemap(piece));
    isHeader = false;
  }
  const isIn = (text: string, pieces: readonly string[]) => pieces.some((piece) => piece.includes(text));
  const contains = (texts: readonly string[], withHeader: boolean) =>
    texts.every((text) => text === "" || isIn(text, rest) || (withHeader && isIn(text, header)));
  return evaluate(condition, { ...candidate, contains }) === true;
}
