/** The options of `pop3` in the configuration. */
import * as v from "valibot";
import { options } from "../../../core/options/options.ts";
import { parseDuration } from "../../../core/options/units.ts";
import { duration, integer, listOf, oneOf, value, type ValueSchema } from "../../../core/options/values.ts";
import { languages } from "./languages/languages.ts";

const LEAST_IDLE = 600_000;

/** RFC 1939 §3: an autologout timer is of at least ten minutes. */
const idleTimeout: ValueSchema<number> = value('a duration of at least "10m" (RFC 1939 §3)', (given) => {
  const milliseconds = typeof given === "string" ? parseDuration(given) : undefined;
  return milliseconds !== undefined && milliseconds >= LEAST_IDLE ? milliseconds : undefined;
});

/** RFC 2449 §6.7. */
const expire: ValueSchema<"never" | number> = value(
  '"never", or for how many days messages are kept: 0, 30',
  (given) => {
    if (given === "never") return "never";
    const days = typeof given === "string" && /^\d{1,5}$/.test(given) ? Number(given) : given;
    return typeof days === "number" && Number.isInteger(days) && days >= 0 && days <= 36_500 ? days : undefined;
  },
);

/** RFC 2449 §3 and §9: the tag begins with an X, and the line has at most 512 octets with its CRLF. */
const capability: ValueSchema<string> = value(
  'a capability whose name begins with X, such as "X-EXAMPLE yes"',
  (given) =>
    typeof given === "string" && given.length <= 510 && /^X[!--/-~]*(?: [!-~]+)*$/i.test(given) ? given : undefined,
);

const [firstTag = "en", ...otherTags] = languages.map(({ tag }) => tag);

/** Their schema; all have defaults. */
export const pop3Options = options({
  /** How long the next command may take. Nothing is removed when it is over, and nothing said (RFC 1939 §3). */
  idle_timeout: v.optional(idleTimeout, "10m"),
  /**
   * RFC 2449 §6.7: `never`; 0: what was retrieved is removed at QUIT; days: what is older is. It is announced, and done
   * at the end of sessions, never behind a client's back.
   */
  expire: v.optional(expire, "never"),
  /** RFC 2449 §6.5: between the logins of an account; announced and enforced, unless it is `0s`. */
  login_delay: v.optional(duration, "0s"),
  /** Further lines of CAPA; their names begin with X. */
  capabilities: v.optional(listOf(capability, 'a list of capabilities such as ["X-EXAMPLE"]'), []),
  /** RFC 6856 §3.2: the language of `LANG *`. */
  language: v.optional(oneOf([firstTag, ...otherTags]), firstTag),
  /** What becomes of what was popped, that is retrieved in a session that ended with QUIT, or deleted in it. */
  popped: v.optional(oneOf(["nothing", "leave", "read", "archive", "trash"]), "nothing"),
  /** Gmail's `recent:user`: for how long mail is shown by it, popped or not; `0s`: there are no such logins. */
  recent: v.optional(duration, "0s"),
  /** Commands that made no sense, and logins that failed, at a time (`ErrorCount`); one more ends the session. */
  max_errors: v.optional(integer(1), 50),
});

/** As the configuration has them; durations in milliseconds. */
export type Pop3Options = v.InferOutput<typeof pop3Options>;
