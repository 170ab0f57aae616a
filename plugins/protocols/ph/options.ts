/** The options of `ph` in the configuration. */
import * as v from "valibot";
import { loopback, networks } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";
import { duration, integer } from "../../../core/options/values.ts";

/** Their schema; all have defaults. */
export const phOptions = options({
  /** Who may ask: the addresses of all accounts are what spammers look for. */
  allow: v.optional(networks, [...loopback]),
  /** The most entries that a query may match; more are not shown. */
  most_matches: v.optional(integer(1, 1000), 25),
  /** How long the next command may take. */
  idle_timeout: v.optional(duration, "5m"),
});

/** As the configuration has them; durations in milliseconds. */
export type PhOptions = v.InferOutput<typeof phOptions>;
