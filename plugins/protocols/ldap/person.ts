/** The entry of an account: an inetOrgPerson (RFC 2798). Of what the directory keeps of its password, nothing is here. */
import type { Account } from "../../../core/contract/mod.ts";
import { localPart, nameOf } from "../account_name.ts";
import type { DistinguishedName } from "./distinguished_name.ts";
import { type Entry, entryOf } from "./entry.ts";

/**
 * What there is to say of an account.
 *
 * @param aliases Further addresses.
 */
export function personEntry(
  name: DistinguishedName,
  { address, createdAt }: Pick<Account, "address" | "createdAt">,
  aliases: readonly string[],
): Entry {
  const uid = name[0]?.[0].value ?? address;
  // RFC 4519 §2.32: a person has a surname; where there is one name only, it is that.
  const fullName = nameOf(address) || localPart(address);
  const [, given, surname = fullName] = /^(.+) ([^ ]+)$/.exec(fullName) ?? [];
  return entryOf(name, "inetOrgPerson", {
    uid: [uid, ...[address, localPart(address)].filter((other) => other !== uid)].slice(0, 2),
    cn: [fullName],
    sn: [surname],
    givenName: given === undefined ? [] : [given],
    displayName: [fullName],
    mail: [address, ...aliases],
    createTimestamp: [generalizedTime(createdAt)],
    // What is told here of an account is what it was made with.
    modifyTimestamp: [generalizedTime(createdAt)],
  });
}

/** RFC 4517 §3.3.13. */
export function generalizedTime(at: Date): string {
  return `${at.toISOString().replace(/\.\d+Z$/, "").replace(/[-:T]/g, "")}Z`;
}
