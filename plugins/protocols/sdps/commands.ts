/** What SDPS clients may say: POP3 as Demon Internet had it, and *ENV. */
import type { Storage } from "../../../core/contract/mod.ts";
import { type Command, command, type CommandTable, messageNumber } from "../pop3/command.ts";
import { pop3Commands } from "../pop3/commands.ts";
import { isNotFound } from "../pop3/errors.ts";
import type { Maildrop, MaildropMessage } from "../pop3/maildrop/maildrop.ts";
import { ok } from "../pop3/replies.ts";
import { withMessage } from "../pop3/transaction_commands.ts";
import { localPart, ownAddress } from "./envelopes.ts";

/** What there never is, as with Demon: no mechanism knows of a host's second password, and clients would take them first. */
const otherLogins: ReadonlySet<string> = new Set(["APOP", "AUTH"]);
/** What Demon's servers did not have either. Without CAPA fetchmail does not find STLS. */
const extensions: ReadonlySet<string> = new Set(["CAPA", "LANG", "UTF8"]);

/** *ENV: between whom a message went. */
const env: Command = command({
  states: ["transaction"],
  usage: "*ENV msg",
  parse: messageNumber,
  run: (session, { maildrop }, number) =>
    withMessage(session.texts, maildrop, number, async (message) => {
      // Nothing but a wrong number is refused: fetchmail takes -ERR for the first of several lines, and waits for more.
      return session.list(ok(), await envelopeLines(session.service.context.storage, maildrop, message));
    }),
});

/** The commands, with the extensions of POP3 or without. */
export function sdpsCommands(hasExtensions: boolean): CommandTable {
  const left = [...pop3Commands].filter(([keyword]) =>
    !otherLogins.has(keyword) && (hasExtensions || !extensions.has(keyword))
  );
  return new Map([...left, ["*ENV", env]]);
}

/** The host, its user, the sender, the recipient: clients read the last two, and count. */
async function envelopeLines(
  storage: Storage,
  { account }: Maildrop,
  { body, envelope }: MaildropMessage,
): Promise<string[]> {
  const owner = await ownAddress(storage, account);
  const { sender, recipient } = envelope ?? { sender: await returnPath(storage, body), recipient: owner };
  // An empty line is the null path.
  return [localPart(owner), localPart(recipient), sender, recipient].map(oneLine);
}

/** RFC 5321 §4.4: the sender of a message without envelope, where it tells of one. */
async function returnPath(storage: Storage, body: MaildropMessage["body"]): Promise<string> {
  try {
    const { fields } = await storage.summary(body);
    const value = fields.find(([name]) => name.toLowerCase() === "return-path")?.[1] ?? "";
    return /<([^<>]*)>/.exec(value)?.[1]?.trim() ?? "";
  } catch (error) {
    // Another session has removed it; the client will be told when it asks for the message.
    if (!isNotFound(error)) throw error;
    return "";
  }
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
