/** ENVELOPE (RFC 3501 §7.4.2, RFC 9051 §7.5.2). */
import type { MessageAddress, MessageEnvelope } from "../../../../core/contract/mod.ts";
import { printNstring, type StringMode } from "./strings.ts";

/** `envelope`. A text that is absent is NIL, one that is empty the empty string. */
export function printEnvelope(envelope: MessageEnvelope, mode: StringMode): string {
  const { from } = envelope;
  const sentFrom = printAddresses(from, mode);
  // RFC 9051 §7.5.2: without Sender or Reply-To, or with an empty one, their members are the from member.
  const sender = envelope.sender ? printAddresses(envelope.sender, mode) : sentFrom;
  const replyTo = envelope.replyTo ? printAddresses(envelope.replyTo, mode) : sentFrom;
  return `(${printNstring(envelope.date, mode)} ${
    printNstring(envelope.subject, mode)
  } ${sentFrom} ${sender} ${replyTo} ${printAddresses(envelope.to, mode)} ${printAddresses(envelope.cc, mode)} ${
    printAddresses(envelope.bcc, mode)
  } ${printNstring(envelope.inReplyTo, mode)} ${printNstring(envelope.messageId, mode)})`;
}

/** RFC 9051 §9, env-from and its like: addresses without spaces between them. */
function printAddresses(addresses: readonly MessageAddress[] | undefined, mode: StringMode): string {
  if (addresses === undefined || addresses.length === 0) return "NIL";
  let text = "(";
  // RFC 9051 §7.5.2: a NIL host marks a group; the entries have it so already.
  for (const { name, route, mailbox, host } of addresses) {
    text += `(${printNstring(name, mode)} ${printNstring(route, mode)} ${printNstring(mailbox, mode)} ${
      printNstring(host, mode)
    })`;
  }
  return `${text})`;
}
