/** SETMETADATA (RFC 5464 §4.3): all entries, or none. */
import { type MailboxId, type Operation, Refusal } from "../../../../core/contract/mod.ts";
import { allRights } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectSetMetadataArguments } from "../grammar/metadata_arguments.ts";
import { type EntryValue, type MetadataOwner, openMetadata, placeOfScope, specialUseName } from "../metadata.ts";
import { ok } from "../replies.ts";
import type { Session } from "../session.ts";
import { requireSettable } from "../settable_metadata.ts";
import { type SpecialUseChange, specialUseChange } from "../special_uses.ts";
import { loggedIn, type User } from "../state.ts";
import { tellMetadata } from "../tell_metadata.ts";

/** The command. */
export const setMetadata: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectSetMetadataArguments(scanner);
  },
  async run(session, { user }, { mailbox, values }) {
    const { context } = session.service;
    const owner = await openMetadata(context, user, mailbox);
    requireSettable(session, user, owner, values);
    const use = await changeOfUse(session, user, owner, values);
    const operations = [...use.operations, ...changesOf(user, owner, values)];
    await apply(session, operations);
    for (const annotated of operations.flatMap(annotatedBy)) session.notifications?.own.annotated(annotated);
    session.metadataNews?.knows(owner, values);
    // RFC 6154 §5.4: another mailbox is not for that any more.
    for (const loser of use.losers) {
      const lost = [[{ scope: "private", name: specialUseName }, undefined]] as const;
      session.metadataNews?.knows({ name: loser.name, mailbox: loser, rights: allRights }, lost);
      await tellMetadata(session, loser.name, lost);
    }
    return { reply: ok("Done") };
  },
});

/** RFC 6154 §4: the entry is tied to what LIST tells. */
async function changeOfUse(
  { service }: Session,
  user: User,
  { mailbox }: MetadataOwner,
  values: readonly EntryValue[],
): Promise<SpecialUseChange> {
  const found = values.findLast(isUse);
  if (mailbox === undefined || found === undefined) return { operations: [], losers: [] };
  return await specialUseChange(service.context.storage, user, mailbox, found[1]);
}

function isUse([{ scope, name }]: EntryValue): boolean {
  return scope === "private" && name === specialUseName;
}

function changesOf(user: User, owner: MetadataOwner, values: readonly EntryValue[]): Operation[] {
  return (["private", "shared"] as const).flatMap((scope): Operation[] => {
    const entries = values.filter((value) => value[0].scope === scope && !(owner.mailbox !== undefined && isUse(value)))
      .map(([{ name }, value]) => [name, value] as const);
    return entries.length === 0 ? [] : [{ do: "setMetadata", place: placeOfScope(owner, user, scope), entries }];
  });
}

/** The mailbox whose mod-sequence is another now (RFC 7162 §3.2). */
function annotatedBy(operation: Operation): MailboxId[] {
  if (operation.do === "setSpecialUse") return [operation.mailbox];
  return operation.do === "setMetadata" && operation.place.mailbox !== undefined ? [operation.place.mailbox] : [];
}

async function apply({ service }: Session, operations: readonly Operation[]): Promise<void> {
  try {
    await service.context.storage.apply(operations);
  } catch (error) {
    // RFC 5464 §4.3: no value is too large, and so there are too many.
    const isTooMany = error instanceof Refusal && error.kind === "too-large";
    throw isTooMany ? new CommandRefused("There are too many entries", "METADATA TOOMANY") : error;
  }
}
