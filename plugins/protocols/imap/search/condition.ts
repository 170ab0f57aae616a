/** Search keys with everything resolved that does not depend on a message: what `evaluate.ts` decides by. */
import type { MessageEnvelope } from "../../../../core/contract/mod.ts";
import type { NumberRanges } from "../grammar/sequence_set.ts";
import type { WantedText } from "./wanted_text.ts";

/** Texts that are looked for in one place. */
export interface WantedTexts {
  /** All of them have to be there. */
  readonly texts: readonly WantedText[];
  /** Present in a fuzzy search (RFC 6203): what the texts are the words of. */
  readonly phrase?: WantedText;
}

/** In a field. */
export interface FieldCondition extends WantedTexts {
  readonly is: "field";
  /** In lower case. */
  readonly name: string;
  /** The field of ENVELOPE that is meant; absent: the header's own fields (the key HEADER). */
  readonly envelope?: Extract<keyof MessageEnvelope, "from" | "to" | "cc" | "bcc" | "subject">;
}

/** In the whole message. */
export interface TextCondition extends WantedTexts {
  readonly is: "text";
  /** Whether header fields count. */
  readonly header: boolean;
}

/** Dates are days since 1970. */
export type Condition =
  | FieldCondition
  | TextCondition
  | { readonly is: "constant"; readonly value: boolean }
  /** Lower case, with its backslash if it has one. */
  | { readonly is: "flag"; readonly flag: string }
  | { readonly is: "recent" }
  | { readonly is: "uid"; readonly ranges: NumberRanges }
  | { readonly is: "larger" | "smaller"; readonly size: number }
  | { readonly is: "received" | "saved" | "sent"; readonly before?: number; readonly from?: number }
  /** RFC 5032: so long ago or longer, or at most so long; whenever it is asked. */
  | { readonly is: "older" | "younger"; readonly seconds: number }
  | { readonly is: "modseq"; readonly least: bigint }
  | { readonly is: "email"; readonly id: string }
  | { readonly is: "thread"; readonly id: string }
  | { readonly is: "not"; readonly operand: Condition }
  | { readonly is: "all" | "any"; readonly operands: readonly Condition[] };

/** Conditions that others are made of, and the condition itself. */
export function* conditionsIn(condition: Condition): Generator<Condition> {
  yield condition;
  if ("operand" in condition) yield* conditionsIn(condition.operand);
  else if ("operands" in condition) { for (const operand of condition.operands) yield* conditionsIn(operand); }
}

/** Whether a message that is there may meet it at one time and not at another. */
export function mayChange(condition: Condition): boolean {
  return conditionsIn(condition).some(({ is }) =>
    is === "flag" || is === "modseq" || is === "older" || is === "younger" || is === "recent"
  );
}
