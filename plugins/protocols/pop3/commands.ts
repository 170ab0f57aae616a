/** The table of commands: what is here is understood, and is what CAPA is computed from. */
import { apop, auth, pass, user } from "./authenticate.ts";
import type { Command, CommandTable } from "./command.ts";
import { capa, lang, quit, stls, utf8 } from "./session_commands.ts";
import { dele, list, noop, quitAndUpdate, retr, rset, stat, top, uidl } from "./transaction_commands.ts";

/** QUIT is two commands: only one of them enters the UPDATE state (RFC 1939 §6). */
const anyQuit: Command = {
  handle: (session, state, argument) =>
    (state.name === "transaction" ? quitAndUpdate : quit).handle(session, state, argument),
};

/** All of them. Another protocol's table may be these and a few more. */
export const pop3Commands: CommandTable = new Map([
  ["APOP", apop],
  ["AUTH", auth],
  ["CAPA", capa],
  ["DELE", dele],
  ["LANG", lang],
  ["LIST", list],
  ["NOOP", noop],
  ["PASS", pass],
  ["QUIT", anyQuit],
  ["RETR", retr],
  ["RSET", rset],
  ["STAT", stat],
  ["STLS", stls],
  ["TOP", top],
  ["UIDL", uidl],
  ["USER", user],
  ["UTF8", utf8],
]);
