/** Quotas (RFC 9208). A quota root is an account, by its address: all its mailboxes share what it may keep. */
import type { Account, Quota } from "../../../core/contract/mod.ts";
import { hasRights, rightsOf } from "./access.ts";
import { CommandRefused } from "./failures.ts";
import { ResponseBuilder } from "./printing/response_builder.ts";
import { printAstring } from "./printing/strings.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";

/** RFC 9208 §5.1: octets of a unit of STORAGE. */
const STORAGE_UNIT = 1024;

/** Whether the user may set quotas, and see those of all. */
export function isQuotaAdministrator({ service }: Session, { address }: User): boolean {
  return service.options.administrators.includes(address);
}

/** RFC 9208 §8: nothing is told to who has not said who it is. @throws CommandRefused. */
export function refuseAnonymous({ isAnonymous }: User): void {
  if (isAnonymous) throw new CommandRefused("You may not do that here", "NOPERM");
}

/** The account that is a quota root, if the user may see it. @throws CommandRefused. */
export async function openQuotaRoot(session: Session, user: User, root: string): Promise<Account> {
  refuseAnonymous(user);
  const account = await session.service.context.storage.accountByAddress(root);
  if (account !== undefined && await maySee(session, user, account)) return account;
  // RFC 9208 §8: not even whether there is such a root is everybody's business.
  throw new CommandRefused("There is no such quota root", "NONEXISTENT");
}

async function maySee(session: Session, user: User, { id }: Account): Promise<boolean> {
  if (id === user.account || isQuotaAdministrator(session, user)) return true;
  // RFC 9208 §6: who may read one of its mailboxes is told by GETQUOTAROOT as well.
  const shared = await session.service.context.storage.mailboxesSharedWith(user.account);
  return shared.some((mailbox) =>
    mailbox.account === id && hasRights({ rights: rightsOf(mailbox, user.account) }, "r")
  );
}

/** Tells what a quota root may keep, and keeps (RFC 9208 §4.2.1). */
export async function tellQuota(session: Session, { id, address, quota = {} }: Account): Promise<void> {
  const { connection, service, stringMode } = session;
  const mailboxes = await service.context.storage.mailboxes(id);
  const sum = (numbers: readonly number[]) => numbers.reduce((before, number) => before + number, 0);
  const resources = [
    ...resource("STORAGE", inUnits(sum(mailboxes.map(({ size }) => size))), quota.storage, inUnits),
    ...resource("MESSAGE", sum(mailboxes.map(({ messages }) => messages)), quota.messages),
    ...resource("MAILBOX", mailboxes.length, quota.mailboxes),
  ];
  const root = printAstring(address, stringMode);
  new ResponseBuilder(connection.writer).text(`* QUOTA ${root} (${resources.join(" ")})`).end();
}

/** RFC 9208 §4.2.1: what is not limited is not named. */
function resource(
  name: string,
  usage: number,
  limit: number | undefined,
  print: (limit: number) => number = (limit) => limit,
): string[] {
  return limit === undefined ? [] : [`${name} ${usage} ${print(limit)}`];
}

function inUnits(octets: number): number {
  return Math.ceil(octets / STORAGE_UNIT);
}

/** What limits of resources mean. @throws CommandRefused for a resource that cannot be limited. */
export function quotaFrom(limits: readonly (readonly [resource: string, limit: number])[]): Quota {
  let quota: Quota = {};
  for (const [name, limit] of limits) {
    // RFC 9208 §3.2: a limit may be rounded.
    if (name === "STORAGE") quota = { ...quota, storage: Math.min(limit * STORAGE_UNIT, Number.MAX_SAFE_INTEGER) };
    else if (name === "MESSAGE") quota = { ...quota, messages: limit };
    else if (name === "MAILBOX") quota = { ...quota, mailboxes: limit };
    else throw new CommandRefused("That resource cannot be limited", "CANNOT");
  }
  return quota;
}
