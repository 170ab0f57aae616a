/** Transports: one call for each try; the message stays in the server, and is read in pieces. */
import * as v from "valibot";
import type { QueueEntry } from "../../../contract/queue.ts";
import type { DeliveryResult, Transport } from "../../../contract/transport.ts";
import { smtpReply } from "../answers.ts";
import { type Ends, type GuestCall, trusted } from "../ends.ts";
import { bodyAsks, remoteBody } from "../remote_body.ts";

/** Recipients of which nothing is said are tried again, and so is all that makes no sense: it is the queue that decides. */
const results = v.array(v.strictTuple([
  v.string(),
  v.variant("outcome", [
    v.object({
      outcome: v.literal("delivered"),
      remoteReply: v.pipe(v.string(), v.maxLength(1000), v.transform((text) => text.replace(/\p{Cc}+/gu, " "))),
    }),
    v.object({ outcome: v.picklist(["retry", "failed"]), reply: smtpReply }),
  ]),
]));

/** Both ends of a transport. */
export const transportEnds: Ends<"transport"> = {
  guest: (transport) => ({ facts: {}, call: (call) => callTransport(transport, call) }),
  host: ({ sandbox }) => ({
    async deliver(entry, body, stop): Promise<ReadonlyMap<string, DeliveryResult>> {
      const given = await sandbox.call("deliver", [entry, body.size], bodyAsks(body), stop);
      return new Map(v.parse(results, given));
    },
  }),
};

async function callTransport(transport: Transport, { args, ask, signal }: GuestCall): Promise<unknown> {
  const [entry, size] = trusted<[QueueEntry, number]>(args);
  return [...await transport.deliver(entry, remoteBody(size, ask), signal)];
}
