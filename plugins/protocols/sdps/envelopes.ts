/** What SDPS shows of a host's mail: each message with its envelope, all of them or those for one user of the host. */
import type { DeliveryEnvelope, Mailbox, Message, Storage } from "../../../core/contract/mod.ts";
import { formatDate } from "../../../core/message/date.ts";
import type { Presented } from "../pop3/maildrop/maildrop_content.ts";
import type { View } from "../pop3/maildrop/view.ts";

/** UIDs whose envelopes are asked for at once. */
const PAGE = 10_000;

/**
 * What a session sees.
 *
 * @param hostname The server's own name.
 * @param user Absent: the whole host.
 */
export function hostView(hostname: string, user?: string): View {
  return {
    of: "presented",
    async present(storage, inbox) {
      const owner = await ownAddress(storage, inbox.account), envelopes = await envelopesOf(storage, inbox);
      return (message) => {
        // What came since the envelopes were read is for the next session.
        if (message.uid >= inbox.uidNext) return undefined;
        const envelope = envelopes.get(message.uid);
        if (user !== undefined && !isFor(user, envelope?.recipient ?? owner)) return undefined;
        return presented(hostname, inbox, message, envelope);
      };
    },
  };
}

/** Other sessions have their turn between two pages. */
async function envelopesOf(storage: Storage, { id, uidNext }: Mailbox): Promise<Map<number, DeliveryEnvelope>> {
  const envelopes = new Map<number, DeliveryEnvelope>();
  for (let from = 1; from < uidNext; from += PAGE) {
    for (const [uid, envelope] of await storage.envelopes(id, [[from, from + PAGE - 1]])) envelopes.set(uid, envelope);
  }
  return envelopes;
}

/** The address of an account: whom a message is taken to be for that came without envelope. */
export async function ownAddress(storage: Storage, account: Mailbox["account"]): Promise<string> {
  return (await storage.account(account))?.address ?? "";
}

/** The local part of an address, without quotes; all of what has no domain. */
export function localPart(address: string): string {
  const at = address.lastIndexOf("@"), local = at < 0 ? address : address.slice(0, at);
  return /^".*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, "$1") : local;
}

function isFor(user: string, address: string): boolean {
  return localPart(address).toLowerCase() === user.toLowerCase();
}

/**
 * A field of its own: fetchmail drops a message whose header is the same as the previous one's, and copies for several
 * users of a host are one message.
 */
function presented(
  hostname: string,
  { uidValidity }: Mailbox,
  { uid, receivedAt }: Message,
  envelope: DeliveryEnvelope | undefined,
): Presented {
  const lines = [
    `Received: by ${hostname} with SDPS id ${uidValidity}.${uid}`,
    // RFC 6856 §2.1: no UTF-8 to those who have not asked for it.
    ...envelope !== undefined && /^[!-~ ]{1,900}$/.test(envelope.recipient) ? [`for <${envelope.recipient}>`] : [],
  ];
  const head = `${lines.join("\r\n\t")};\r\n\t${formatDate(receivedAt)}\r\n`;
  return envelope === undefined ? { head } : { head, envelope };
}
