/**
 * Tells a web address of every message that has been delivered.
 *
 *     extensions: [{ use: ./delivery_webhook.ts, options: { url: "https://hooks.example.org/mail" } }]
 */
import { definePlugin, duration, optional, options, text } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "extension",
  name: "delivery-webhook",
  summary: "Posts a line of JSON for each message that is delivered",
  options: options({
    url: text("an address such as https://hooks.example.org/mail"),
    patience: optional(duration, "10s"),
  }),
  setup: ({ log }, { url, patience }) => ({
    observe: {
      // Observers are told afterwards, one event at a time; what throws is logged, and delays nobody's mail.
      async delivered({ id, at, size, envelope, copies }) {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ id, at, size, from: envelope.sender, to: envelope.recipients, copies: copies.length }),
          signal: AbortSignal.timeout(patience),
        });
        await response.body?.cancel();
        if (!response.ok) log.warn("the webhook refused an event", { status: response.status, message: id });
      },
    },
  }),
});
