/** Names of mailboxes that need not be there, as LIST would have them (RFC 9051 §5.1). */
import type { Storage } from "../contract/mod.ts";
import { placeOf, type User } from "./access.ts";

/**
 * A name as it is kept: NFC, INBOX in capitals, also above others, and without the separator at its end. Whether a mailbox
 * can have it is another question.
 */
export function canonicalName(name: string): string {
  return name.normalize("NFC").replace(/\/$/, "").replace(/^inbox(?=\/|$)/i, "INBOX");
}

/** The name by which LIST has what a user calls so, or would have it. */
export async function nameInList(storage: Storage, user: User, name: string): Promise<string> {
  const canonical = canonicalName(name), place = await placeOf(storage, user, canonical);
  return place === undefined ? canonical : place.prefix + canonicalName(place.name);
}
