/**
 * What clients of OAUTHBEARER (RFC 7628 §3.1) and of its older form XOAUTH2 say: who they are, and a token. Pure; both
 * print what they read.
 */

/** A client's first message. */
export interface ClientMessage {
  /** Whom the client wants to act as: RFC 7628's authorization identity, XOAUTH2's user. Absent: whose the token is. */
  readonly identity?: string;
  /** RFC 6750 §2.1, b64token: without the word Bearer. */
  readonly token: string;
}

/** Octets of the longest token: larger ones do not fit the lines that carry them (RFC 4954 §4). */
const LONGEST_TOKEN = 16_384;

/** RFC 6750 §2.1; the scheme in any case (RFC 7235 §2.1). */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
/** RFC 7628 §3.1, kvpair: the key is letters, the value printable characters and blanks. */
const pair = /^([A-Za-z]+)=([\x20-\x7e\t\r\n]*)$/;

/** Parts each piece of a message from the next (RFC 7628 §3.1, kvsep). */
const SEPARATOR = "\x01";

/** Reads OAUTHBEARER's: a GS2 header, then pairs, each ended by a 0x01 (RFC 7628 §3.1); undefined for what is none. */
export function readOAuthBearer(text: string): ClientMessage | undefined {
  const { head, pairs } = parted(text);
  // RFC 7628 §3.1: there is no channel binding; RFC 5801 §4: `n` or `y`, then an authorization identity or none.
  const parts = /^[ny],(?:a=([^,]*))?,$/.exec(head);
  if (parts === null) return undefined;
  const [, escaped] = parts;
  const identity = escaped === undefined ? undefined : unescaped(escaped);
  if (escaped !== undefined && (identity === undefined || identity === "")) return undefined;
  const token = tokenOf(pairs);
  return token === undefined ? undefined : { token, ...identity !== undefined && { identity } };
}

/** Reads XOAUTH2's: `user=`, then the same pairs; undefined for what is none. */
export function readXOAuth2(text: string): ClientMessage | undefined {
  const { head, pairs } = parted(text);
  const [, identity = ""] = /^user=(.+)$/s.exec(head) ?? [];
  const token = tokenOf(pairs);
  return identity === "" || token === undefined ? undefined : { identity, token };
}

/** Prints what `readOAuthBearer` reads. */
export function printOAuthBearer({ identity, token }: ClientMessage): string {
  const escaped = identity?.replaceAll("=", "=3D").replaceAll(",", "=2C");
  return `n,${escaped === undefined ? "" : `a=${escaped}`},\x01auth=Bearer ${token}\x01\x01`;
}

/** Prints what `readXOAuth2` reads. */
export function printXOAuth2({ identity = "", token }: ClientMessage): string {
  return `user=${identity}\x01auth=Bearer ${token}\x01\x01`;
}

/** What stands before the first separator, and the pairs after it; no pairs where they do not end as they must. */
function parted(text: string): { readonly head: string; readonly pairs: readonly string[] } {
  const [head = "", ...pieces] = text.split(SEPARATOR);
  // The last pair is ended by its own separator and by that of the message.
  const isWhole = pieces.length > 2 && pieces.at(-1) === "" && pieces.at(-2) === "";
  return { head, pairs: isWhole ? pieces.slice(0, -2) : [] };
}

/** The token among the pairs. Other keys (host, port) say nothing that is needed (§3.1). */
function tokenOf(pairs: readonly string[]): string | undefined {
  let token: string | undefined;
  for (const text of pairs) {
    const [, key, value = ""] = pair.exec(text) ?? [];
    if (key === undefined) return undefined;
    if (key.toLowerCase() !== "auth") continue;
    const found = bearer.exec(value)?.[1];
    // Two would leave open which of them was checked.
    if (found === undefined || token !== undefined || found.length > LONGEST_TOKEN) return undefined;
    token = found;
  }
  return token;
}

/** RFC 5801 §4, saslname: `=2C` is a comma and `=3D` an equals sign; no other `=` stands in it. */
function unescaped(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name) || name.includes("\0")) return undefined;
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
