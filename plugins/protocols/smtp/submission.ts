/** What is done for those who have authenticated (RFC 6409): their messages are completed, and are theirs. */
import type { Directory } from "../../../core/contract/mod.ts";
import { mailboxesOf, parseAddressList } from "../../../core/message/address.ts";
import { addressSpec } from "../../../core/message/address_printer.ts";
import { formatDate } from "../../../core/message/date.ts";
import type { Header, HeaderField } from "../../../core/message/header.ts";
import { newMessageId } from "../../../core/message/trace_header.ts";

/** What a message is completed with. */
export interface Completion {
  /** The reverse-path, which is the account's own; empty for the null path. */
  readonly sender: string;
  /** The server's own name. */
  readonly hostname: string;
  /** The time. */
  readonly now: Date;
}

/** RFC 6409 §8.2, §8.3; RFC 5322 §3.6: Date, From and Message-ID, where they are missing; whole lines. */
export function missingFields(header: Header, { sender, hostname, now }: Completion): string {
  const date = header.find("date") ? "" : `Date: ${formatDate(now)}\r\n`;
  const from = header.find("from") || sender === "" ? "" : `From: <${sender}>\r\n`;
  const messageId = hasMessageId(header) ? "" : `Message-ID: ${newMessageId(hostname, now)}\r\n`;
  return `${date}${from}${messageId}`;
}

/** RFC 6409 §8.3: Message-ID fields that hold no msg-id (RFC 5322 §3.6.4), and give way to ours. */
export function unusableFields(header: Header): HeaderField[] {
  return hasMessageId(header) ? [] : header.fields.filter(({ key }) => key === "message-id");
}

function hasMessageId(header: Header): boolean {
  return header.all("message-id").some((value) => /<[^<>@\s]+@[^<>\s]+>/.test(value));
}

/**
 * The addresses that stand for who sends this now, and must be the account's (RFC 6409 §6.3), each once: Sender where there
 * is one, for it names "the agent responsible for the actual transmission" (RFC 5322 §3.6.2), else From; of a message that
 * is sent again, the same of its newest Resent- fields (§3.6.6), for the From is another's by right. A header without any of
 * them claims nothing.
 */
export function responsibleAddresses(header: Header): string[] {
  for (const name of ["resent-sender", "resent-from", "sender", "from"]) {
    const fields = header.all(name);
    if (fields.length === 0) continue;
    // Older Resent- fields are others'. Sender and From stand there once (§3.6); which of two a reader shows is not known.
    const [newest = ""] = fields;
    return addressesOf(name.startsWith("resent-") ? [newest] : fields);
  }
  return [];
}

const addressFields = ["from", "sender", "reply-to", "to", "cc", "bcc"];

/**
 * RFC 6409 §4.2: addresses whose domain is no whole name. Not those without a domain, which §5.1 recommends to refuse:
 * programs write `To: root`, and nothing is sent by it.
 */
export function shortDomainAddresses(header: Header): string[] {
  const names = [...addressFields, ...addressFields.map((name) => `resent-${name}`)];
  return addressesOf(names.flatMap((name) => header.all(name))).filter(hasShortDomain);
}

/** RFC 6409 §4.2: whether the domain of an address is no whole name. One of ours may be as short as it is. */
export async function isIncomplete(address: string, directory: Pick<Directory, "resolve">): Promise<boolean> {
  return hasShortDomain(address) && (await directory.resolve(address)).kind === "remote";
}

/** Whether the domain of an address has one label. */
export function hasShortDomain(address: string): boolean {
  // The local part may hold anything, also what looks like the end of an address.
  const at = address.lastIndexOf("@");
  return at >= 0 && /^[^.[\]]+\.?$/.test(address.slice(at + 1));
}

function addressesOf(values: readonly string[]): string[] {
  return [...new Set(values.flatMap((value) => mailboxesOf(parseAddressList(value)).map(addressSpec)))];
}
