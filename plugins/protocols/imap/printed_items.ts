/**
 * Items of FETCH that were printed before. What was parsed of a body never changes, and is asked for by each device of
 * its owner, and by a web mail each time that it shows a list: to print it takes longer than all else that FETCH does.
 */
import type { BodyId } from "../../../core/contract/mod.ts";
import type { FetchItem } from "./grammar/fetch_items.ts";
import type { Session } from "./session.ts";

/** Characters that are kept of each of two generations, and at most of one item. */
const MOST = 4_194_304, LARGEST = 16_384;

/** Texts by what they depend on, the oldest forgotten first. Sessions share them; each asks for messages that it may see. */
export class PrintedItems {
  #young = new Map<string, string>();
  #old = new Map<string, string>();
  #size = 0;

  /** A text that was kept. */
  get(form: string, body: BodyId): string | undefined {
    const key = form + body;
    const text = this.#young.get(key);
    if (text !== undefined) return text;
    const old = this.#old.get(key);
    if (old !== undefined) this.#keep(key, old);
    return old;
  }

  /** Keeps a text, unless it is too long. */
  keep(form: string, body: BodyId, text: string): void {
    if (text.length <= LARGEST) this.#keep(form + body, inOnePiece(text));
  }

  #keep(key: string, text: string): void {
    if (this.#size + text.length > MOST) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(key, text);
    this.#size += text.length;
  }
}

/** V8 leaves a text that was added up as the pieces that it was made of, until it reads it: they take many times the room. */
function inOnePiece(text: string): string {
  return ` ${text}`.slice(1);
}

/** Names of items that are made of what was parsed alone. */
export type PrintedItem = "ENVELOPE" | "BODY" | "BODYSTRUCTURE";

/** Whether an item is one of those. */
export function isPrinted(name: FetchItem["item"]): name is PrintedItem {
  return name === "ENVELOPE" || name === "BODY" || name === "BODYSTRUCTURE";
}

/** What the text of an item depends on beside the message. */
export function printedForm({ extensions: { isUtf8, isRev2 } }: Session, name: PrintedItem): string {
  return `${name}${isUtf8 ? " utf8" : ""}${isRev2 ? " rev2" : ""} `;
}
