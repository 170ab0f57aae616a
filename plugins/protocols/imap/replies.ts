/** Tagged responses (RFC 9051 §7.1): how a command ended. */

/** How a command ended. */
export interface Reply {
  /** OK, it was done; NO, it could not be done; BAD, it made no sense. */
  readonly status: "OK" | "NO" | "BAD";
  /** Response code without its brackets: `TRYCREATE`, `UIDNEXT 17`. */
  readonly code?: string;
  /** For people; one line. */
  readonly text: string;
}

/** The command was done. */
export function ok(text: string, code?: string): Reply {
  return { status: "OK", text, ...code !== undefined && { code } };
}

/** The command could not be done. */
export function no(text: string, code?: string): Reply {
  return { status: "NO", text, ...code !== undefined && { code } };
}

/** The command made no sense. */
export function bad(text: string, code?: string): Reply {
  return { status: "BAD", text, ...code !== undefined && { code } };
}

/** What follows the tag, or the asterisk of an untagged status response. */
export function printReply({ status, code, text }: Reply): string {
  return code === undefined ? `${status} ${text}` : `${status} [${code}] ${text}`;
}
