/** MAIL and RCPT (RFC 5321 §4.1.1.2, §4.1.1.3): from whom, and to whom. */
import type { AcceptedRecipient, RecipientAnswer, SmtpReply } from "../../../core/contract/mod.ts";
import { withoutOwnLiteral } from "./address_literal.ts";
import { after, type Command, command, type Outcome, type Parsed } from "./command.ts";
import { type MailOptions, mailOptions, mailParameters, type Parameter, readParameters } from "./parameters.ts";
import { type Path, readPath } from "./path_parser.ts";
import { tooLarge } from "./refusals.ts";
import { type Reply, reply } from "./replies.ts";
import type { Session } from "./session.ts";
import type { Client, StateOf } from "./state.ts";
import { hasShortDomain, isIncomplete } from "./submission.ts";
import { Transaction } from "./transaction.ts";

interface PathArgument {
  readonly path: Path;
  readonly parameters: readonly Parameter[];
}

/** MAIL: opens a transaction. */
export const mail: Command = command({
  extensions: [...mailParameters.values()].flatMap(({ extensions }) => extensions),
  mayWait: true,
  states: ["greeted"],
  parse: (argument) => parsePath(argument, /^FROM[ \t]*:[ \t]*/i, "null"),
  run(session, state, { path, parameters }): Outcome | Promise<Outcome> {
    session.messages++;
    const refusal = tooMany(session) ?? unauthenticated(session, state);
    if (refusal) return refusal;
    const options = acceptable(session, state, path, parameters);
    if ("code" in options) return { reply: options };
    return after(refusedSender(session, state, path.address), (refusal) => {
      if (refusal) return { reply: refusal };
      const transaction = new Transaction({ sender: path.address, ...options });
      return { reply: reply(250, "2.1.0", "Sender accepted"), state: { ...state, name: "transaction", transaction } };
    });
  },
});

/** RCPT: adds a recipient. */
export const rcpt: Command = command({
  mayWait: true,
  states: ["transaction"],
  parse: (argument) => parsePath(argument, /^TO[ \t]*:[ \t]*/i, "postmaster"),
  run(session, { client, transaction }, { path, parameters }): Outcome | Promise<Outcome> {
    // RFC 5321 §4.5.3.1.10.
    if (!transaction.mayAsk(session.options.max_recipients)) return refuse(452, "4.5.3", "Too many recipients");
    const [parameter] = parameters;
    if (parameter) return refuse(555, "5.5.4", `RCPT has no parameter ${parameter.keyword} here`);
    // RFC 6531 §3.5.
    if (!path.isAscii && !transaction.smtpUtf8) return refuse(553, "5.6.7", "This address needs SMTPUTF8 with MAIL");
    const { connection: { local, log }, context: { domains: [domain] } } = session;
    const recipient = withoutOwnLiteral(path.address, local.hostname, domain);
    return after(ask(session, client, recipient), (answer) => {
      if (!answer.accepted) {
        log.info("recipient refused", { recipient, code: answer.reply.code });
        return { reply: answer.reply };
      }
      return acceptRecipient(transaction, answer.recipient);
    });
  },
});

function acceptRecipient(transaction: Transaction, recipient: AcceptedRecipient): Outcome {
  transaction.add(recipient);
  return { reply: reply(250, "2.1.5", "Recipient accepted") };
}

/** `FROM:<path> parameters`. Blanks around the colon are no part of the grammar, but common, and can mean nothing else. */
function parsePath(argument: string, prefix: RegExp, special: "null" | "postmaster"): Parsed<PathArgument> {
  const isSender = special === "null";
  const [start] = prefix.exec(argument) ?? [];
  if (start === undefined) {
    return { refusal: reply(501, "5.5.4", isSender ? "Expected MAIL FROM:<address>" : "Expected RCPT TO:<address>") };
  }
  const reading = readPath(argument, start.length, special);
  // RFC 3463 §3.2: X.1.7, bad sender's mailbox address syntax; X.1.3, bad destination mailbox address syntax.
  if (!reading.ok) return { refusal: reply(501, isSender ? "5.1.7" : "5.1.3", capitalized(reading.problem)) };
  const parameters = readParameters(argument, reading.end);
  if (parameters === undefined) {
    return { refusal: reply(501, "5.5.4", "The parameters after the address are malformed, or one comes twice") };
  }
  return { value: { path: reading.path, parameters } };
}

/** RFC 9422 §4.1: those that were refused are counted too. 421 makes every client come again with what is left. */
function tooMany({ messages, options }: Session): Outcome | undefined {
  if (messages <= options.max_messages) return undefined;
  return { reply: reply(421, "4.5.3", "Too many messages in one session, connect again"), ends: true };
}

/** RFC 6409 §4.3, RFC 4954 §6; where no mechanism can be had before TLS, RFC 3207 §4 has the words. */
function unauthenticated(session: Session, { client }: StateOf<"greeted">): Outcome | undefined {
  if (session.options.mode !== "submission" || client.account !== undefined) return undefined;
  // Which there are is found out only here: each MAIL need not ask all mechanisms whether they can be had.
  const needsTls = session.connection.canStartTls && session.mechanisms.length === 0;
  return refuse(530, "5.7.0", needsTls ? "Must issue a STARTTLS command first" : "Authentication required");
}

/** What the parameters say, or why they cannot be taken. */
function acceptable(
  { context }: Session,
  { client }: StateOf<"greeted">,
  path: Path,
  parameters: readonly Parameter[],
): MailOptions | Reply {
  // RFC 5321 §4.1.1.2: parameters belong to extensions, and those to EHLO.
  if (parameters.length > 0 && !client.extended) return reply(555, "5.5.4", "Parameters need EHLO, not HELO");
  const options = mailOptions(parameters);
  if ("code" in options) return options;
  // RFC 6531 §3.5.
  if (!path.isAscii && !options.smtpUtf8) return reply(550, "5.6.7", "This address needs SMTPUTF8");
  // RFC 1870 §6.1.
  return (options.size ?? 0) > context.limits.message ? tooLarge : options;
}

/**
 * RFC 6409 §6.1: those who have authenticated send under addresses of their own. The null path is everyone's: reading
 * confirmations must have it (RFC 8098 §3).
 */
function refusedSender(
  { context }: Session,
  { client: { account, facts } }: StateOf<"greeted">,
  sender: string,
): Promise<Reply | undefined> | Reply | undefined {
  const { delivery, directory } = context;
  if (account === undefined || sender === "") return delivery.sender(facts, sender);
  return directory.maySendAs(account, sender).then(async (may) => {
    if (may) return await delivery.sender(facts, sender);
    // RFC 3463 §3.2: X.1.8, bad sender's system address.
    if (await isIncomplete(sender, directory)) return incomplete("5.1.8", sender);
    return reply(550, "5.7.1", `You may not send mail as ${sender}`);
  });
}

/** What a recipient comes to, but for those whom a user names by a domain that is no whole name (RFC 6409 §4.2). */
function ask(
  { context: { delivery, directory } }: Session,
  { account, facts }: Client,
  recipient: string,
): Promise<RecipientAnswer> | RecipientAnswer {
  if (account === undefined || !hasShortDomain(recipient)) return delivery.recipient(facts, recipient);
  return isIncomplete(recipient, directory).then((is) =>
    // RFC 3463 §3.2: X.1.2, bad destination system address.
    is ? { accepted: false, reply: incomplete("5.1.2", recipient) } : delivery.recipient(facts, recipient)
  );
}

/** RFC 6409 §4.2, with its code. */
function incomplete(enhanced: SmtpReply["enhanced"], address: string): SmtpReply {
  return { code: 554, enhanced, text: `The domain of ${address} is not a whole name` };
}

function refuse(...parts: Parameters<typeof reply>): Outcome {
  return { reply: reply(...parts) };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
