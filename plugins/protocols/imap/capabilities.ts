/** What a client may use now: computed from the commands (RFC 9051 §7.2.2). */
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/** In the order of the table, each once; in the state where the session is, or will be. */
export function capabilitiesOf(session: Session, state: State = session.state): string[] {
  const all = ["IMAP4rev1", "IMAP4rev2"];
  for (const { capabilities = [] } of session.service.commands.values()) {
    for (const capability of capabilities) {
      all.push(...typeof capability === "string" ? [capability] : capability(session, state));
    }
  }
  return [...new Set(all)];
}
