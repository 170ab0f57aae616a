/** The options of POP1 and POP2 in the configuration. */
import * as v from "valibot";
import { everywhere, networks } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";
import { duration } from "../../../core/options/values.ts";

/** Their schema; all have defaults. */
export const oldPopOptions = options({
  /** Who may connect. */
  allow: v.optional(networks, [...everywhere]),
  /** How long the next command may take (RFC 937, Timeouts: T2). */
  idle_timeout: v.optional(duration, "10m"),
});

/** As the configuration has them; durations in milliseconds. */
export type OldPopOptions = v.InferOutput<typeof oldPopOptions>;
