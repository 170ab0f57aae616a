/** What others have to say about attempts to log in, and who is told how they end. */
import type { AttemptEvent } from "../contract/observers.ts";
import type { AuthenticationAttempt, ConnectionFacts } from "../contract/filter.ts";
import type { ExchangeEnd } from "../contract/authentication.ts";
import type { Connection } from "../contract/connection.ts";
import type { AccountId } from "../contract/identifiers.ts";

/** What an attempt comes to before anything of it is looked at. `reject`: as a wrong password; `defer`: not now. */
export type AttemptJudgement = "continue" | "reject" | "defer";

/** Both may be absent: nobody is asked, nobody is told. */
export interface AttemptHooks {
  /** Asked once an attempt says who it is. Never rejects. */
  readonly judge?: (facts: ConnectionFacts, attempt: AuthenticationAttempt) => Promise<AttemptJudgement>;
  /** Told of every end. Must not throw, and must not wait. */
  readonly ended?: (attempt: Omit<AttemptEvent, "at">, end: ExchangeEnd) => void;
}

/** What of a connection is known before and after a login. */
export function factsOf({ id, peer, tls }: Connection, account?: AccountId): ConnectionFacts {
  return { id, peer: peer.hostname, tls: tls !== undefined, ...account !== undefined && { account } };
}
