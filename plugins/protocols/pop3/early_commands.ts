/**
 * What early POP3 servers had and RFC 1939 has not: LAST (RFC 1081, RFC 1225, RFC 1460), and of the XTND command (RFC 1082)
 * what clients came to use: XLST and XMIT, as Berkeley's and Qualcomm's servers had them. RFC 1082's own XTND BBOARDS and its
 * like, shared mailboxes before there was IMAP, no client has any more.
 */
import { encodeWords } from "../../../core/message/encoded_word.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { type Command, command, type CommandTable, noArgument, type Outcome, words } from "./command.ts";
import { isNotFound } from "./errors.ts";
import type { Maildrop } from "./maildrop/maildrop.ts";
import { failed, ok } from "./replies.ts";
import type { Session } from "./session.ts";
import { transmit } from "./xtnd_xmit.ts";

/** LAST. */
const last: Command = command({
  states: ["transaction"],
  usage: "LAST",
  parse: noArgument,
  // RFC 1460 §5: the highest number accessed, also in sessions before; RSET makes it zero.
  run: (_session, { maildrop }) => ({ reply: ok(`${maildrop.lastRetrieved}`) }),
});

/** What XTND is followed by. */
type Extension =
  | { readonly name: "XMIT" }
  | { readonly name: "XLST"; readonly field: string; readonly number: number | undefined };

/** XTND. */
const xtnd: Command = command({
  states: ["transaction"],
  usage: "XTND XLST field [msg], or XTND XMIT",
  parse: parseExtension,
  run: (session, { maildrop }, extension) =>
    extension.name === "XMIT" ? transmit(session, maildrop.account) : listField(session, maildrop, extension),
});

/** By keyword, in upper case. */
export const earlyCommands: CommandTable = new Map([["LAST", last], ["XTND", xtnd]]);

function parseExtension(argument: string | undefined): { readonly value: Extension } | undefined {
  const [name = "", field, number, ...more] = words(argument);
  if (name.toUpperCase() === "XMIT") return field === undefined ? { value: { name: "XMIT" } } : undefined;
  // RFC 5322 §2.2: a field's name is printable ASCII without colon.
  if (name.toUpperCase() !== "XLST" || field === undefined || more.length > 0) return undefined;
  if (!/^[!-9;-~]+$/.test(field) || number !== undefined && !/^\d{1,10}$/.test(number)) return undefined;
  return { value: { name: "XLST", field, number: number === undefined ? undefined : Number(number) } };
}

/** A field of all messages, or of one: a line each, also where there is no such field, for clients count them. */
async function listField(
  session: Session,
  maildrop: Maildrop,
  { field, number }: Extract<Extension, { name: "XLST" }>,
): Promise<Outcome> {
  const { texts, connection: { writer } } = session;
  if (number !== undefined && maildrop.message(number) === undefined) {
    const text = maildrop.isDeleted(number) ? texts.alreadyDeleted(number) : texts.noSuchMessage(maildrop.count);
    return { reply: failed(text) };
  }
  session.say(ok());
  try {
    for (const listed of number === undefined ? maildrop.numbers() : [number]) {
      writer.line(`${listed} ${await fieldOf(session, maildrop, listed, field)}`.trimEnd());
      if (writer.isFull) await writer.flush();
    }
  } catch (cause) {
    throw isBroken(cause) ? cause : new OutOfStep("a field could not be read from all messages", { cause });
  }
  writer.line(".");
  return {};
}

async function fieldOf(
  { isUtf8, service: { context: { storage } } }: Session,
  maildrop: Maildrop,
  number: number,
  field: string,
): Promise<string> {
  const message = maildrop.message(number);
  let value = "";
  try {
    const { fields } = message === undefined ? { fields: [] } : await storage.summary(message.body);
    value = fields.find(([name]) => name.toLowerCase() === field.toLowerCase())?.[1] ?? "";
  } catch (error) {
    // Another session has removed it.
    if (!isNotFound(error)) throw error;
  }
  // deno-lint-ignore no-control-regex -- control characters are what must go
  const line = value.replace(/[\0-\x1f\x7f]/g, " ");
  // RFC 6856 §2.1: no UTF-8 to those who have not asked for it.
  return `${field}: ${isUtf8 || /^[\x20-\x7e]*$/.test(line) ? line : encodeWords(line)}`;
}
