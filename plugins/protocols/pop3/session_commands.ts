/** Commands about the session itself: CAPA (RFC 2449), STLS (RFC 2595), UTF8 and LANG (RFC 6856), QUIT before a login. */
import { capabilitiesOf } from "./capabilities.ts";
import { beforeLogin, type Command, command, noArgument, type Outcome, words } from "./command.ts";
import { isLanguageRange, languages, lookUpLanguage } from "./languages/languages.ts";
import { ok, wrong } from "./replies.ts";
import type { Session } from "./session.ts";
import { authorization } from "./state.ts";

const anyState = [...beforeLogin, "transaction"] as const;

/** CAPA. */
export const capa: Command = command({
  states: anyState,
  usage: "CAPA",
  parse: noArgument,
  run: (session) => session.list(ok(session.texts.capabilities), capabilitiesOf(session)),
});

/** STLS. */
export const stls: Command = command({
  // RFC 2595 §4: present and permitted in the current state.
  capability: ({ connection, isAuthorizing, isUtf8 }) =>
    connection.canStartTls && isAuthorizing && !isUtf8 ? "STLS" : undefined,
  states: beforeLogin,
  usage: "STLS",
  parse: noArgument,
  run(session) {
    const { connection, texts } = session;
    if (connection.tls !== undefined) return { reply: wrong(texts.tlsActive) };
    if (!connection.canStartTls) return { reply: wrong(texts.tlsNotOffered) };
    // RFC 6856 §2.1: a client must not, and a server may say so.
    if (session.isUtf8) return { reply: wrong(texts.notAfterUtf8) };
    return startTls(session);
  },
});

async function startTls(session: Session): Promise<Outcome> {
  const { connection, texts } = session;
  session.say(ok(texts.beginTls));
  await connection.writer.flush();
  await connection.startTls();
  // RFC 2595 §4: nothing that was learned in clear text counts. The greeting's timestamp does: the client may use it, and
  // there is no second greeting.
  session.forget();
  return { state: authorization };
}

/** UTF8. */
export const utf8: Command = command({
  // RFC 6856 §2.2: names and passwords may be UTF-8, before and without UTF8 too; the core prepares them (RFC 4013).
  capability: "UTF8 USER",
  states: beforeLogin,
  usage: "UTF8",
  parse: noArgument,
  run(session) {
    session.isUtf8 = true;
    return { reply: ok(session.texts.utf8Enabled) };
  },
});

/** LANG. */
export const lang: Command = command({
  capability: "LANG",
  states: anyState,
  usage: "LANG [language-range]",
  parse(argument) {
    const [range, ...more] = words(argument);
    const isRange = range === undefined || range === "*" || isLanguageRange(range);
    return isRange && more.length === 0 ? { value: range } : undefined;
  },
  run(session, _state, range) {
    if (range === undefined) {
      return session.list(ok(session.texts.languages), languages.map(({ tag, name }) => `${tag} ${name}`));
    }
    // RFC 6856 §3.2: `*` is the administrator's choice. It is nobody's in particular, so it tells nothing of anybody (§7).
    const found = lookUpLanguage(range === "*" ? session.service.options.language : range);
    if (found === undefined) return { reply: wrong(session.texts.unknownLanguage(range)) };
    session.language = found;
    return { reply: ok(`${found.tag} ${found.texts.languageChanged}`) };
  },
});

/** QUIT before the login: RFC 1939 §4, there is nothing to update. */
export const quit: Command = command({
  states: beforeLogin,
  usage: "QUIT",
  parse: noArgument,
  run: ({ texts, service }) => ({ reply: ok(texts.signingOff(service.context.hostname)), ends: true }),
});
