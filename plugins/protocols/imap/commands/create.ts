/** CREATE (RFC 9051 §6.3.4), with special uses (RFC 6154 §3) and MAILBOXID (RFC 8474 §4.1). */
import { type Mailbox, Refusal, type Storage } from "../../../../core/contract/mod.ts";
import { type Place, rightsOf } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectCreateArguments } from "../grammar/create_parameters.ts";
import { placeForNew, tellNormalized } from "../new_names.ts";
import { mailboxObjectId } from "../printing/object_ids.ts";
import { ok } from "../replies.ts";
import { settableUse } from "../special_uses.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const create: Command = command({
  capabilities: ["CREATE-SPECIAL-USE"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectCreateArguments(scanner);
  },
  async run(session, { user }, { mailbox: name, uses }) {
    const { storage } = session.service.context;
    const place = await placeForNew(storage, user, name);
    const use = settableUse(user, place.owner, uses);
    const made = await make(storage, place, use);
    session.notifications?.own.made({
      mailbox: made,
      name,
      listedAs: place.prefix + made.name,
      rights: rightsOf(made, user.account),
    });
    tellNormalized(session, { name: place.prefix + made.name, attributes: [] }, name);
    return { reply: ok("Created", `MAILBOXID (${mailboxObjectId(made.id)})`) };
  },
});

async function make(storage: Storage, { owner: account, name }: Place, use: string | undefined): Promise<Mailbox> {
  try {
    const specialUse = use === undefined ? {} : { specialUse: use };
    const [made] = await storage.apply([{ do: "createMailbox", account, name, ...specialUse }]);
    return made;
  } catch (error) {
    const isUse = use !== undefined && error instanceof Refusal && error.kind === "conflict" &&
      await storage.mailboxByName(account, name) === undefined;
    // RFC 6154 §3: not made at all when it cannot have its use.
    throw isUse ? new CommandRefused("Another mailbox has that use", "USEATTR") : error;
  }
}
