/** Extensions: where a copy goes, and what has happened. What they add to protocols and the server cannot be had apart. */
import * as v from "valibot";
import type { CopyToPlace, Extension, Placement } from "../../../contract/extension.ts";
import type { EventByName, Observers } from "../../../contract/observers.ts";
import { ReviewedMessage } from "../../../delivery/filtered_message.ts";
import { type Ends, type GuestCall, trusted } from "../ends.ts";
import { Denied } from "../errors.ts";
import { bodyAsks, remoteBody } from "../remote_body.ts";

/** In a list, so that none is forgotten. */
const events = [
  ...["connected", "closed", "authenticated", "authenticationFailed", "delivered"] as const,
  ...["queued", "sent", "deferred", "failed", "mailboxChanged"] as const,
] satisfies (keyof EventByName)[];

const facts = v.object({ places: v.boolean(), observes: v.array(v.picklist(events)) });

/** Both ends of an extension. */
export const extensionEnds: Ends<"extension"> = {
  guest: (extension) => {
    const { pop3Commands, imapCommands, periodic } = extension;
    const added = Object.entries({ pop3Commands, imapCommands, periodic }).find(([, value]) => value !== undefined);
    if (added !== undefined) throw new Denied(`in a sandbox an extension has place and observe, and no ${added[0]}`);
    return {
      facts: {
        places: typeof extension.place === "function",
        observes: events.filter((event) => typeof extension.observe?.[event] === "function"),
      },
      call: (call) => callExtension(extension, call),
    };
  },
  host: ({ sandbox, facts: said }): Extension => {
    const { places, observes } = v.parse(facts, said);
    const observe: Observers = Object.fromEntries(observes.map((event) => [event, async (happened: object) => {
      await sandbox.call("observe", [event, happened]);
    }]));
    return {
      ...places && {
        async place({ message, ...copy }): Promise<Placement | undefined> {
          const { id, size } = message;
          return v.parse(placement, await sandbox.call("place", [copy, { id, size }], bodyAsks(message)));
        },
      },
      ...observes.length > 0 && { observe },
    };
  },
};

async function callExtension(extension: Extension, { name, args, ask }: GuestCall): Promise<unknown> {
  if (name === "observe") return await observer(extension, trusted(args[0]))?.(trusted(args[1]));
  const { id, size } = trusted<{ readonly id: string; readonly size: number }>(args[1]);
  const message = new ReviewedMessage(id, remoteBody(size, ask), 0);
  return await extension.place?.({ ...trusted<Omit<CopyToPlace, "message">>(args[0]), message });
}

function observer(
  { observe = {} }: Extension,
  event: keyof EventByName,
): ((happened: unknown) => Promise<void> | void) | undefined {
  return trusted(observe[event]?.bind(observe));
}

const name = v.pipe(v.string(), v.maxLength(1000));

/** Whether there is such a mailbox, and what a flag may be, is for the core to say. */
const placement = v.optional(v.variant("action", [
  v.object({
    action: v.literal("file"),
    mailbox: v.exactOptional(name),
    flags: v.exactOptional(v.array(name)),
    create: v.exactOptional(v.boolean()),
  }),
  v.object({ action: v.literal("redirect"), to: v.array(name), keep: v.exactOptional(v.boolean()) }),
  v.object({ action: v.literal("quarantine") }),
]));
