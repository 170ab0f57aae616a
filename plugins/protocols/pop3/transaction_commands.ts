/** The commands of the TRANSACTION state (RFC 1939 §5 and §7), and QUIT, which enters UPDATE (§6). */
import {
  type Command,
  command,
  messageNumber,
  noArgument,
  numbers,
  optionalMessageNumber,
  type Outcome,
} from "./command.ts";
import type { Texts } from "./languages/texts.ts";
import type { Maildrop, MaildropMessage } from "./maildrop/maildrop.ts";
import { sendMessage } from "./messages/send_message.ts";
import { failed, ok, type Reply } from "./replies.ts";
import type { Session } from "./session.ts";

/** STAT. */
export const stat: Command = command({
  states: ["transaction"],
  usage: "STAT",
  parse: noArgument,
  // RFC 1939 §5: these two numbers, and nothing after them, in any language.
  run: (_session, { maildrop }) => ({ reply: ok(`${maildrop.visibleCount} ${maildrop.visibleOctets}`) }),
});

/** LIST. */
export const list: Command = command({
  states: ["transaction"],
  usage: "LIST [msg]",
  parse: optionalMessageNumber,
  run: (session, { maildrop }, number) =>
    listing(session, maildrop, number, {
      first: ok(session.texts.listed(maildrop.visibleCount, maildrop.visibleOctets)),
      line: (number) => `${number} ${maildrop.sizeOf(number)}`,
    }),
});

/** UIDL. */
export const uidl: Command = command({
  capability: "UIDL",
  states: ["transaction"],
  usage: "UIDL [msg]",
  parse: optionalMessageNumber,
  run: (session, { maildrop }, number) =>
    listing(session, maildrop, number, {
      first: ok(),
      line: (number) => `${number} ${maildrop.uniqueId(number)}`,
    }),
});

/** RETR. */
export const retr: Command = command({
  states: ["transaction"],
  usage: "RETR msg",
  parse: messageNumber,
  run: (session, { maildrop }, number) =>
    withMessage(session.texts, maildrop, number, async (message) => {
      const refusal = await sendMessage(session, message);
      if (refusal !== undefined) return { reply: refusal };
      maildrop.retrieve(number);
      return {};
    }),
});

/** TOP. */
export const top: Command = command({
  capability: "TOP",
  states: ["transaction"],
  usage: "TOP msg n",
  parse(argument) {
    const [number, lines, ...more] = numbers(argument) ?? [];
    return number === undefined || lines === undefined || more.length > 0 ? undefined : { value: { number, lines } };
  },
  run: (session, { maildrop }, { number, lines }) =>
    withMessage(session.texts, maildrop, number, async (message) => {
      const refusal = await sendMessage(session, message, lines);
      return refusal === undefined ? {} : { reply: refusal };
    }),
});

/** DELE. */
export const dele: Command = command({
  states: ["transaction"],
  usage: "DELE msg",
  parse: messageNumber,
  run: ({ texts }, { maildrop }, number) =>
    withMessage(texts, maildrop, number, () => {
      maildrop.delete(number);
      return { reply: ok(texts.deleted(number)) };
    }),
});

/** NOOP. */
export const noop: Command = command({
  states: ["transaction"],
  usage: "NOOP",
  parse: noArgument,
  run: () => ({ reply: ok() }),
});

/** RSET. */
export const rset: Command = command({
  states: ["transaction"],
  usage: "RSET",
  parse: noArgument,
  run({ texts }, { maildrop }) {
    maildrop.reset();
    return { reply: ok(texts.maildropHas(maildrop.visibleCount, maildrop.visibleOctets)) };
  },
});

/** QUIT after the login. */
export const quitAndUpdate: Command = command({
  states: ["transaction"],
  usage: "QUIT",
  parse: noArgument,
  run: (session, { maildrop }) => update(session, maildrop),
});

/** RFC 1939 §6: removes what is marked; releases the lock whether that worked or not; says which, and ends. */
async function update(session: Session, maildrop: Maildrop): Promise<Outcome> {
  const reply = await commit(session, maildrop);
  try {
    // Before the reply: a client that connects again at once finds the maildrop free.
    await maildrop[Symbol.asyncDispose]();
  } catch (error) {
    // What QUIT was asked for is done, or is not, all the same.
    session.connection.log.error("the maildrop was not unlocked", { error });
  }
  return { reply, ends: true };
}

async function commit({ texts, service, connection: { log } }: Session, maildrop: Maildrop): Promise<Reply> {
  try {
    const { removed, left } = await maildrop.commit();
    log.info("maildrop closed", { messages: maildrop.count, retrieved: maildrop.retrievedCount, removed });
    return ok(texts.signingOffLeft(service.context.hostname, left));
  } catch (error) {
    log.error("deleted messages were not removed", { error });
    return failed(texts.notRemoved, "SYS/TEMP");
  }
}

/** LIST and UIDL differ only in what a line says. */
function listing(
  session: Session,
  maildrop: Maildrop,
  number: number | undefined,
  { first, line }: { readonly first: Reply; readonly line: (number: number) => string },
): Outcome | Promise<Outcome> {
  if (number === undefined) return session.list(first, maildrop.numbers().map(line));
  return withMessage(session.texts, maildrop, number, () => ({ reply: ok(line(number)) }));
}

/** RFC 1939 §5: a number may not refer to a message that is marked. */
export function withMessage(
  texts: Texts,
  maildrop: Maildrop,
  number: number,
  then: (message: MaildropMessage) => Outcome | Promise<Outcome>,
): Outcome | Promise<Outcome> {
  const message = maildrop.message(number);
  if (message !== undefined) return then(message);
  const text = maildrop.isDeleted(number) ? texts.alreadyDeleted(number) : texts.noSuchMessage(maildrop.count);
  return { reply: failed(text) };
}
