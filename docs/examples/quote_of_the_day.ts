/**
 * RFC 865: whoever connects is told a quote, and that is all.
 *
 *     protocols: [{ use: ./quote_of_the_day.ts, listen: ["0.0.0.0:17"], options: { quotes: ["Less is more."] } }]
 */
import { definePlugin, encodeUtf8, listOf, options, text } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "quote-of-the-day",
  summary: "Tells a quote (RFC 865)",
  options: options({ quotes: listOf(text("a quote"), "a list of quotes", 1) }),
  setup: ({ now }, { quotes }) => ({
    async serve({ writer }) {
      const day = Math.floor(now().getTime() / 86_400_000);
      // RFC 865: fewer than 512 characters.
      writer.bytes(encodeUtf8(`${quotes[day % quotes.length] ?? ""}\r\n`).subarray(0, 511));
      await writer.flush();
    },
  }),
});
