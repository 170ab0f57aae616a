/**
 * A command for POP3: `XFORTUNE` answers with a saying.
 *
 *     extensions: [{ use: ./fortune.ts, options: { sayings: ["Never open a mail that barks."] } }]
 */
import { definePlugin, listOf, options, text } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "extension",
  name: "fortune",
  summary: "Adds XFORTUNE to POP3",
  options: options({ sayings: listOf(text("a saying"), "a list of sayings", 1) }),
  setup(_context, { sayings }) {
    let next = 0;
    return {
      pop3Commands: [{
        keyword: "XFORTUNE",
        capability: "XFORTUNE",
        states: ["transaction"],
        run: (_client, argument) =>
          argument === undefined
            ? { ok: true, lines: [sayings[next++ % sayings.length] ?? ""] }
            : { ok: false, text: "XFORTUNE takes no argument: fate is not to be argued with" },
      }],
    };
  },
});
