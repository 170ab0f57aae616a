/** The entry of an account: an inetOrgPerson (RFC 2798). Of what the directory keeps of its password, nothing is here. */
import type { Account } from "../../../core/contract/mod.ts";
import { localPart, nameOf } from "../account_name.ts";
import { type Entry, entryBelow } from "./entry.ts";

/**
 * What there is to say of an account.
 *
 * @param people The entry that it is below.
 * @param uid What it is called there.
 * @param aliases Further addresses.
 */
export function personEntry(
  people: Entry,
  uid: string,
  { address, createdAt }: Pick<Account, "address" | "createdAt">,
  aliases: readonly string[],
): Entry {
  const local = localPart(address), fullName = nameOf(address) || local;
  // RFC 4519 §2.32: a person has a surname; where there is one name only, it is that.
  const [, given, surname = fullName] = /^(.+) ([^ ]+)$/.exec(fullName) ?? [];
  // What is told here of an account is what it was made with.
  const made = [generalizedTime(createdAt)];
  return entryBelow(people, [{ type: "uid", value: uid }], "inetOrgPerson", {
    uid: [uid, uid === address ? local : address],
    cn: [fullName],
    sn: [surname],
    givenName: given === undefined ? [] : [given],
    displayName: [fullName],
    mail: [address, ...aliases],
    createTimestamp: made,
    modifyTimestamp: made,
  });
}

/** RFC 4517 §3.3.13. */
function generalizedTime(at: Date): string {
  return `${at.toISOString().replace(/\.\d+Z$/, "").replace(/[-:T]/g, "")}Z`;
}
