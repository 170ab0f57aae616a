/** Flags: LFLG lists them, SFLG sets some, CFLG clears some. They are IMAP's (RFC 9051 §2.3.2), and others see them at once. */
import type { FlagChange } from "../../../core/contract/mod.ts";
import { rightFor } from "../../../core/mailboxes/flag_rights.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { type Command, type Outcome, words } from "../pop3/command.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import { uidSet } from "../pop3/maildrop/uid_set.ts";
import { ok } from "../pop3/replies.ts";
import type { Session } from "../pop3/session.ts";
import { verb } from "./command.ts";
import { requireRights } from "./folders.ts";
import { parseFlags } from "./grammar/flag.ts";
import { type MessageSet, parseMessageSet } from "./grammar/message_set.ts";
import { withMessages } from "./named_messages.ts";

/** Messages that are looked at, or changed, at once: other sessions have their turn between. */
const STEP = 2000;

/** LFLG. */
export const listFlags = verb({
  verb: "LFLG",
  usage: "[set]",
  parse(argument) {
    const [word, ...more] = words(argument);
    if (word === undefined) return { value: undefined };
    const set = parseMessageSet(word);
    return set === undefined || more.length > 0 ? undefined : { value: set };
  },
  async run(session, maildrop, set) {
    if (set === undefined) return await tellFlags(session, maildrop, [...maildrop.numbers()]);
    return await withMessages(session, maildrop, set, (numbers) => tellFlags(session, maildrop, numbers));
  },
});

/** SFLG. */
export const setFlags = flagVerb("SFLG", "add");
/** CFLG. */
export const clearFlags = flagVerb("CFLG", "remove");

function flagVerb(name: string, mode: FlagChange["mode"]): readonly [string, Command] {
  return verb({
    verb: name,
    usage: "set flag ...",
    parse(argument): { readonly value: { readonly set: MessageSet; readonly flags: readonly string[] } } | undefined {
      const [word = "", ...rest] = words(argument);
      const set = parseMessageSet(word), flags = parseFlags(rest);
      return set === undefined || flags === undefined || flags.length === 0 ? undefined : { value: { set, flags } };
    },
    run: (session, maildrop, { set, flags }) =>
      withMessages(session, maildrop, set, async (numbers) => {
        await changeFlags(session, maildrop, numbers, { mode, flags });
        return { reply: ok(`${numbers.length}`) };
      }),
  });
}

async function changeFlags(
  { service: { context: { storage } } }: Session,
  maildrop: Maildrop,
  numbers: readonly number[],
  change: FlagChange,
): Promise<void> {
  const rights = new Set(change.flags.map(rightFor));
  // RFC 4314 §4 has IMAP leave out those that may not be changed; here nothing is done then.
  await requireRights(storage, maildrop, maildrop.select(numbers).keys(), ["r", ...rights].join(""));
  for (let at = 0; at < numbers.length; at += STEP) {
    const some = maildrop.select(numbers.slice(at, at + STEP));
    await storage.apply(Array.from(some, ([{ id }, uids]) => ({
      ...{ do: "setFlags", mailbox: id, uids: uidSet(uids), change } as const,
    })));
  }
}

/** A line a message; none for those that other sessions have removed meanwhile. */
async function tellFlags(session: Session, maildrop: Maildrop, numbers: readonly number[]): Promise<Outcome> {
  const { connection: { writer }, service: { context: { storage } } } = session;
  await requireRights(storage, maildrop, maildrop.select(numbers).keys(), "r");
  session.say(ok());
  try {
    for (let at = 0; at < numbers.length; at += STEP) {
      for (const line of await flagLines(session, maildrop, numbers.slice(at, at + STEP))) writer.line(line);
      if (writer.isFull) await writer.flush();
    }
  } catch (cause) {
    throw isBroken(cause) ? cause : new OutOfStep("the flags of all messages could not be read", { cause });
  }
  writer.line(".");
  return {};
}

async function flagLines(
  { service: { context: { storage } } }: Session,
  maildrop: Maildrop,
  numbers: readonly number[],
): Promise<string[]> {
  const flags = new Map<string, readonly string[]>();
  for (const [{ id }, uids] of maildrop.select(numbers)) {
    const { messages } = await storage.messages(id, { uids: uidSet(uids) });
    for (const message of messages) flags.set(`${id} ${message.uid}`, message.flags);
  }
  return numbers.flatMap((number) => {
    const place = maildrop.placeOf(number);
    const known = place && flags.get(`${place.mailbox.id} ${place.uid}`);
    return known === undefined ? [] : [[number, ...known].join(" ")];
  });
}
