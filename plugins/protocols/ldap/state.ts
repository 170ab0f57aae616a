/** Where a session stands (RFC 4513 §4). */
import type { AccountId, Exchange } from "../../../core/contract/mod.ts";

/** Who the client is. */
export type State =
  | { readonly name: "anonymous" }
  /** Between two requests of one bind. */
  | { readonly name: "binding"; readonly mechanism: string; readonly exchange: Exchange }
  | { readonly name: "bound"; readonly account: AccountId };

/** Nobody, as far as is known. */
export const anonymous: State = { name: "anonymous" };
