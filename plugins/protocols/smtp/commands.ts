/** The table of commands (RFC 5321 §4.1.1 and the extensions), and the two that speak of the table: EHLO and HELP. */
import { authenticate } from "./authenticate.ts";
import { anyArgument, anyState, type Command, command } from "./command.ts";
import { bdat, data } from "./content_commands.ts";
import { extensionLines } from "./extensions.ts";
import { ehlo, helo, startTls } from "./greeting_commands.ts";
import { mail, rcpt } from "./mail_commands.ts";
import { reply } from "./replies.ts";
import { expn, noop, quit, rset, vrfy } from "./small_commands.ts";

const help: Command = command({
  // RFC 5321 §4.1.1.1: commands that are not required have a keyword.
  extensions: [() => "HELP"],
  states: anyState,
  parse: anyArgument,
  run: () => ({ reply: reply(214, "2.0.0", [`Commands: ${[...commands.keys()].join(" ")}`, "See RFC 5321"]) }),
});

/** By verb, in upper case. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ["EHLO", ehlo((facts) => extensionLines(commands.values(), facts))],
  ["HELO", helo],
  ["STARTTLS", startTls],
  ["AUTH", authenticate],
  ["MAIL", mail],
  ["RCPT", rcpt],
  ["DATA", data],
  ["BDAT", bdat],
  ["RSET", rset],
  ["VRFY", vrfy],
  ["EXPN", expn],
  ["HELP", help],
  ["NOOP", noop],
  ["QUIT", quit],
]);
