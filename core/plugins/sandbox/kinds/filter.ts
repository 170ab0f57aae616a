/** Filters: every hook is one question and one answer; the message stays in the server, and is read in pieces. */
import * as v from "valibot";
import type {
  AttemptVerdict,
  ConnectionFacts,
  Filter,
  HeaderToWrite,
  MessageVerdict,
  Verdict,
} from "../../../contract/filter.ts";
import { ReviewedMessage } from "../../../delivery/filtered_message.ts";
import { octets, smtpReply } from "../answers.ts";
import { type Ends, type GuestCall, trusted } from "../ends.ts";
import { bodyAsks, remoteBody } from "../remote_body.ts";

const hooks = ["connected", "authenticating", "sender", "recipient", "message"] as const;

const facts = v.object({
  order: v.exactOptional(v.picklist(["early", "normal", "late"])),
  hooks: v.array(v.picklist(hooks)),
});

/** Both ends of a filter. */
export const filterEnds: Ends<"filter"> = {
  guest: (filter) => ({
    facts: {
      ...filter.order !== undefined && { order: filter.order },
      hooks: hooks.filter((hook) => typeof filter[hook] === "function"),
    },
    call: (call) => callFilter(filter, call),
  }),
  host: ({ sandbox, facts: said }) => {
    const { order, hooks } = v.parse(facts, said);
    const has = (hook: typeof hooks[number]) => hooks.includes(hook);
    const ask = async (name: string, ...args: readonly unknown[]): Promise<Verdict> =>
      v.parse(verdict, await sandbox.call(name, args));
    return {
      ...order !== undefined && { order },
      ...has("connected") && { connected: (facts) => ask("connected", facts) },
      ...has("authenticating") && {
        authenticating: async (facts, attempt): Promise<AttemptVerdict> =>
          v.parse(attemptVerdict, await sandbox.call("authenticating", [facts, attempt])),
      },
      ...has("sender") && { sender: (facts, sender) => ask("sender", facts, sender) },
      ...has("recipient") && { recipient: (facts, recipient) => ask("recipient", facts, recipient) },
      ...has("message") && {
        message: async (facts, envelope, message): Promise<MessageVerdict> => {
          const { id, size } = message;
          const given = await sandbox.call("message", [facts, envelope, { id, size }], bodyAsks(message));
          return v.parse(messageVerdict, given);
        },
      },
    };
  },
};

async function callFilter(filter: Filter, { name, args, ask }: GuestCall): Promise<unknown> {
  const [facts] = trusted<[ConnectionFacts]>(args);
  switch (name) {
    case "connected":
      return await filter.connected?.(facts);
    case "authenticating":
      return await filter.authenticating?.(facts, trusted(args[1]));
    case "sender":
      return await filter.sender?.(facts, trusted(args[1]));
    case "recipient":
      return await filter.recipient?.(facts, trusted(args[1]));
    default: {
      const { id, size } = trusted<{ readonly id: string; readonly size: number }>(args[2]);
      return await filter.message?.(facts, trusted(args[1]), new ReviewedMessage(id, remoteBody(size, ask), 0));
    }
  }
}

const header: v.GenericSchema<unknown, HeaderToWrite> = v.strictTuple([v.string(), v.string()]);
const addHeaders = v.exactOptional(v.array(header));
const others = [
  v.object({ action: v.literal("accept") }),
  v.object({ action: v.literal("quarantine"), reason: v.string() }),
  v.object({ action: v.picklist(["reject", "defer"]), reply: smtpReply }),
] as const;

const verdict = v.variant("action", [v.object({ action: v.literal("continue"), addHeaders }), ...others]);

const messageVerdict = v.variant("action", [
  v.object({
    action: v.literal("continue"),
    addHeaders,
    removeHeaders: v.exactOptional(v.array(v.string())),
    replaceHeaders: v.exactOptional(v.array(header)),
    replaceBody: v.exactOptional(octets),
  }),
  ...others,
]);

const attemptVerdict = v.variant("action", [
  v.object({ action: v.picklist(["continue", "accept"]) }),
  v.object({ action: v.picklist(["reject", "defer"]), reason: v.exactOptional(v.string()) }),
]);
