/** The options of `poppassd` in the configuration. */
import * as v from "valibot";
import { everywhere, loopback, networks } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";
import { duration } from "../../../core/options/values.ts";

/** Their schema; all have defaults. */
export const poppassdOptions = options({
  /** Who may connect. */
  allow: v.optional(networks, [...everywhere]),
  /** From where passwords are taken without TLS; `cleartext_auth` has no say here. */
  cleartext_from: v.optional(networks, [...loopback]),
  /** How long the next command may take. */
  idle_timeout: v.optional(duration, "2m"),
});

/** As the configuration has them; durations in milliseconds. */
export type PoppassdOptions = v.InferOutput<typeof poppassdOptions>;
