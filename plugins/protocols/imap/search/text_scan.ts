/** One pass over the text of a message for all texts that a search looks for in it, in bounded memory. */
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import type { SearchPiece } from "../../../../core/message/search_text.ts";
import { isInKey, isInOctets, type WantedText } from "./wanted_text.ts";

/** A text, where it matters, and where it has been found. */
interface Sought {
  readonly text: WantedText;
  /** Whether it is enough to find it in a header. */
  readonly inHeader: boolean;
  isInHeader: boolean;
  isInBody: boolean;
}

/** Characters that are looked at at once. */
const SLICE = 131_072;
/** Characters before a text that may change its key: marks that are put in order behind a letter. */
const CONTEXT = 64;

/** Made for one message. */
export class TextScan {
  readonly #sought: readonly Sought[];
  /** Characters of the longest text that is sought. */
  readonly #longest: number;
  /** The end of the piece before, where the next one continues it. */
  #text = "";
  #octets = "";

  /** @param sought Each text once; `withHeader`: whether finding it in a header is enough. */
  constructor(sought: Iterable<readonly [text: WantedText, withHeader: boolean]>) {
    this.#sought = Array.from(sought, ([text, inHeader]) => ({ text, inHeader, isInHeader: false, isInBody: false }));
    const lengths = this.#sought.map(({ text: { key = "", octets = "" } }) => Math.max(key.length, octets.length));
    this.#longest = Math.max(1, ...lengths);
  }

  /** Whether everything has been found. */
  get isDone(): boolean {
    return this.#sought.every(isFound);
  }

  /** Whether octets of everything are needed. */
  get needsOctets(): boolean {
    return this.#sought.some(({ text }) => text.key === undefined);
  }

  /** Looks through the next piece. */
  push({ isHeader, continues, text, octets = "" }: SearchPiece): void {
    if (!continues) this.#text = this.#octets = "";
    for (let at = 0; at === 0 || at < text.length; at += SLICE) {
      const slice = this.#text + text.slice(at, at + SLICE), key = unicodeCasemap(slice);
      this.#look(isHeader, ({ key: wanted }) => isInKey(wanted, key));
      // The key of a text is as long as the text, or longer.
      this.#text = slice.slice(-(this.#longest + CONTEXT));
    }
    if (octets === "") return;
    const all = this.#octets + octets;
    this.#look(isHeader, ({ octets: wanted }) => isInOctets(wanted, all));
    this.#octets = all.slice(-this.#longest);
  }

  /** Whether the text was found; with `withHeader`, also in a header. */
  has(text: WantedText, withHeader: boolean): boolean {
    const sought = this.#sought.find(({ text: one }) => one === text);
    // The empty text is in every other (RFC 9051 §6.4.4).
    return text.key === "" || sought !== undefined && (sought.isInBody || withHeader && sought.isInHeader);
  }

  #look(isHeader: boolean, isIn: (text: WantedText) => boolean): void {
    for (const sought of this.#sought) {
      if (isFound(sought) || !isIn(sought.text)) continue;
      if (isHeader) sought.isInHeader = true;
      else sought.isInBody = true;
    }
  }
}

function isFound({ inHeader, isInHeader, isInBody }: Sought): boolean {
  return isInBody || inHeader && isInHeader;
}
