/** From errors to replies: the one place where a refusal of the storage gets its response code (RFC 5530). */
import { Refusal, type RefusalKind } from "../../../core/contract/mod.ts";
import { LineTooLong } from "../../../core/wire/errors.ts";
import { CommandTooLarge } from "../../../core/wire/command_reader.ts";
import { ImpossibleName } from "./grammar/mailbox_name.ts";
import { Malformed } from "./grammar/scanner.ts";
import { bad, no, type Reply } from "./replies.ts";
import type { Selection } from "./selection.ts";

/** Whether an error means that what was asked for is gone: of the selected mailbox nothing more can be said then. */
export function isGone(error: unknown): boolean {
  return error instanceof Refusal && error.kind === "not-found";
}

/** A command cannot be done, for a reason that the client is told. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  /** The reply. */
  readonly reply: Reply;

  /** @param given The reply, or the text of a NO for people. @param code The NO's response code, without its brackets. */
  constructor(given: Reply | string, code?: string) {
    super(typeof given === "string" ? given : given.text);
    this.reply = typeof given === "string" ? no(given, code) : given;
  }
}

/** Refuses changes of a mailbox that was opened by EXAMINE, or in which nothing may be changed. @throws CommandRefused. */
export function requireWritable({ isReadOnly, isExamined }: Pick<Selection, "isReadOnly" | "isExamined">): void {
  // RFC 9051 §7.1: NOPERM is what the user's rights forbid; what was opened by EXAMINE "is selected as read-only".
  if (isReadOnly) throw new CommandRefused("The mailbox is read-only", isExamined ? "READ-ONLY" : "NOPERM");
}

/** RFC 5530 §3; RFC 9051 §7.1. */
const codes: Readonly<Record<RefusalKind, string>> = {
  "invalid": "CANNOT",
  "forbidden": "NOPERM",
  "not-found": "NONEXISTENT",
  "conflict": "ALREADYEXISTS",
  "too-large": "TOOBIG",
  "over-quota": "OVERQUOTA",
  "unavailable": "UNAVAILABLE",
};

/** What a client is told of an error that was expected; undefined for all others. */
export function expectedReply(error: unknown): Reply | undefined {
  if (error instanceof CommandRefused) return error.reply;
  if (error instanceof ImpossibleName) return no("No mailbox can have that name", "CANNOT");
  // RFC 9051 §7.1.3: what was wrong, as far as the server can tell.
  if (error instanceof Malformed) return bad(`Expected ${error.expected} at octet ${error.at}`);
  if (error instanceof CommandTooLarge) return bad("The command is too large", "TOOBIG");
  // Of what was asked for in the middle of a command.
  if (error instanceof LineTooLong) return bad("The line is too long", "TOOBIG");
  if (error instanceof Refusal) return no(sentence(error.message), codes[error.kind]);
  return undefined;
}

/** What a client is told of any other error: nothing but that it is not its fault. */
export const serverBug: Reply = no("Something went wrong here; it has been logged", "SERVERBUG");

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
