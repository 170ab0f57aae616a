/**
 * Names of folders as POP4 writes them: words without spaces, in UTF-8, in which `%` and two hexadecimal digits stand for an
 * octet (as in RFC 3986 §2.1). Clients that have not said UTF8 (RFC 6856 §2.1) are shown ASCII only.
 */
import { concat } from "../../../../core/message/bytes.ts";
import { decodeUtf8 } from "../../../../core/wire/utf8.ts";

const SPACE = 0x20, PERCENT = 0x25, DELETE = 0x7f;

const encoder = new TextEncoder();

/** Reads a name; undefined for what is none. Whether there can be such a folder is another question. */
export function parseFolderName(word: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(word)) return undefined;
  const pieces = word.split(/(%[0-9A-Fa-f]{2})/).map((piece) =>
    /^%..$/.test(piece) ? Uint8Array.of(parseInt(piece.slice(1), 16)) : encoder.encode(piece)
  );
  const name = decodeUtf8(concat(pieces)) ?? "";
  return name === "" || /\p{Cc}/u.test(name) ? undefined : name;
}

/** Writes a name. @param isUtf8 Whether the client takes UTF-8. */
export function printFolderName(name: string, isUtf8: boolean): string {
  if (/^[!-$&-~]*$/.test(name)) return name;
  let word = "";
  for (const character of name) {
    const octets = encoder.encode(character);
    const isPlain = octets.every((octet) =>
      octet > SPACE && octet !== PERCENT && octet !== DELETE && (isUtf8 || octet < DELETE)
    );
    // U+0080 to U+009F are control characters as well.
    word += isPlain && !/\p{Cc}/u.test(character) ? character : Array.from(octets, escaped).join("");
  }
  return word;
}

function escaped(octet: number): string {
  return `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
}
