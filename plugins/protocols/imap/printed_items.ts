/**
 * Items of FETCH that were printed before. What was parsed of a body never changes, nor do the fields of its header, and
 * they are asked for by each device of its owner, and by a web mail each time that it shows a list: to read and print them
 * takes longer than all else that FETCH does.
 */
import type { BodyId } from "../../../core/contract/mod.ts";
import type { FetchItem } from "./grammar/fetch_items.ts";
import { labelOf } from "./sections/section_label.ts";
import type { Session } from "./session.ts";

/** Characters that are kept of each of two generations, and at most of one item. */
const MOST = 4_194_304, LARGEST = 16_384;
/** What a text, or a form, takes beside its characters. */
const ENTRY = 100, FORM = 500;

/** Texts by what they depend on, the oldest forgotten first. Sessions share them; each asks for messages that it may see. */
export class PrintedItems {
  #young = new Map<string, Map<BodyId, string>>();
  #old: ReadonlyMap<string, ReadonlyMap<BodyId, string>> = new Map();
  #size = 0;

  /** A text that was kept. */
  get(form: string, body: BodyId): string | undefined {
    const text = this.#young.get(form)?.get(body);
    if (text !== undefined) return text;
    const old = this.#old.get(form)?.get(body);
    if (old !== undefined) this.#keep(form, body, old);
    return old;
  }

  /** Keeps a text, unless it is too long. */
  keep(form: string, body: BodyId, text: string): void {
    if (form.length + text.length <= LARGEST) this.#keep(form, body, inOnePiece(text));
  }

  #keep(form: string, body: BodyId, text: string): void {
    if (this.#size > MOST) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    let texts = this.#young.get(form);
    if (texts === undefined) {
      this.#young.set(form, texts = new Map());
      this.#size += form.length + FORM;
    }
    texts.set(body, text);
    this.#size += text.length + ENTRY;
  }
}

/** V8 leaves a text that was added up as the pieces that it was made of, until it reads it: they take many times the room. */
function inOnePiece(text: string): string {
  return ` ${text}`.slice(1);
}

/** Names of items that are made of what was parsed alone. */
export type ParsedItem = "ENVELOPE" | "BODY" | "BODYSTRUCTURE";

/** What the text of an item depends on beside the message; undefined where it is not kept. */
export function printedForm({ extensions: { isUtf8, isRev2 } }: Session, item: FetchItem): string | undefined {
  switch (item.item) {
    case "ENVELOPE":
    case "BODY":
    case "BODYSTRUCTURE":
      return `${item.item}${isUtf8 ? " utf8" : ""}${isRev2 ? " rev2" : ""}`;
    case "BODY[]":
      // Lists of messages are made of these; sections of other kinds are fetched once.
      return item.section.what === "fields" && item.range === undefined ? labelOf(item) : undefined;
    default:
      return undefined;
  }
}
