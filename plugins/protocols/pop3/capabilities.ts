/** The lines of CAPA (RFC 2449 §5 and §6), from the table of commands and from what the server does. */
import type { Capability } from "./command.ts";
import type { Session } from "./session.ts";

/** What no command stands for. */
const behaviours: readonly Capability[] = [
  "RESP-CODES",
  // RFC 3206 §6.
  "AUTH-RESP-CODE",
  "PIPELINING",
  // RFC 2449 §6.7: 0 where what was retrieved is not there any more, wherever it has gone.
  ({ service: { options: { expire, popped } } }) =>
    `EXPIRE ${popped !== "nothing" ? 0 : expire === "never" ? "NEVER" : expire}`,
  ({ service: { options: { login_delay } } }) =>
    login_delay > 0 ? `LOGIN-DELAY ${Math.ceil(login_delay / 1000)}` : undefined,
  // RFC 2449 §6.9: one token; which version it is helps only those who look for holes.
  "IMPLEMENTATION Quetzal",
];

/**
 * RFC 2449 §5: what is announced before the login is announced after it as well, SASL (RFC 5034 §3) and USER included;
 * only STLS is not (RFC 2595 §4: present and permitted in the current state).
 */
export function capabilitiesOf(session: Session): string[] {
  const { commands, options } = session.service;
  const known = [...[...commands.values()].flatMap(({ capability }) => capability ?? []), ...behaviours];
  const lines = known.flatMap((capability) =>
    (typeof capability === "string" ? capability : capability(session)) ?? []
  );
  // What two entries of a table share is said once.
  return [...new Set([...lines, ...options.capabilities])];
}
