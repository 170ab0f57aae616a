/** What is done for those who have authenticated (RFC 6409): their messages are completed, and are theirs. */
import { mailboxesOf, parseAddressList } from "../../../core/message/address.ts";
import { addressSpec } from "../../../core/message/address_printer.ts";
import { formatDate } from "../../../core/message/date.ts";
import type { Header } from "../../../core/message/header.ts";
import { newMessageId } from "../../../core/message/trace_header.ts";

/** Addresses that are looked at in one field: nobody is so many people. */
const MOST = 100;

/** RFC 6409 §8.2 and §8.3: Date and Message-ID, where they are missing; whole lines. */
export function missingFields(header: Header, hostname: string, now: Date): string {
  const date = header.find("date") ? "" : `Date: ${formatDate(now)}\r\n`;
  const messageId = header.find("message-id") ? "" : `Message-ID: ${newMessageId(hostname, now)}\r\n`;
  return `${date}${messageId}`;
}

/**
 * The addresses that stand for who sends this now, and must be the account's (RFC 6409 §6.3): Sender where there is one, for
 * it names "the agent responsible for the actual transmission" (RFC 5322 §3.6.2), else From; of a message that is sent
 * again, the same of its newest Resent- fields (§3.6.6), for the From is another's by right. A header without any of them
 * claims nothing.
 */
export function responsibleAddresses(header: Header): string[] {
  for (const name of ["resent-sender", "resent-from", "sender", "from"]) {
    const field = header.find(name);
    if (field === undefined) continue;
    return mailboxesOf(parseAddressList(header.value(field), MOST)).map(addressSpec);
  }
  return [];
}
