/**
 * All that a search may look at in a message, as the collation's keys (`casemap.ts`), for an index: a message whose text
 * holds what is sought has a key here that holds the key of that. Searches look at the message itself; an index only says
 * where looking is in vain.
 */
import type { MessageSummary } from "../contract/message.ts";
import { unicodeCasemap } from "./casemap.ts";
import { CharsetDecoder } from "./charset.ts";
import { addressText, readValue, searchTextOf } from "./search_text.ts";

/** Changes whenever other keys are made of the same messages: what was indexed before is then of no use. */
export const indexedTextVersion: number = 3;

/** Octets that are read for each character that may be had of them: base64 and quoted-printable take about so many. */
const OCTETS = 4;

/**
 * The keys, one text a line. Undefined for a message that has more than `most` characters, or octets for more, or a charset
 * that is not known at once: it has to be looked at in every search. Whoever writes waits for this, so it ends early.
 */
export function indexedText(
  { structure, envelope, fields }: Pick<MessageSummary, "structure" | "envelope" | "fields">,
  read: (start: number, end: number) => Uint8Array,
  most: number,
): string | undefined {
  const decoder = new CharsetDecoder();
  const texts: string[] = [];
  let size = 0, sizeRead = 0, text = "", octets = "";
  const counted = (start: number, end: number) => {
    sizeRead += end - start;
    return read(start, end);
  };
  const endText = () => {
    // Keys are made of whole texts: pieces meet within them.
    if (text !== "") texts.push(unicodeCasemap(text));
    if (octets !== "") texts.push(unicodeCasemap(octets));
    text = octets = "";
  };
  for (const piece of searchTextOf(structure, counted, { header: true }, decoder.decode)) {
    size += piece.text.length + (piece.octets?.length ?? 0);
    if (size > most || sizeRead > most * OCTETS || decoder.isWanting) return undefined;
    if (!piece.continues) endText();
    text += piece.text;
    octets += piece.octets ?? "";
  }
  endText();
  // Fields are looked at as the summary has them, which matters where they are no text.
  for (const [, value] of fields) {
    const { octets } = readValue(value, decoder.decode);
    if (octets !== undefined) texts.push(unicodeCasemap(octets));
  }
  for (const list of [envelope.from, envelope.to, envelope.cc, envelope.bcc]) {
    if (list !== undefined) texts.push(unicodeCasemap(addressText(list, decoder.decode)));
  }
  return decoder.isWanting ? undefined : texts.join("\n");
}
