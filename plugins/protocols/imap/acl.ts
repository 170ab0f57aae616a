/** Whom identifiers mean, and which rights letters mean (RFC 4314 §2, §3). */
import type { AccountId, Mailbox, ProtocolContext } from "../../../core/contract/mod.ts";
import { prepareQuery } from "../../../core/sasl/saslprep.ts";
import { allRights } from "./access.ts";
import { CommandRefused } from "./failures.ts";
import { bad } from "./replies.ts";

/** RFC 4314 §2.1.1: what the rights of RFC 2086 stand for. */
const obsolete: Readonly<Record<string, string>> = { c: "kx", d: "et" };

/** Who has rights. */
export type Who = AccountId | "anyone";

/** An entry of a mailbox's list, by the identifier that clients see. */
export interface AclEntry {
  /** A user's address, or "anyone". */
  readonly identifier: string;
  /** Letters. */
  readonly rights: string;
}

/** Whom an identifier means. @throws CommandRefused, with BAD for what can be nobody's (RFC 4314 §3). */
export async function whoIs({ directory }: ProtocolContext, identifier: string): Promise<Who> {
  const prepared = prepareQuery(identifier);
  if (prepared === undefined || prepared === "") throw new CommandRefused(bad("That is no identifier"));
  // RFC 4314 §2: no server has to have negative rights.
  if (prepared.startsWith("-")) throw new CommandRefused("There are no negative rights here", "CANNOT");
  if (prepared === "anyone") return "anyone";
  // RFC 4314 §2: whatever one may log in as.
  const account = await directory.findAccount(prepared);
  if (account === undefined) throw new CommandRefused("There is no such user", "NONEXISTENT");
  return account;
}

/** The rights that letters of a client mean. @throws CommandRefused, with BAD for others (RFC 4314 §3.1). */
export function rightsFrom(letters: string): string {
  const rights = [...letters].map((letter) => obsolete[letter] ?? letter).join("");
  for (const right of rights) {
    if (!allRights.includes(right)) throw new CommandRefused(bad(`The right ${right} is not supported`));
  }
  return rights;
}

/** The list of a mailbox: its owner, who may do everything, and then the others by their addresses. */
export async function entriesOf({ storage }: ProtocolContext, { account, rights }: Mailbox): Promise<AclEntry[]> {
  const others: AclEntry[] = [];
  for (const [who, letters] of Object.entries(rights)) {
    if (who === account || letters === undefined) continue;
    // Names of properties have lost what they are: accounts, but for "anyone".
    const identifier = who === "anyone" ? who : (await storage.account(who as AccountId))?.address;
    // An account that has just been removed has no rights any more.
    if (identifier !== undefined) others.push({ identifier, rights: letters });
  }
  others.sort((a, b) => a.identifier < b.identifier ? -1 : 1);
  const owner = await storage.account(account);
  return owner === undefined ? others : [{ identifier: owner.address, rights: allRights }, ...others];
}
