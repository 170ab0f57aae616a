/** What clients may say after the handshake: POP3, without what would prove anew who they are, or seal what is said. */
import type { CommandTable } from "../pop3/command.ts";
import { pop3Commands } from "../pop3/commands.ts";

/** No client of KPOP has them; USER and PASS are all that it has. */
const left: ReadonlySet<string> = new Set(["APOP", "AUTH", "STLS"]);

/** The commands that remain. */
export const kpopCommands: CommandTable = new Map([...pop3Commands].filter(([keyword]) => !left.has(keyword)));
