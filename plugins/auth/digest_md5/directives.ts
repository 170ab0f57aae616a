/** DIGEST-MD5's messages (RFC 2831 §2.1.1, §2.1.2 and §7): lists of directives, one character an octet. */
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../../../core/wire/utf8.ts";

/** Quality of protection: what a security layer does. */
export type Qop = "auth" | "auth-int" | "auth-conf";

/** What encrypts under auth-conf. */
export type CipherName = "3des" | "des" | "rc4" | "rc4-56" | "rc4-40";

/** digest-challenge. */
export interface DigestChallenge {
  /** At least one. */
  readonly realms: readonly string[];
  /** Base64. */
  readonly nonce: string;
  /** At least one. */
  readonly qop: readonly Qop[];
  /** Named where auth-conf is offered. */
  readonly ciphers: readonly CipherName[];
  /** Octets of the largest packet that the server takes. */
  readonly maxbuf: number;
  /** RFC 2831 §2.2.2: the nonce was too old, the password may still be right. */
  readonly stale: boolean;
}

/** digest-response. What enters hashes is as written, unquoted, one character an octet; the rest is text. */
export interface DigestResponse {
  /** Text. */
  readonly username: string;
  /** Text; empty where there was none. */
  readonly realm: string;
  /** As written. */
  readonly nonce: string;
  /** As written. */
  readonly cnonce: string;
  /** Eight hexadecimal digits. */
  readonly nonceCount: string;
  /** As written. */
  readonly qop: string;
  /** As written. */
  readonly digestUri: string;
  /** 32 hexadecimal digits. */
  readonly response: string;
  /** Octets of the largest packet that the client takes. */
  readonly maxbuf: number;
  /** As written. */
  readonly cipher: string | undefined;
  /** As written, for the hash. */
  readonly authzid: string | undefined;
  /** The same as text. */
  readonly authorizeAs: string | undefined;
}

/** RFC 2831 §2.1.1. */
export function printChallenge({ realms, nonce, qop, ciphers, maxbuf, stale }: DigestChallenge): Uint8Array {
  return encodeUtf8([
    ...realms.map((realm) => `realm=${quote(realm)}`),
    `nonce="${nonce}"`,
    `qop="${qop.join(",")}"`,
    ...stale ? ["stale=true"] : [],
    ...qop.includes("auth-conf") ? [`cipher="${ciphers.join(",")}"`] : [],
    ...qop.some((value) => value !== "auth") ? [`maxbuf=${maxbuf}`] : [],
    "algorithm=md5-sess",
    "charset=utf-8",
  ].join(","));
}

/** RFC 2831 §2.1.2; undefined for anything that is not one, is too long, or says anything twice. */
export function parseResponse(octets: Uint8Array): DigestResponse | undefined {
  // RFC 2831 §2.1.2: "The size of a digest-response MUST be less than 4096 bytes."
  if (octets.length >= 4096) return undefined;
  const directives = parseDirectives(latin1(octets));
  if (directives === undefined) return undefined;
  const charset = directives.get("charset")?.toLowerCase();
  if (charset !== undefined && charset !== "utf-8") return undefined;
  const text = (written: string | undefined) =>
    written === undefined || charset === undefined ? written : decodeUtf8(latin1Bytes(written));

  const [username, realm] = [text(directives.get("username")), text(directives.get("realm") ?? "")];
  const [nonce, cnonce, digestUri] = [directives.get("nonce"), directives.get("cnonce"), directives.get("digest-uri")];
  const nonceCount = matching(/^[0-9a-f]{8}$/, directives.get("nc"));
  const response = matching(/^[0-9a-f]{32}$/, directives.get("response"));
  const maxbuf = matching(/^\d{1,10}$/, directives.get("maxbuf") ?? "65536");
  // RFC 2831 §2.1.2: encoded in UTF-8, whatever the charset says.
  const authzid = directives.get("authzid");
  const authorizeAs = authzid === undefined ? undefined : decodeUtf8(latin1Bytes(authzid));
  if (!username || realm === undefined || !nonce || !cnonce || !digestUri) return undefined;
  if (nonceCount === undefined || response === undefined || maxbuf === undefined) return undefined;
  if (authzid !== undefined && authorizeAs === undefined) return undefined;
  return {
    username,
    realm,
    nonce,
    cnonce,
    nonceCount,
    qop: directives.get("qop") ?? "auth",
    digestUri,
    response,
    maxbuf: Number(maxbuf),
    cipher: directives.get("cipher"),
    authzid,
    authorizeAs,
  };
}

/** RFC 2831 §7.1: directives between commas; nothing between two commas is allowed, and so is white space. */
const directive =
  /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)[ \t]*=[ \t]*(?:"((?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\x20-\x7e])*)"|([!#$%&'*+.^_`|~\w/-]+)))?[ \t]*(?:,|$)/y;

/** Values by lower-case name, unquoted. */
function parseDirectives(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (let at = 0; at < text.length;) {
    directive.lastIndex = at;
    const match = directive.exec(text);
    if (match === null) return undefined;
    at = directive.lastIndex;
    const [, name, quoted, token = ""] = match;
    if (name === undefined) continue;
    const key = name.toLowerCase();
    // RFC 2831 §2.1.2: what is known may appear once; what is not is passed over, however often.
    if (found.has(key)) return undefined;
    if (known.has(key)) found.set(key, quoted?.replace(/\\(.)/g, "$1") ?? token);
  }
  return found;
}

const known: ReadonlySet<string> = new Set([
  "username",
  "realm",
  "nonce",
  "cnonce",
  "nc",
  "qop",
  "digest-uri",
  "response",
  "maxbuf",
  "charset",
  "cipher",
  "authzid",
]);

function matching(pattern: RegExp, text: string | undefined): string | undefined {
  return text !== undefined && pattern.test(text) ? text : undefined;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
