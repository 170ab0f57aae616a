/**
 * Greylisting (RFC 6647 §2): the first message of a stranger is deferred for some minutes; a real mail server comes again.
 *
 *     filters: [{ use: ./greylist.ts, options: { delay: 5m }, sandbox: {} }]
 */
import { definePlugin, duration, optional, options, type Verdict } from "@quetzal/server";

/** Triplets remembered; the oldest are forgotten first, so that a flood costs strangers time and the server no memory. */
const MOST = 100_000;

const later: Verdict = {
  action: "defer",
  reply: { code: 451, enhanced: "4.7.1", text: "Greylisted, please come again in a few minutes" },
};

export default definePlugin({
  apiVersion: 1,
  kind: "filter",
  name: "greylist",
  summary: "Defers the first message from a stranger to a recipient",
  options: options({ delay: optional(duration, "5m"), forget: optional(duration, "35d") }),
  setup({ now }, { delay, forget }) {
    const firstSeen = new Map<string, number>();
    const senders = new Map<string, string>();
    return {
      order: "early",
      sender({ id }, sender) {
        senders.delete(id);
        senders.set(id, sender);
        dropOldest(senders);
        return Promise.resolve({ action: "continue" });
      },
      recipient({ id, peer, account }, recipient) {
        // Who has logged in is no stranger.
        if (account !== undefined) return Promise.resolve({ action: "continue" });
        const key = `${networkOf(peer)} ${senders.get(id) ?? ""} ${recipient.toLowerCase()}`;
        const time = now().getTime(), since = firstSeen.get(key);
        const isKnown = since !== undefined && time - since < forget;
        if (!isKnown) {
          firstSeen.delete(key);
          firstSeen.set(key, time);
          dropOldest(firstSeen);
        }
        return Promise.resolve(isKnown && time - since >= delay ? { action: "continue" } : later);
      },
    };
  },
});

/** Large senders come again from a neighbour: RFC 6647 §5 asks for a network instead of an address. */
function networkOf(peer: string): string {
  return peer.includes(":") ? peer.split(":").slice(0, 4).join(":") : peer.split(".").slice(0, 3).join(".");
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MOST) return;
    map.delete(key);
  }
}
