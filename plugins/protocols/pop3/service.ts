/** What all sessions of one POP3 service share, and how another protocol (SDPS, KPOP, POP4) makes a service of its own. */
import type { Authentication, Connection, ExchangeEnd, ProtocolContext } from "../../../core/contract/mod.ts";
import { inOneThread } from "../../../core/sasl/holds.ts";
import type { CommandTable } from "./command.ts";
import { withExtensions } from "./extension_commands.ts";
import { LoginDelay } from "./login_delay.ts";
import { type ReadLoginForm, readRecent } from "./logins.ts";
import type { Pop3Options } from "./options.ts";

/** What a session is made of besides its connection. */
export interface Pop3Service {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: Pop3Options;
  /** What clients may say: `pop3Commands`, or those with a few more (the later entry of a keyword counts). */
  readonly commands: CommandTable;
  /** When accounts logged in last. */
  readonly loginDelay: LoginDelay;
  /** What logins may look like. */
  readonly readLogin: ReadLoginForm;
  /** How USER and PASS are judged. */
  readonly passwords: PasswordCheck;
  /** What the greeting says, before the timestamp of APOP; absent: what POP3 says. */
  readonly greeting?: string;
  /** Whether sessions keep for later ones what was retrieved last (RFC 1225, LAST). */
  readonly keepsLast: boolean;
}

/** What USER and PASS come to. */
export interface PasswordCheck {
  /** Whether they may be said on a connection as it is. */
  isAllowed(connection: Connection): boolean;
  /** Whose maildrop it is, if the login is the client's. */
  check(login: string, password: string, connection: Connection): Promise<ExchangeEnd>;
}

/** A service of these commands and of those that extensions add. @throws Error where an extension takes the name of one. */
export function pop3Service(context: ProtocolContext, options: Pop3Options, commands: CommandTable): Pop3Service {
  return {
    ...{ context, options, commands: withExtensions(commands, context.extensionCommands?.pop3) },
    loginDelay: new LoginDelay(options.login_delay, inOneThread(context)),
    readLogin: readRecent(options),
    passwords: byPassword(context.authentication),
    keepsLast: false,
  };
}

/** RFC 1939 §7: whoever knows the password. */
function byPassword(authentication: Authentication): PasswordCheck {
  return {
    isAllowed: (connection) => authentication.allowsPasswords(connection),
    check: (login, password, connection) => authentication.checkPassword(login, password, connection, "pop"),
  };
}
