/** From errors to replies: the one place where a refusal of the storage gets its response code (RFC 2244 §3.6). */
import { Refusal, type RefusalKind } from "../../../core/contract/mod.ts";
import { CommandTooLarge } from "../../../core/wire/command_reader.ts";
import { LineTooLong } from "../../../core/wire/errors.ts";
import { Malformed } from "../../../core/wire/malformed.ts";
import { bad, CommandRefused, no, type Reply } from "./replies.ts";

const codes: Partial<Record<RefusalKind, string>> = { "over-quota": "QUOTA", "unavailable": "TRYLATER" };

/** What a client is told of an error that was expected; undefined for all others. */
export function expectedReply(error: unknown): Reply | undefined {
  if (error instanceof CommandRefused) return error.reply;
  if (error instanceof Malformed) return bad(`Expected ${error.expected} at octet ${error.at}`);
  if (error instanceof CommandTooLarge || error instanceof LineTooLong) return bad("The command is too large");
  if (error instanceof Refusal) return no(sentence(error.message), codes[error.kind]);
  return undefined;
}

/** What a client is told of any other error: nothing but that it is not its fault. */
export const serverBug: Reply = no("Something went wrong here; it has been logged", "TRYLATER");

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
