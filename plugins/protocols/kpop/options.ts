/** The options of `kpop` in the configuration: those of Kerberos, and those of `pop3`. */
import * as v from "valibot";
import { kerberosOptions } from "../../../core/kerberos/options.ts";
import { everywhere, networks } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";
import { pop3Options } from "../pop3/options.ts";

/** Their schema; all have defaults. */
export const kpopOptions = options({
  ...kerberosOptions.entries,
  ...pop3Options.entries,
  /** Who may connect: mail goes in clear text. */
  allow: v.optional(networks, [...everywhere]),
});

/** As the configuration has them. */
export type KpopOptions = v.InferOutput<typeof kpopOptions>;
