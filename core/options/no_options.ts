/** For plugins that take no options. */
import { type OptionGroup, options } from "./options.ts";

/** Accepts nothing, or an empty mapping: whatever is given is an unknown option. */
export const noOptions: OptionGroup<Record<never, never>> = options({});
