/**
 * Commands that extensions add to POP3 and IMAP. The core reads the line and prints the answer: an extension sees no
 * connection, and cannot break the dialogue. What throws or takes too long is answered by `-ERR` or NO, and logged.
 */
import type { ConnectionFacts } from "./filter.ts";
import type { AccountId, MailboxId } from "./identifiers.ts";
import type { Logger } from "./logger.ts";

/** Whom a command serves. */
export interface CommandClient {
  /** Who it is; with the account once it has logged in. */
  readonly facts: ConnectionFacts;
  /** Events of this connection. */
  readonly log: Logger;
  /** Aborts when the answer would come too late. */
  readonly signal: AbortSignal;
}

/** A command of POP3 (RFC 1939 §3, RFC 2449 §6). */
export interface Pop3Command {
  /** Three to twelve letters and digits, in any case: "XFORTUNE". */
  readonly keyword: string;
  /** Its line of CAPA (RFC 2449 §5); absent: it is not announced. */
  readonly capability?: string;
  /** Where it may come: before the login, after it. */
  readonly states: readonly ("authorization" | "transaction")[];
  /** Does it. @param argument What follows the keyword and a space; undefined when nothing does. */
  run(client: CommandClient, argument: string | undefined): Promise<Pop3Answer> | Pop3Answer;
}

/** A reply of POP3: `+OK` or `-ERR`, and a text. With `lines` it is one of several lines; the core stuffs their dots. */
export type Pop3Answer =
  | { readonly ok: true; readonly text?: string; readonly lines?: readonly string[] }
  | { readonly ok: false; readonly text: string };

/** A command of IMAP (RFC 9051 §6.1, "X" commands and extensions). */
export interface ImapCommand {
  /** An atom of letters, digits, `-` and `.`, in any case: "XFORTUNE". */
  readonly name: string;
  /** What it adds to CAPABILITY (RFC 9051 §7.2.2), wherever it may come. */
  readonly capabilities?: readonly string[];
  /** Where it may come. */
  readonly states: readonly ("not-authenticated" | "authenticated" | "selected")[];
  /** Does it. @param given Its arguments. */
  run(client: ImapCommandClient, given: readonly ImapValue[]): Promise<ImapAnswer> | ImapAnswer;
}

/** Whom a command of IMAP serves. */
export interface ImapCommandClient extends CommandClient {
  /** The selected mailbox and whose it is. */
  readonly selected?: { readonly mailbox: MailboxId; readonly owner: AccountId };
}

/** An argument: an atom, a number, a quoted string or a literal as text; or a list of such in parentheses. */
export type ImapValue = string | readonly ImapValue[];

/** Untagged responses without their asterisk ("FORTUNE 17"), and the tagged one. */
export interface ImapAnswer {
  /** OK, it was done; NO, it could not be done; BAD, it made no sense. */
  readonly status: "OK" | "NO" | "BAD";
  /** Response code without its brackets. */
  readonly code?: string;
  /** For people. */
  readonly text: string;
  /** Each a line of its own. */
  readonly untagged?: readonly string[];
}

/** What extensions add to protocols: with names that can be and are each taken once, and with answers that can be printed. */
export interface ExtensionCommands {
  /** Keywords in upper case. */
  readonly pop3: readonly OfferedPop3Command[];
  /** Names in upper case. */
  readonly imap: readonly OfferedImapCommand[];
}

/** A command of an extension, for POP3. */
export interface OfferedPop3Command extends Pick<Pop3Command, "keyword" | "capability" | "states"> {
  /** Never rejects; undefined where the extension has failed, or was too slow, and that has been logged. */
  run(client: Omit<CommandClient, "signal">, argument: string | undefined): Promise<Pop3Answer | undefined>;
}

/** A command of an extension, for IMAP. */
export interface OfferedImapCommand extends Pick<ImapCommand, "name" | "capabilities" | "states"> {
  /** Never rejects; undefined where the extension has failed, or was too slow, and that has been logged. */
  run(client: Omit<ImapCommandClient, "signal">, given: readonly ImapValue[]): Promise<ImapAnswer | undefined>;
}
