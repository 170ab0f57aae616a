/** A protocol whose connections are observed. */
import type { Connection, Protocol } from "../contract/connection.ts";
import type { EventSink } from "../observe/observation.ts";
import { factsOf } from "../sasl/attempt_hooks.ts";

/** The same protocol; itself, where nobody wants to be told of connections. @param name Of the protocol: "pop3". */
export function observedProtocol(name: string, protocol: Protocol, events: EventSink, now: () => Date): Protocol {
  if (!events.has("connected") && !events.has("closed")) return protocol;
  const { tooMany } = protocol;
  return {
    ...tooMany !== undefined && { tooMany },
    async serve(connection, stop) {
      const begun = now();
      events.tell("connected", { ...eventOf(name, connection), at: begun });
      try {
        await protocol.serve(connection, stop);
      } finally {
        const at = now();
        const duration = at.getTime() - begun.getTime();
        events.tell("closed", { ...eventOf(name, connection), at, duration });
      }
    },
  };
}

function eventOf(protocol: string, connection: Connection) {
  return { facts: factsOf(connection), protocol, port: connection.local.port };
}
