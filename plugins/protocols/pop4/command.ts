/** How a verb of POP4 is written down: what it needs of POP3's commands, and the one place where a refusal gets its reply. */
import { Refusal, type RefusalKind } from "../../../core/contract/mod.ts";
import { MessageTooLarge } from "../../../core/wire/errors.ts";
import { type Command, command, type Outcome } from "../pop3/command.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import type { Session } from "../pop3/session.ts";
import { type Reason, refusalReply, Refused } from "./reasons.ts";

/** A verb, which is its own line of CAPA. All of them belong to the TRANSACTION state. */
export interface Verb<Argument> {
  /** In upper case. */
  readonly verb: string;
  /** What follows it, as a client would have to write it: "set folder"; empty for nothing. */
  readonly usage: string;
  /** Undefined for what makes no sense. */
  parse(argument: string | undefined): { readonly value: Argument } | undefined;
  /** Does it. @throws Refused, or a Refusal of the storage. */
  run(session: Session, maildrop: Maildrop, argument: Argument): Outcome | Promise<Outcome>;
}

/** An entry of the table of commands. */
export function verb<Argument>({ verb, usage, parse, run }: Verb<Argument>): readonly [string, Command] {
  return [
    verb,
    command({
      capability: verb,
      states: ["transaction"],
      usage: usage === "" ? verb : `${verb} ${usage}`,
      parse,
      run: (session, { maildrop }, argument) => refusable(session, async () => await run(session, maildrop, argument)),
    }),
  ];
}

/** Does something that may be refused. @throws what nobody expected. */
export async function refusable(session: Session, act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { reply: refusalReply(reason, session.language) };
  }
}

const kinds: Readonly<Record<RefusalKind, Reason | undefined>> = {
  "invalid": "impossible",
  "forbidden": "denied",
  "not-found": "missing",
  "conflict": "exists",
  "too-large": "tooMuch",
  "over-quota": "overQuota",
  // Not the client's fault, and not for ever: POP3 has a reply for that.
  "unavailable": undefined,
};

function reasonOf(error: unknown): Reason | undefined {
  if (error instanceof Refused) return error.reason;
  if (error instanceof MessageTooLarge) return "tooMuch";
  return error instanceof Refusal ? kinds[error.kind] : undefined;
}
