/** A transport that is given one message to carry. */
import type { DeliveryResult, QueueId } from "../../core/contract/mod.ts";
import type { PluginDefinition } from "../../core/contract/plugin.ts";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import { setUp, type Surroundings } from "./set_up.ts";

/** A message on its way out. All of it may be left out. */
export interface Outgoing extends Surroundings {
  /** Its octets, one a character. */
  readonly message?: string;
  /** Reverse-path. */
  readonly from?: string;
  /** Forward-paths. */
  readonly to?: readonly string[];
  /** How often it was tried before. */
  readonly attempts?: number;
}

/** Hands a message to a transport; what became of each recipient. @throws What the transport throws: it is tried again later. */
export async function carry<Options>(
  plugin: PluginDefinition<"transport", Options>,
  outgoing: Outgoing = {},
): Promise<Readonly<Record<string, DeliveryResult>>> {
  const { message = "Subject: A message\r\n\r\nText\r\n", from = "test@example.org" } = outgoing;
  const { to = ["somebody@example.net"], attempts = 0 } = outgoing;
  await using transport = await setUp(plugin, outgoing);
  const { context: { storage, now } } = transport;
  const body = await storage.writeBody(latin1Bytes(message));
  const results = await transport.extension.deliver(
    {
      id: "test-entry" as QueueId,
      envelope: { sender: from, recipients: to, bodyType: "8bitmime", smtpUtf8: false },
      recipients: to.map((address) => ({ address })),
      domain: to[0]?.split("@")[1] ?? "",
      ...{ body, attempts, message: "test-message", isWarned: false, queuedAt: now() },
      dueAt: now(),
    },
    await storage.openBody(body),
    new AbortController().signal,
  );
  return Object.fromEntries(results);
}
