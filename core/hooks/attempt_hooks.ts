/** What filters and observers have to do with attempts to log in. */
import type { AttemptVerdict, AuthenticationAttempt, ConnectionFacts, MessageVerdict } from "../contract/filter.ts";
import { reply } from "../delivery/replies.ts";
import type { FilterChain } from "../delivery/run_filters.ts";
import type { EventSink } from "../observe/observation.ts";
import type { AttemptHooks, AttemptJudgement } from "../sasl/attempt_hooks.ts";

/** What is needed for that. */
export interface AttemptHookParts {
  /** Who is asked. */
  readonly filters: FilterChain;
  /** Who is told. */
  readonly events: EventSink;
  /** The time. */
  now(): Date;
}

/** The hooks; undefined where nobody is asked or told. */
export function attemptHooks({ filters, events, now }: AttemptHookParts): AttemptHooks | undefined {
  const isAsked = filters.has("authenticating");
  const isTold = events.has("authenticated") || events.has("authenticationFailed");
  if (!isAsked && !isTold) return undefined;
  return {
    ...isAsked && { judge: (facts, attempt) => judge(filters, facts, attempt) },
    ...isTold && { ended: (event, end) => tell(events, { ...event, at: now() }, end) },
  };
}

async function judge(
  filters: FilterChain,
  facts: ConnectionFacts,
  attempt: AuthenticationAttempt,
): Promise<AttemptJudgement> {
  const { id: connection, peer } = facts;
  const { refusal } = await filters.ask(
    "authenticating",
    (filter) => filter.authenticating?.(facts, attempt).then(toVerdict),
    { connection, peer, mechanism: attempt.mechanism },
  );
  if (refusal === undefined) return "continue";
  return refusal.code < 500 ? "defer" : "reject";
}

/** RFC 4954 §6: the replies that SMTP has for it; other protocols say it their way. */
function toVerdict(verdict: AttemptVerdict): MessageVerdict {
  const reason = (given: { readonly reason?: string }) => String(given.reason ?? "");
  switch (verdict?.action) {
    case "reject":
      return { action: "reject", reply: reply(535, "5.7.8", reason(verdict)) };
    case "defer":
      return { action: "defer", reply: reply(454, "4.7.0", reason(verdict)) };
    default:
      return verdict;
  }
}

/** An attempt that the client gave up, or that nobody could have made, says nothing of who made it. */
const untold = new Set<string>(["cancelled", "unavailable"]);

function tell(
  events: EventSink,
  event: Parameters<NonNullable<AttemptHooks["ended"]>>[0] & { readonly at: Date },
  end: Parameters<NonNullable<AttemptHooks["ended"]>>[1],
): void {
  if (end.state === "authenticated") events.tell("authenticated", { ...event, account: end.account });
  else if (!untold.has(end.reason)) events.tell("authenticationFailed", { ...event, reason: end.reason });
}
