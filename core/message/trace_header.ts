/** Header fields that a server adds: Received and Return-Path (RFC 5321 §4.4), Message-ID (RFC 5322 §3.6.4). */
import { formatDate } from "./date.ts";

/** How a message came, as the `with` clause has it (RFC 3848, RFC 6531 §4.3). */
export interface Transmission {
  /** The protocol that was spoken. */
  readonly protocol: "SMTP" | "LMTP";
  /** EHLO, not HELO. LMTP has no other form. */
  readonly extended: boolean;
  /** Over TLS, implicit or by STARTTLS. */
  readonly tls: boolean;
  /** After a successful AUTH. */
  readonly authenticated: boolean;
  /** The SMTPUTF8 parameter was given with MAIL. */
  readonly utf8: boolean;
}

/** What a Received field says. */
export interface ReceivedFacts {
  /** What the client called itself with HELO, EHLO or LHLO. */
  readonly helo: string;
  /** The client's IP address. */
  readonly address: string;
  /** The name that the address really has, where that is known. */
  readonly verifiedName?: string;
  /** Our own name. */
  readonly by: string;
  /** For the `with` clause. */
  readonly transmission: Transmission;
  /** Our id of the message, found in the log too. */
  readonly id: string;
  /** RFC 5321 §4.4 and §7.2: only when there is exactly one recipient, lest others learn of each other. */
  readonly recipient?: string;
  /** The version of TLS, as a comment. */
  readonly tls?: string;
  /** RFC 8314 §4.3: the cipher suite; by any name but IANA's it stands beside the version. */
  readonly cipher?: string;
  /** When the message came. */
  readonly date: Date;
}

/** A whole field with its CRLF, a clause a line. Nothing a client said can end a line or a comment early. */
export function printReceived(facts: ReceivedFacts): string {
  const { cipher = "" } = facts;
  const isRegistered = /^TLS_[A-Z0-9_]{1,100}$/.test(cipher);
  const secured = [facts.tls ?? "", isRegistered ? "" : cipher].filter((text) => text !== "").join(" ");
  const literal = addressLiteral(facts.address);
  const name = facts.verifiedName ? `${word(facts.verifiedName)} ` : "";
  const lines = [
    `Received: from ${word(facts.helo) || "unknown"} (${name}${literal})`,
    ...(secured === "" ? [] : [`(using ${comment(secured)})`]),
    `by ${word(facts.by)} with ${transmissionType(facts.transmission)} id ${word(facts.id)}`,
    ...(facts.recipient ? [`for <${path(facts.recipient)}>`] : []),
    ...(isRegistered ? [`tls ${cipher}`] : []),
  ];
  // RFC 5321 §4.4 would rather have local time, which says where a server stands. UT is what every reader can compare.
  return `${lines.join("\r\n\t")};\r\n\t${formatDate(facts.date)}\r\n`;
}

/**
 * RFC 3848: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, LMTP…; RFC 6531 §4.3: UTF8SMTP, UTF8SMTPSA, UTF8LMTP….
 */
export function transmissionType({ protocol, extended, tls, authenticated, utf8 }: Transmission): string {
  const suffix = `${tls ? "S" : ""}${authenticated ? "A" : ""}`;
  // RFC 6531 §4.3: the UTF8 types have no "E": they are extended by nature.
  if (utf8) return `UTF8${protocol}${suffix}`;
  if (protocol === "LMTP") return `LMTP${suffix}`;
  // STARTTLS and AUTH exist only after EHLO; implicit TLS may be followed by HELO, and ESMTPS says most of it.
  return extended || suffix !== "" ? `ESMTP${suffix}` : "SMTP";
}

/** RFC 5321 §4.4: the reverse-path of the envelope, `<>` for the null one; added at final delivery. */
export function printReturnPath(reversePath: string): string {
  return `Return-Path: <${path(reversePath)}>\r\n`;
}

/** A new msg-id with its angle brackets, never the same twice: the time and 80 random bits at our name. */
export function newMessageId(hostname: string, now: Date): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const unique = Array.from(random, (octet) => octet.toString(36).padStart(2, "0")).join("");
  return `<${now.getTime().toString(36)}.${unique}@${word(hostname) || "localhost"}>`;
}

/** RFC 5321 §4.1.3. An address inside IPv6 that is IPv4 (`::ffff:192.0.2.1`) is written as IPv4. */
export function addressLiteral(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = word(mapped ?? address).replace(/%.*$/, "");
  return plain.includes(":") ? `[IPv6:${plain}]` : `[${plain}]`;
}

/** Text of a stranger as one word: no blanks, no characters with a meaning in the field; at most 255 characters. */
function word(text: string): string {
  return text.replace(/[\0-\x20\x7f-\x9f()<>;,"\\]/g, "").slice(0, 255);
}

function comment(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what must go
  return text.replace(/[\0-\x1f\x7f-\x9f()\\]/g, " ").slice(0, 255);
}

/** A path keeps quotes and spaces of its local part; what would end the line or the brackets goes, unless quoted. */
function path(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what must go
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, "").slice(0, 1000);
}
