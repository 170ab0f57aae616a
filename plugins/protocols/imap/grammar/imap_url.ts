/**
 * IMAP URLs of messages and their parts (RFC 5092; RFC 4467 for those that carry an authorization). Others, of servers,
 * mailboxes and searches, are read as none: neither CATENATE nor URLAUTH takes them.
 */
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { asInbox } from "./mailbox_name.ts";
import { expectSectionSpec, printSectionSpec, type Section } from "./section.ts";
import { Malformed, Scanner } from "./scanner.ts";

/** Which message, and what of it. */
export interface ImapUrl {
  /** Absent in relative URLs (RFC 5092 §7). */
  readonly server?: UrlServer;
  /** In Unicode; absent in URLs that are relative to a mailbox. */
  readonly mailbox?: string;
  /** Of the mailbox. */
  readonly uidValidity?: number;
  /** Of the message. */
  readonly uid: number;
  /** What of it; absent: all. */
  readonly section?: Section;
  /** Which octets of that; without a size: to the end. */
  readonly range?: { readonly offset: number; readonly size?: number };
  /** Who may use it. */
  readonly authorization?: UrlAuthorization;
}

/** Where the message is. */
export interface UrlServer {
  /** Whose mailbox it is. */
  readonly user?: string;
  /** How to authenticate: a mechanism, or `*`. */
  readonly mechanism?: string;
  /** A name or an address, as written. */
  readonly host: string;
  /** Absent: 143. */
  readonly port?: number;
}

/** RFC 4467 §3. */
export interface UrlAuthorization {
  /** After this it is worth nothing. */
  readonly expires?: Date;
  /** Who: a submission server for a user, a user, anybody who is logged in, or anybody. */
  readonly access: { readonly who: "submit" | "user"; readonly user: string } | {
    readonly who: "authuser" | "anonymous";
  };
  /** The proof, and how it was made; absent in the URL that is to be authorized (authimapurlrump). */
  readonly proof?: { readonly mechanism: string; readonly token: string };
}

/** Characters of the longest URL. */
export const LONGEST_URL = 4096;

/** RFC 5092 §11: uchar, and what else may stand in bchar. */
const bchars = String.raw`[A-Za-z0-9\-._~!$'()*+,&=:@/%]`;
const achars = String.raw`[A-Za-z0-9\-._~!$'()*+,&=%]`;
const server = new RegExp(
  String.raw`^imap://(?:(${achars}*)(?:;AUTH=(${achars}+))?@)?([A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?/`,
  "i",
);
/** §11: one that begins with "/" would be taken for a server. */
const mailboxPart = new RegExp(String.raw`^(?!/)(${bchars}+?)(?:;UIDVALIDITY=([1-9]\d{0,9}))?/(?=;UID=)`, "i");
const messagePart = /^;UID=([1-9]\d{0,9})/i;
const sectionPart = new RegExp(String.raw`^/;SECTION=(${bchars}+?)(?=/;|;|$)`, "i");
const rangePart = /^\/;PARTIAL=(\d{1,15})(?:\.([1-9]\d{0,14}))?/i;
const authorizationPart = new RegExp(
  String
    .raw`^(?:;EXPIRE=([0-9TZ:.+\-]{20,40}))?;URLAUTH=(?:(submit|user)\+(${achars}+)|(authuser|anonymous))(?::([A-Z0-9\-.]+):([0-9A-F]{32,256}))?$`,
  "i",
);
/** RFC 3339 §5.6. */
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Reads a URL, absolute or relative; undefined for what is none of a message. */
export function parseImapUrl(text: string): ImapUrl | undefined {
  if (text.length > LONGEST_URL) return undefined;
  const rest = new Rest(text);
  const place = rest.take(server);
  // RFC 5092 §7.2: a relative URL may begin with the path of the server, or with that of the mailbox.
  const isOfServer = place !== undefined || rest.take(/^\//) !== undefined;
  const mailbox = rest.take(mailboxPart);
  const message = rest.take(messagePart);
  if (message === undefined || (isOfServer && mailbox === undefined)) return undefined;
  // RFC 3986 §4.2: what stands before a colon in the first segment of a relative path is a scheme.
  if (!isOfServer && /^[^/]*:/.test(mailbox?.[1] ?? "")) return undefined;
  const section = rest.take(sectionPart), range = rest.take(rangePart), authorization = rest.take(authorizationPart);
  if (!rest.isEmpty) return undefined;
  try {
    return {
      ...place === undefined ? {} : { server: serverOf(place) },
      ...mailbox === undefined ? {} : mailboxOf(mailbox),
      uid: number32(message[1]),
      ...section === undefined ? {} : { section: sectionOf(section[1]) },
      ...range === undefined ? {} : { range: rangeOf(range) },
      ...authorization === undefined ? {} : { authorization: authorizationOf(authorization) },
    };
  } catch (error) {
    if (error instanceof Malformed || error instanceof NoUrl) return undefined;
    throw error;
  }
}

/** Writes a URL; one with a mailbox and no server begins with "/". */
export function printImapUrl(url: ImapUrl): string {
  const { server: place, mailbox, uidValidity, uid, section, range, authorization } = url;
  const validity = uidValidity === undefined ? "" : `;UIDVALIDITY=${uidValidity}`;
  return [
    place === undefined ? "" : printServer(place),
    mailbox === undefined ? "" : `/${encoded(mailbox, "/:@").replace(/^\//, "%2F")}${validity}/`,
    `;UID=${uid}`,
    section === undefined ? "" : `/;SECTION=${encodedOctets(latin1Bytes(printSectionSpec(section)), "")}`,
    range === undefined ? "" : `/;PARTIAL=${range.offset}${range.size === undefined ? "" : `.${range.size}`}`,
    authorization === undefined ? "" : printAuthorization(authorization),
  ].join("");
}

/** The URL without its proof (authimapurlrump), as it was written: what the proof is of. */
export function withoutProof(text: string): string {
  return text.replace(/:[A-Za-z0-9\-.]+:[0-9A-Fa-f]+$/, "");
}

/** What has not been read of a text. */
class Rest {
  #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** Reads what the pattern, which begins with `^`, finds. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#text = this.#text.slice(found[0].length);
    return found;
  }
}

/** Something in the text cannot be what its place says. */
class NoUrl extends Error {}

function serverOf([, user, mechanism, host = "", port]: RegExpExecArray): UrlServer {
  return {
    ...user ? { user: decoded(user) } : {},
    ...mechanism === undefined ? {} : { mechanism: decoded(mechanism) },
    host,
    ...port === undefined ? {} : { port: upTo(65_535, port) },
  };
}

function printServer({ user, mechanism, host, port }: UrlServer): string {
  const login = `${user === undefined ? "" : encoded(user, "")}${
    mechanism === undefined ? "" : `;AUTH=${mechanism === "*" ? "*" : encoded(mechanism, "")}`
  }`;
  return `imap://${login === "" ? "" : `${login}@`}${host}${port === undefined ? "" : `:${port}`}`;
}

function mailboxOf(
  [, name, uidValidity]: RegExpExecArray,
): Pick<ImapUrl, "uidValidity"> & { readonly mailbox: string } {
  return {
    mailbox: asInbox(decoded(name)),
    ...uidValidity === undefined ? {} : { uidValidity: number32(uidValidity) },
  };
}

function sectionOf(text: string | undefined): Section {
  const scanner = new Scanner(decodedOctets(text));
  const section = expectSectionSpec(scanner);
  scanner.expectEnd();
  return section;
}

function rangeOf([, offset, size]: RegExpExecArray): Required<ImapUrl>["range"] {
  return { offset: Number(offset), ...size === undefined ? {} : { size: Number(size) } };
}

function authorizationOf(found: RegExpExecArray): UrlAuthorization {
  const [, expires, named, user, unnamed, mechanism, token] = found;
  const proof = mechanism !== undefined && token !== undefined
    ? { proof: { mechanism: mechanism.toUpperCase(), token } }
    : {};
  return {
    ...expires === undefined ? {} : { expires: instantOf(expires) },
    access: named === undefined
      ? { who: unnamed?.toLowerCase() === "anonymous" ? "anonymous" : "authuser" }
      : { who: named.toLowerCase() === "user" ? "user" : "submit", user: decoded(user) },
    ...proof,
  };
}

function printAuthorization({ expires, access, proof }: UrlAuthorization): string {
  const until = expires === undefined ? "" : `;EXPIRE=${expires.toISOString()}`;
  const who = "user" in access ? `${access.who}+${encoded(access.user, "")}` : access.who;
  return `${until};URLAUTH=${who}${proof === undefined ? "" : `:${proof.mechanism}:${proof.token}`}`;
}

function instantOf(text: string): Date {
  const date = new Date(instant.test(text) ? text.toUpperCase() : NaN);
  if (Number.isNaN(date.getTime())) throw new NoUrl();
  return date;
}

function number32(digits: string | undefined): number {
  return upTo(0xffff_ffff, digits);
}

function upTo(most: number, digits: string | undefined): number {
  const number = Number(digits);
  if (!(number <= most)) throw new NoUrl();
  return number;
}

function decoded(text: string | undefined): string {
  const found = decodeUtf8(decodedOctets(text));
  if (found === undefined) throw new NoUrl();
  return found;
}

/** RFC 3986 §2.1: "%" and two hexadecimal digits stand for an octet. */
function decodedOctets(text = ""): Uint8Array {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new NoUrl();
  return latin1Bytes(text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))));
}

function encoded(text: string, safe: string): string {
  return encodedOctets(encodeUtf8(text), safe);
}

/** RFC 3986 §2.3: unreserved characters, and those that are safe where this stands, are left as they are. */
function encodedOctets(octets: Uint8Array, safe: string): string {
  return Array.from(octets, (octet) => {
    const character = String.fromCharCode(octet);
    return octet < 0x7f && (/[\w.~-]/.test(character) || safe.includes(character))
      ? character
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
