/** A search in the selected mailbox, from the arguments of its command to the messages that are found. */
import type { Message } from "../../../../core/contract/mod.ts";
import { CommandRefused } from "../failures.ts";
import type { SearchProgram } from "../grammar/search_arguments.ts";
import { Scanner } from "../grammar/scanner.ts";
import { expectSearchArguments } from "../grammar/search_arguments.ts";
import type { SearchKey } from "../grammar/search_keys.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { Turns } from "../turns.ts";
import { compile } from "./compile.ts";
import type { Condition } from "./condition.ts";
import { findMessages } from "./find_messages.ts";
import { textDecoding } from "./search_text.ts";

/** What was found: messages by UID, and the greatest mod-sequence among them. */
export interface Found {
  /** Ascending. */
  readonly uids: readonly number[];
  /** RFC 7162 §3.1.5: told where mod-sequences were asked for. */
  readonly modseq: bigint | undefined;
}

/** What the search of a command is. @throws CommandRefused. */
export async function conditionOf(
  session: Session,
  mailbox: SelectedMailbox | undefined,
  { charset, keys }: SearchProgram,
): Promise<Condition> {
  // RFC 7162 §3.1: a search for mod-sequences says that they are wanted.
  if (keys.some(asksModseq)) session.wantModseq();
  return compile(keys, {
    mailbox,
    decode: await textDecoding(charset),
    filter: await filtersOf(session, keys),
    now: session.service.context.now(),
  });
}

/** Messages that the client knows and the condition fits. */
export function matchingMessages(
  session: Session,
  mailbox: SelectedMailbox,
  condition: Condition,
): AsyncGenerator<Message> {
  const place = { mailbox: mailbox.id, last: mailbox.lastUid, isRecent: (uid: number) => mailbox.isRecent(uid) };
  return findMessages(session.service.context.storage, place, condition, new Turns());
}

/** Looks for them. @throws CommandRefused. */
export async function search(session: Session, mailbox: SelectedMailbox, program: SearchProgram): Promise<Found> {
  const condition = await conditionOf(session, mailbox, program);
  const uids: number[] = [];
  let modseq = 0n;
  for await (const message of matchingMessages(session, mailbox, condition)) {
    uids.push(message.uid);
    if (message.modseq > modseq) modseq = message.modseq;
  }
  return { uids, modseq: program.keys.some(asksModseq) && uids.length > 0 ? modseq : undefined };
}

/** Whether mod-sequences are asked for, anywhere in it. */
export function asksModseq(key: SearchKey): boolean {
  switch (key.key) {
    case "MODSEQ":
      return true;
    case "NOT":
    case "FUZZY":
      return asksModseq(key.operand);
    case "OR":
    case "AND":
      return key.operands.some(asksModseq);
    default:
      return false;
  }
}

/** RFC 5466 §3.1: filters are metadata of the server: the user's own first, then those for everyone. */
async function filtersOf(
  session: Session,
  keys: readonly SearchKey[],
): Promise<(name: string) => readonly SearchKey[]> {
  const { state, service } = session;
  if (state.name === "not-authenticated" || !keys.some(namesFilter)) return noFilters;
  const { storage } = service.context;
  const own = await storage.metadata({ account: state.user.account });
  const shared = await storage.metadata({});
  return (name) => {
    const entry = `/filters/values/${name}`.toLowerCase();
    const value = own.get(entry) ?? shared.get(entry);
    return value === undefined ? noFilters(name) : readFilter(name, value);
  };
}

function namesFilter(key: SearchKey): boolean {
  switch (key.key) {
    case "FILTER":
      return true;
    case "NOT":
    case "FUZZY":
      return namesFilter(key.operand);
    case "OR":
    case "AND":
      return key.operands.some(namesFilter);
    default:
      return false;
  }
}

/** RFC 5466 §3.1: the value is what would follow SEARCH, in UTF-8. */
function readFilter(name: string, value: Uint8Array): readonly SearchKey[] {
  try {
    return expectSearchArguments(new Scanner(value)).keys;
  } catch {
    throw new CommandRefused("The filter is no search", `UNDEFINED-FILTER ${name}`);
  }
}

/** RFC 5466 §3.1. */
function noFilters(name: string): never {
  throw new CommandRefused("There is no such filter", `UNDEFINED-FILTER ${name}`);
}
