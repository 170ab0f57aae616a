/**
 * Reports of mail that could not be delivered, or is late: RFC 3464 in a multipart/report (RFC 6522); RFC 6533 where
 * addresses or header have characters beyond ASCII. Pure.
 */
import type { SmtpReply } from "../contract/delivery.ts";
import { concat } from "../message/bytes.ts";
import { formatDate } from "../message/date.ts";
import { printField } from "../message/fold.ts";
import { headerSize } from "../message/header.ts";
import { latin1 } from "../wire/ascii.ts";
import { encodeUtf8 } from "../wire/utf8.ts";

/** What is reported, of one message. */
export interface Report {
  /** `failed`: nobody tries any more; `delayed`: it is still being tried. */
  readonly action: "failed" | "delayed";
  /** The server's own name. */
  readonly hostname: string;
  /** The address of whoever looks after the server. */
  readonly from: string;
  /** The sender of the message: the reverse-path of its envelope, never the null one. */
  readonly to: string;
  /** Now. */
  readonly date: Date;
  /** A new one, with its angle brackets. */
  readonly messageId: string;
  /** Our id of the message that is reported. */
  readonly message: string;
  /** When that message came. */
  readonly arrival: Date;
  /** Until when a message that is late is tried. */
  readonly retryUntil: Date;
  /** Whom it is about; at least one. */
  readonly recipients: readonly ReportedRecipient[];
  /** The octets at the start of that message. */
  readonly head: Uint8Array;
  /** Its Message-ID, without angle brackets. */
  readonly originalId?: string;
  /** RFC 6531: whether it came as one with characters beyond ASCII in addresses and header. */
  readonly smtpUtf8: boolean;
}

/** A recipient of the message. */
export interface ReportedRecipient {
  /** RFC 3464 §2.3.2: as it was when the message was accepted, whatever it led to. */
  readonly address: string;
  /** What the last attempt came to. */
  readonly reply: SmtpReply;
  /** Whether time is over, and not the reply the reason. */
  readonly isExpired?: boolean;
  /** RFC 3464 §4.2: whether what the other side said might tell where an alias leads. */
  readonly isConfidential?: boolean;
}

/** Octets of the message's header that go back. */
const mostHeader = 64 * 1024;

/** The whole message. */
export function printReport(report: Report): Uint8Array {
  const { recipients, smtpUtf8 } = report;
  const header = returnedHeader(report.head);
  const isGlobal = smtpUtf8 && recipients.some(({ address }) => hasMoreThanAscii(address));
  const isGlobalHeader = smtpUtf8 && header.some((octet) => octet > 127);
  const boundary = boundaryFor(header, report.messageId);
  const groups = [perMessage(report), ...recipients.map((recipient) => perRecipient(recipient, report, isGlobal))];
  const parts = [
    part("text/plain; charset=utf-8", encodeUtf8(explanation(report))),
    part(isGlobal ? "message/global-delivery-status" : "message/delivery-status", encodeUtf8(groups.join("\r\n"))),
    // RFC 6522 §4: the header is enough to know the message by.
    part(isGlobalHeader ? "message/global-headers" : "text/rfc822-headers", header),
  ];
  return concat([
    encodeUtf8(printHead(report, boundary)),
    ...parts.flatMap((octets) => [encodeUtf8(`--${boundary}\r\n`), ...octets]),
    encodeUtf8(`--${boundary}--\r\n`),
  ]);
}

function part(type: string, octets: Uint8Array): Uint8Array[] {
  const encoding = octets.some((octet) => octet > 127) ? "8bit" : "7bit";
  const head = `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  // RFC 2046 §5.1.1: the line end before a boundary belongs to the boundary.
  return [encodeUtf8(head), octets, encodeUtf8("\r\n")];
}

/** RFC 3464 §2.3. */
function perRecipient(
  { address, reply, isExpired, isConfidential }: ReportedRecipient,
  { action, date, retryUntil }: Report,
  isGlobal: boolean,
): string {
  const said = `${reply.code} ${reply.enhanced}${isConfidential ? "" : ` ${shown(reply.text)}`}`;
  return [
    // RFC 6533 §3: an address with more than ASCII is of another type.
    printField("Final-Recipient", `${hasMoreThanAscii(address) ? "utf-8" : "rfc822"}; ${shown(address)}`),
    printField("Action", action),
    // RFC 3463 §3.5: X.4.7, delivery time expired.
    printField("Status", isExpired ? "4.4.7" : reply.enhanced),
    // RFC 3464 §2.1: ASCII, where the type is not the global one.
    printField("Diagnostic-Code", `smtp; ${isGlobal ? said : asciiOf(said)}`),
    printField("Last-Attempt-Date", formatDate(date)),
    ...action === "delayed" ? [printField("Will-Retry-Until", formatDate(retryUntil))] : [],
  ].join("");
}

/** RFC 3464 §2.2. */
function perMessage({ hostname, arrival }: Report): string {
  return printField("Reporting-MTA", `dns; ${hostname}`) + printField("Arrival-Date", formatDate(arrival));
}

function printHead({ action, from, to, date, messageId, originalId, hostname }: Report, boundary: string): string {
  const about = originalId === undefined ? [] : [`<${shown(originalId)}>`];
  return [
    // Local copies have it; it is left out of what goes to other servers.
    printField("Return-Path", "<>"),
    printField("Date", formatDate(date)),
    printField("From", `Mail system at ${hostname} <${from}>`),
    // RFC 3464 §2: to the return address, in the header as in the envelope.
    printField("To", `<${shown(to)}>`),
    printField("Subject", action === "failed" ? "Your message could not be delivered" : "Your message is late"),
    printField("Message-ID", messageId),
    // RFC 3834 §3.1.6, §5: so that nobody answers it automatically, and readers show it with the message.
    ...about.flatMap((id) => [printField("In-Reply-To", id), printField("References", id)]),
    printField("Auto-Submitted", "auto-replied"),
    printField("MIME-Version", "1.0"),
    `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="${boundary}"\r\n\r\n`,
  ].join("");
}

/** RFC 6522 §3: for people. */
function explanation({ action, hostname, arrival, message, recipients, retryUntil }: Report): string {
  const lines = [
    `This is the mail system at ${hostname}.`,
    "",
    `Your message of ${formatDate(arrival)} (${message})`,
    action === "failed"
      ? "could not be delivered to these recipients, and is not tried any more:"
      : `has not been delivered to these recipients yet. It is tried until ${formatDate(retryUntil)}; do nothing.`,
    ...recipients.flatMap(({ address, reply, isExpired, isConfidential }) => [
      "",
      `  ${shown(address)}`,
      ...isExpired ? ["    it was tried for as long as mail is tried here; the last time:"] : [],
      `    ${reply.code} ${reply.enhanced}${isConfidential ? "" : ` ${shown(reply.text)}`}`,
    ]),
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

/** Whole lines, each ended; no more than that, whatever is there. */
function returnedHeader(head: Uint8Array): Uint8Array {
  const octets = head.subarray(0, Math.min(mostHeader, headerSize(head) ?? Infinity));
  return octets.subarray(0, octets.lastIndexOf(10) + 1);
}

/** RFC 2046 §5.1.1: no line of a part begins with it. */
function boundaryFor(header: Uint8Array, messageId: string): string {
  const text = latin1(header);
  let boundary = `report.${messageId.replace(/@.*$|[^A-Za-z0-9.]/g, "")}`.slice(0, 60);
  while (text.includes(`--${boundary}`)) boundary += "x";
  return boundary;
}

/** Text of a stranger on one line, and not endless. */
function shown(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what must go
  return text.replace(/[\0-\x1f\x7f-\x9f]+/g, " ").slice(0, 1000);
}

function asciiOf(text: string): string {
  return text.replace(/[^\0-\x7f]/g, "?");
}

function hasMoreThanAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}
