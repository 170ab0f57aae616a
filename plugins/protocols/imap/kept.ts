/**
 * What was made of messages' bodies, and is asked for again and again: by each device of their owner, by a web mail each time
 * that it shows a list, by each letter that is typed where one searches. Bodies never change; to read them and make it once
 * more takes longer than all else that such a command does.
 */
import type { BodyId } from "../../../core/contract/mod.ts";

/** Characters that are kept of each of two generations, and at most for one body. */
const MOST = 8_388_608, LARGEST = 16_384;
/** What a value, or a form, takes beside its characters. */
const ENTRY = 100, FORM = 500;

/** Values by what they depend on, the oldest forgotten first. Sessions share them; each asks for messages that it may see. */
export class Kept<Value> {
  #young = new Map<string, Map<BodyId, Value>>();
  #old: ReadonlyMap<string, ReadonlyMap<BodyId, Value>> = new Map();
  #size = 0;
  readonly #lengthOf: (value: Value) => number;

  /** @param lengthOf Characters in a value, and what else it takes beside `ENTRY`. */
  constructor(lengthOf: (value: Value) => number) {
    this.#lengthOf = lengthOf;
  }

  /** A value that was kept. @param form What it depends on beside the body. */
  get(form: string, body: BodyId): Value | undefined {
    const value = this.#young.get(form)?.get(body);
    if (value !== undefined) return value;
    const old = this.#old.get(form)?.get(body);
    if (old !== undefined) this.keep(form, body, old);
    return old;
  }

  /** Keeps a value, unless it is too long. */
  keep(form: string, body: BodyId, value: Value): void {
    const length = this.#lengthOf(value);
    if (form.length + length > LARGEST) return;
    if (this.#size > MOST) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    let values = this.#young.get(form);
    if (values === undefined) {
      this.#young.set(form, values = new Map());
      this.#size += form.length + FORM;
    }
    values.set(body, value);
    this.#size += length + ENTRY;
  }
}

/** V8 leaves a text that was added up as the pieces that it was made of, until it reads it: they take many times the room. */
export function inOnePiece(text: string): string {
  return ` ${text}`.slice(1);
}
