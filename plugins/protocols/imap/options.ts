/** The options of `imap` in the configuration. */
import * as v from "valibot";
import { options } from "../../../core/options/options.ts";
import { parseDuration } from "../../../core/options/units.ts";
import { duration, flag, integer, listOf, oneOf, text, value, type ValueSchema } from "../../../core/options/values.ts";
import { languages } from "./languages/languages.ts";

const LEAST_IDLE = 1_800_000;

/** RFC 9051 §5.4: the autologout timer of a session that has logged in is at least 30 minutes. */
const idleTimeout: ValueSchema<number> = value('a duration of at least "30m" (RFC 9051 §5.4)', (given) => {
  const milliseconds = typeof given === "string" ? parseDuration(given) : undefined;
  return milliseconds !== undefined && milliseconds >= LEAST_IDLE ? milliseconds : undefined;
});

const [firstTag = "en", ...otherTags] = languages.map(({ tag }) => tag);

/** Their schema; all have defaults. */
export const imapOptions = options({
  /** How long the next command may take, and an IDLE may last, once a client has logged in. */
  idle_timeout: v.optional(idleTimeout, "30m"),
  /** How long each command may take before. */
  login_timeout: v.optional(duration, "3m"),
  /** Commands that made no sense, and logins that failed, at a time (`ErrorCount`); one more ends the session. */
  max_errors: v.optional(integer(1), 50),
  /** RFC 9738: messages that one command may be about; §3: not lower than 1000. Absent: as many as there are. */
  message_limit: v.optional(integer(1000)),
  /** RFC 5255 §3.2: the language of `LANGUAGE default`. */
  language: v.optional(oneOf([firstTag, ...otherTags]), "en"),
  /** Whether a client may begin anew on the same connection; RFC 8437 §8: proxies may have to do without it. */
  unauthenticate: v.optional(flag, true),
  /** Addresses, as `account list` prints them, of those who may set quotas and what the server's metadata shares. */
  administrators: v.optional(listOf(text("an address"), "a list of addresses"), []),
  /** Addresses of the accounts of submission servers: they fetch what users submit by reference (RFC 4467 §3, RFC 4468). */
  submission_servers: v.optional(listOf(text("an address"), "a list of addresses"), []),
});

/** As the configuration has them; durations in milliseconds. */
export type ImapOptions = v.InferOutput<typeof imapOptions>;
