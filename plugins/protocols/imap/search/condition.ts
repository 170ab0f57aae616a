/** Search keys with everything resolved that does not depend on a message: what `evaluate.ts` decides by. */
import type { NumberRanges } from "../grammar/sequence_set.ts";

/** Texts are keys of the collation (`core/message/casemap.ts`); dates are days since 1970. */
export type Condition =
  | { readonly is: "constant"; readonly value: boolean }
  /** Lower case, with its backslash if it has one. */
  | { readonly is: "flag"; readonly flag: string }
  | { readonly is: "recent" }
  | { readonly is: "uid"; readonly ranges: NumberRanges }
  | { readonly is: "larger" | "smaller"; readonly size: number }
  | { readonly is: "received" | "saved" | "sent"; readonly before?: number; readonly from?: number }
  /** Milliseconds since 1970. */
  | { readonly is: "receivedBefore" | "receivedAfter"; readonly instant: number }
  | { readonly is: "modseq"; readonly least: bigint }
  | { readonly is: "email"; readonly id: string }
  | { readonly is: "thread"; readonly id: string }
  /** In a field of this name, in lower case; all of the texts. */
  | { readonly is: "field"; readonly name: string; readonly texts: readonly string[] }
  /** In the decoded text, `header` included or not; all of the texts. */
  | { readonly is: "text"; readonly header: boolean; readonly texts: readonly string[] }
  | { readonly is: "not"; readonly operand: Condition }
  | { readonly is: "all" | "any"; readonly operands: readonly Condition[] };
