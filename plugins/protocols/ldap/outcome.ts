/** What comes of a request. */
import type { SecurityLayer } from "../../../core/contract/mod.ts";
import type { Element } from "./grammar/ber.ts";
import type { Result } from "./grammar/result.ts";
import type { State } from "./state.ts";

/** An answer, and what follows it. */
export interface Outcome {
  /** How it went. */
  readonly result: Result;
  /** Fields of this kind of answer that follow the result. */
  readonly fields?: readonly Element[];
  /** Controls of the answer. */
  readonly controls?: readonly Element[];
  /** Who the client is now; absent: as before. */
  readonly state?: State;
  /** Once the answer has been sent: everything after it is sealed. */
  readonly securityLayer?: SecurityLayer;
  /** Once the answer has been sent: TLS begins. */
  readonly startsTls?: true;
}
