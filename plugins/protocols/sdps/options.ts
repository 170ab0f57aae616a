/** The options of `sdps` in the configuration: those of `pop3` but for `recent`, and its own. */
import * as v from "valibot";
import { options } from "../../../core/options/options.ts";
import { flag, value, type ValueSchema } from "../../../core/options/values.ts";
import { pop3Options } from "../pop3/options.ts";

/** RFC 2449 §3: no more than a line has, and nothing that is read as a response code; RFC 1939 §7: or as a timestamp. */
const greeting: ValueSchema<string> = value(
  'a line of ASCII without < and >, not beginning with [, such as "mail.demon.example POP3 server ready"',
  (given) => typeof given === "string" && /^(?!\[)[!-;=?-~](?:[ -;=?-~]{0,400})$/.test(given) ? given : undefined,
);

const { recent: _, ...ofPop3 } = pop3Options.entries;

/** Their schema; all may be left out. */
export const sdpsOptions = options({
  ...ofPop3,
  /** Whether there are CAPA, LANG and UTF8, which Demon's servers did not have. Without CAPA fetchmail does not find STLS. */
  extensions: v.optional(flag, true),
  /** What the greeting says; absent: what POP3's does. fetchmail takes `demon.` for a sign of SDPS. */
  greeting: v.optional(greeting),
});

/** As the configuration has them. */
export type SdpsOptions = v.InferOutput<typeof sdpsOptions>;
