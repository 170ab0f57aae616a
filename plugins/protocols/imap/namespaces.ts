/** What is told of namespaces (RFC 2342 §5, RFC 9051 §7.3.3). */
import { othersPrefix } from "./access.ts";
import { printQuotedName } from "./printing/mailbox_names.ts";
import type { Session } from "./session.ts";

/** One's own mailboxes are at the root, those of others below their prefix; none belong to nobody. */
export function tellNamespace(session: Session): void {
  const { language, nameForm } = session;
  // RFC 5255 §3.4: in modified UTF-7, whatever names are written in.
  const translation = language.othersPrefix === undefined
    ? ""
    : ` "TRANSLATION" (${printQuotedName(language.othersPrefix, "modified-utf-7")})`;
  session.untagged(`NAMESPACE (("" "/")) ((${printQuotedName(othersPrefix, nameForm)} "/"${translation})) NIL`);
}
