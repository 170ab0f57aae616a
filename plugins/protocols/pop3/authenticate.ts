/** USER, PASS and APOP (RFC 1939 §7), AUTH (RFC 5034): who the client is, and the way into its maildrop. */
import type { AccountId, ExchangeEnd, RefusedBecause } from "../../../core/contract/mod.ts";
import { runSaslDialogue } from "../../../core/sasl/base64_dialogue.ts";
import { prepareQuery } from "../../../core/sasl/saslprep.ts";
import { isBroken, LineTooLong } from "../../../core/wire/errors.ts";
import { beforeLogin, type Command, command, type Outcome, words } from "./command.ts";
import { failureReply } from "./errors.ts";
import type { Texts } from "./languages/texts.ts";
import { AttemptLogins } from "./logins.ts";
import { Maildrop } from "./maildrop/maildrop.ts";
import type { View } from "./maildrop/view.ts";
import { failed, ok, type Reply, wrong } from "./replies.ts";
import type { Session } from "./session.ts";

/**
 * USER. The answer is the same whoever is named (RFC 1939 §13, RFC 3206 §5).
 *
 * @param isAllowed Whether it may be said now.
 */
export function userCommand(isAllowed: (session: Session) => boolean): Command {
  return command({
    // RFC 2449 §6.2. Not before TLS where passwords may not be sent without; what was true at login stays true.
    capability: (session) => takesPasswords(session) ? "USER" : undefined,
    // RFC 1939 §7 has another USER only after one that failed; a client that has changed its mind is forgiven.
    states: beforeLogin,
    usage: "USER name",
    // One argument, so spaces in it are a part of it, as RFC 1939 §7 allows for PASS.
    parse: (argument = "") => argument.trim() === "" ? undefined : { value: argument.trim() },
    run(session, _state, login) {
      const { texts } = session;
      // RFC 2595 §2.3: refused before the password is on its way; to all alike, for its answer tells of nobody.
      if (!isAllowed(session)) return { reply: wrong(texts.needsTls) };
      return { reply: ok(texts.sendPassword), state: { name: "named", login } };
    },
  });
}

/** Whether PASS may follow USER on the connection as it is. */
export function takesPasswords({ connection, service: { passwords } }: Session): boolean {
  return passwords.isAllowed(connection);
}

/** USER, where PASS is what follows it. */
export const user: Command = userCommand(takesPasswords);

/** PASS. */
export const pass: Command = command({
  isProof: true,
  // RFC 1939 §7: immediately after a successful USER.
  states: ["named"],
  usage: "PASS string",
  // RFC 1939 §7: spaces are a part of the password, at its ends too.
  parse: (argument) => argument === undefined ? undefined : { value: argument },
  async run(session, { login: written }, password) {
    const { service: { passwords, readLogin }, connection } = session;
    const { login, view } = readLogin(written);
    return await conclude(session, await passwords.check(login, password, connection), view);
  },
});

/** APOP. RFC 1939 §13 would not have PASS too for an account: that is for passwords in clear text, which TLS hides by now. */
export const apop: Command = command({
  isProof: true,
  states: beforeLogin,
  usage: "APOP name digest",
  parse(argument = "") {
    const text = argument.trim();
    // The digest follows the last space: a name may itself hold spaces.
    const space = text.lastIndexOf(" ");
    return space < 0 ? undefined : { value: { name: text.slice(0, space).trimEnd(), digest: text.slice(space + 1) } };
  },
  async run(session, _state, { name, digest }) {
    const { texts, apop: exchange } = session;
    // RFC 1939 §7: after the greeting or a USER or PASS that failed, not after another APOP: the timestamp is good for one
    // try, and a second one cannot be shown.
    if (exchange === "used") return { reply: wrong(texts.timestampUsed) };
    if (exchange === undefined || exchange.step.state !== "challenge") return { reply: wrong(texts.noTimestamp) };
    // RFC 6856 §2.2: names are prepared, and those that cannot be are refused.
    const prepared = prepareQuery(name);
    if (!prepared) return { reply: refusalReply("credentials", texts) };
    session.apop = "used";
    await using used = exchange;
    const step = await used.respond(new TextEncoder().encode(`${prepared} ${digest}`));
    const end: ExchangeEnd = step.state === "challenge" ? { state: "refused", reason: "malformed" } : step;
    return await conclude(session, end, session.apopLogins.view);
  },
});

/** AUTH. */
export const auth: Command = command({
  capability({ connection, service }) {
    const mechanisms = service.context.authentication.mechanismsFor(connection, "pop");
    return mechanisms.length > 0 ? `SASL ${mechanisms.join(" ")}` : undefined;
  },
  states: beforeLogin,
  usage: "AUTH mechanism [initial-response]",
  parse(argument) {
    const [mechanism, initial, ...more] = words(argument);
    return more.length > 0 ? undefined : { value: { mechanism, initial } };
  },
  run(session, _state, { mechanism, initial }) {
    const { service, connection, texts } = session;
    // What clients did before there was CAPA: AUTH alone lists the mechanisms, as CAPA does now.
    if (mechanism === undefined) {
      return session.list(ok(texts.mechanisms), service.context.authentication.mechanismsFor(connection, "pop"));
    }
    // RFC 4422 §3.1.
    if (!/^[A-Za-z0-9_-]{1,20}$/.test(mechanism)) return { reply: refusalReply("unknown-mechanism", texts) };
    return converse(session, mechanism, initial);
  },
});

async function converse(session: Session, mechanism: string, initial: string | undefined): Promise<Outcome> {
  const { service, connection } = session;
  const logins = new AttemptLogins(service.readLogin);
  try {
    const end = await runSaslDialogue({
      authentication: service.context.authentication,
      connection,
      service: "pop",
      mechanism,
      initial,
      readLogin: logins.read,
      // RFC 5034 §4: an empty challenge is "+ ", with its space.
      sendChallenge: (challenge) => connection.writer.line(`+ ${challenge}`),
    });
    return await conclude(session, end, logins.view);
  } catch (error) {
    if (error instanceof LineTooLong) return { reply: wrong(session.texts.lineTooLong) };
    throw error;
  }
}

/** What the end of an attempt to log in means. */
export async function conclude(session: Session, end: ExchangeEnd, view: View | undefined): Promise<Outcome> {
  if (end.state === "refused") return { reply: refusalReply(end.reason, session.texts) };
  const outcome = await enterTransaction(session, end.account, view);
  if (end.securityLayer === undefined || outcome.state === undefined) return outcome;
  const { state } = outcome;
  try {
    if (outcome.reply !== undefined) session.say(outcome.reply);
    await session.connection.writer.flush();
    // RFC 5034 §4: in effect right after the CRLF of the reply; what the client said before it is forgotten.
    session.connection.installSecurityLayer(end.securityLayer);
    session.forget();
    return { state };
  } catch (error) {
    // The session does not know of the maildrop yet.
    if (state.name === "transaction") await state.maildrop[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Locks and opens the maildrop of an account that has proven itself (RFC 1939 §4), or says why not.
 *
 * @param view What is to be seen; absent: INBOX.
 */
async function enterTransaction(session: Session, account: AccountId, view?: View): Promise<Outcome> {
  const { service: { context, options, loginDelay, keepsLast }, texts, connection: { log } } = session;
  const login = await loginDelay.logIn(account);
  if (login === undefined) {
    return { reply: failed(texts.loginDelay(loginDelay.seconds), "LOGIN-DELAY") };
  }
  await using refused = new AsyncDisposableStack();
  refused.use(login);
  try {
    const { expire, popped } = options;
    const settings = { expire, popped, keepsLast, now: context.now(), ...view && { view } };
    const maildrop = await Maildrop.open(context.storage, account, settings);
    if (maildrop === "in-use") return { reply: failed(texts.inUse, "IN-USE") };
    if (maildrop === "missing") {
      log.error("the account has no INBOX", { account });
      return { reply: failed(texts.cannotOpen, "SYS/PERM") };
    }
    refused.move();
    log.debug("maildrop opened", { account, messages: maildrop.count, ...view && { view: view.of } });
    return {
      reply: ok(texts.maildropHas(maildrop.count, maildrop.visibleOctets)),
      state: { name: "transaction", maildrop },
    };
  } catch (error) {
    if (isBroken(error)) throw error;
    log.error("the maildrop cannot be opened", { account, error });
    return { reply: failureReply(texts) };
  }
}

/** RFC 3206 §6: with the code AUTH exactly where the credentials are at fault. */
function refusalReply(reason: RefusedBecause, texts: Texts): Reply {
  return refusals[reason](texts);
}

const refusals: Readonly<Record<RefusedBecause, (texts: Texts) => Reply>> = {
  "credentials": (texts) => wrong(texts.wrongCredentials, "AUTH"),
  "authorization": (texts) => wrong(texts.wrongAuthorization, "AUTH"),
  "expired": (texts) => wrong(texts.expiredCredentials, "AUTH"),
  "malformed": (texts) => wrong(texts.malformedResponse),
  "cancelled": (texts) => wrong(texts.cancelled),
  "unavailable": (texts) => failed(texts.loginUnavailable, "SYS/TEMP"),
  "unknown-mechanism": (texts) => wrong(texts.unknownMechanism),
  "needs-tls": (texts) => wrong(texts.needsTls),
  "unexpected-initial-response": (texts) => wrong(texts.noInitialResponse),
};
