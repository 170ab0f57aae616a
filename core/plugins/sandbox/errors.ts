/** How a sandboxed plugin fails, for those who asked it. */
import { Refusal } from "../../contract/refusal.ts";

/** It has answered with an error of its own. */
export class GuestError extends Error {
  override readonly name = "GuestError";
}

/** It cannot be asked now, or did not answer. A refusal, so that whoever waits is told to come again later. */
export function unavailable(why: string): Refusal {
  return new Refusal("unavailable", "This is not possible at the moment", { cause: new Error(why) });
}

/** The plugin has asked for what its `sandbox:` does not have. The text is the operator's to read. */
export class Denied extends Error {
  override readonly name = "Denied";
}
