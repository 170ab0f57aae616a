/** The options of `pop3` itself: those of every protocol that is POP3 (`pop3Options`), and its own. */
import * as v from "valibot";
import { networks } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";
import { flag } from "../../../core/options/values.ts";
import { pop3Options } from "./options.ts";

/** Their schema; all have defaults. */
export const pop3PluginOptions = options({
  ...pop3Options.entries,
  /** Whether there are LAST, XTND XLST and XTND XMIT, as in early servers. */
  early: v.optional(flag, false),
  /** Hosts that are trusted to say who their users are (RFC 1081, RPOP); none: there is no such command. */
  rpop: v.optional(networks, []),
});
