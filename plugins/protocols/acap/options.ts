/** The options of `acap` in the configuration. */
import * as v from "valibot";
import { options } from "../../../core/options/options.ts";
import { parseDuration } from "../../../core/options/units.ts";
import {
  byteSize,
  duration,
  flag,
  integer,
  listOf,
  text,
  value,
  type ValueSchema,
} from "../../../core/options/values.ts";

const LEAST_IDLE = 1_800_000;
/** RFC 2244 §3.3: a server has to support so many contexts of a session. */
const leastContexts = 100;

/** RFC 2244 §2.4.3: an inactivity timer is of at least 30 minutes. */
const idleTimeout: ValueSchema<number> = value('a duration of at least "30m" (RFC 2244 §2.4.3)', (given) => {
  const milliseconds = typeof given === "string" ? parseDuration(given) : undefined;
  return milliseconds !== undefined && milliseconds >= LEAST_IDLE ? milliseconds : undefined;
});

/** Settings by name, as Eudora has them without their prefix. */
const settings: ValueSchema<ReadonlyMap<string, string>> = value(
  "settings of Eudora by name, such as { AccessMethod: imap }",
  (given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
    const known = Object.entries(given).flatMap(([name, setting]) => {
      const isKnown = /^[A-Za-z]+$/.test(name) && ["string", "number", "boolean"].includes(typeof setting);
      return isKnown ? [[name, String(setting)] as const] : [];
    });
    return known.length === Object.keys(given).length ? new Map(known) : undefined;
  },
);

/** Their schema; all have defaults. */
export const acapOptions = options({
  /** Octets of all datasets of an account, and a hundred for each entry; and of those that are everybody's. */
  quota: v.optional(byteSize, "2MB"),
  /** Contexts of a session. */
  contexts: v.optional(integer(leastContexts, 10_000), leastContexts),
  /** Addresses, as `account list` prints them, of those who may change what is everybody's. */
  administrators: v.optional(listOf(text("an address"), "a list of addresses"), []),
  /** Whether Eudora's own ways of logging in, and its name of a comparator, are understood. */
  eudora: v.optional(flag, false),
  /** What Eudora is told besides what is known of the account. */
  eudora_settings: v.optional(settings, {}),
  /** How long the next command may take once a client has logged in. */
  idle_timeout: v.optional(idleTimeout, "30m"),
  /** How long each command may take before. */
  login_timeout: v.optional(duration, "3m"),
  /** Commands that made no sense, and logins that failed, at a time (`ErrorCount`); one more ends the session. */
  max_errors: v.optional(integer(1), 50),
});

/** As the configuration has them; durations in milliseconds. */
export type AcapOptions = v.InferOutput<typeof acapOptions>;
