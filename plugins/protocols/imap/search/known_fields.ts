/** Fields of messages as searches have read them: clients look for what is typed, letter after letter, in the same few. */
import type { BodyId } from "../../../../core/contract/mod.ts";
import type { CharsetDecoder } from "../../../../core/message/charset.ts";
import { inOnePiece, type Kept } from "../kept.ts";
import type { FieldCondition } from "./condition.ts";
import type { KeyedText } from "./wanted_text.ts";

/** As one search asks for them, and adds to them. */
export class KnownFields {
  readonly #kept: Kept<readonly string[]>;
  readonly #decoder: CharsetDecoder;

  /** @param decoder What fields are read with. */
  constructor(kept: Kept<readonly string[]>, decoder: CharsetDecoder) {
    this.#kept = kept;
    this.#decoder = decoder;
  }

  /** The keys of a field's texts; undefined where they are not known, or do not say everything. */
  keysOf(condition: FieldCondition, body: BodyId): readonly string[] | undefined {
    return isByKey(condition) ? this.#kept.get(formOf(condition), body) : undefined;
  }

  /** A field has been read: all its texts. */
  learn(condition: FieldCondition, body: BodyId, texts: readonly KeyedText[]): void {
    // What was read without a charset that is only now loaded is read again.
    if (!isByKey(condition) || this.#decoder.isWanting || texts.some(({ octets }) => octets !== undefined)) return;
    this.#kept.keep(formOf(condition), body, texts.map(({ key }) => inOnePiece(key)));
  }
}

/** Whether keys decide it: what is no text is looked for in octets. */
function isByKey({ texts }: FieldCondition): boolean {
  return texts.every(({ key }) => key !== undefined);
}

/** FROM has other texts than HEADER FROM: those of ENVELOPE too. */
function formOf({ envelope, name }: FieldCondition): string {
  return envelope ?? `HEADER ${name}`;
}
