/** Principals: who somebody is to Kerberos (RFC 4120 §6), and the text of their names (RFC 1964 §2.1.1). */

/** A principal. */
export interface Principal {
  /** At least one: `alice`, or `pop` and `mail.example.org`. */
  readonly components: readonly string[];
  /** `EXAMPLE.ORG`; not empty. */
  readonly realm: string;
}

/** RFC 1964 §2.1.1: what has a meaning of its own is quoted by a backslash, and so are a few control characters. */
const letters: readonly (readonly [character: string, letter: string])[] = [
  ...["\\", "/", "@"].map((character) => [character, character] as const),
  ...[["\n", "n"], ["\t", "t"], ["\b", "b"], ["\0", "0"]] as const,
];
const letterOf: ReadonlyMap<string, string> = new Map(letters);
const characterOf: ReadonlyMap<string, string> = new Map(letters.map(([character, letter]) => [letter, character]));

/** Reads `alice@EXAMPLE.ORG`; undefined for what is no name with a realm. */
export function parsePrincipal(text: string): Principal | undefined {
  const parts = [""];
  let isRealm = false;
  const add = (characters: string) => parts.push((parts.pop() ?? "") + characters);
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "\\") {
      const quoted = text[++at];
      if (quoted === undefined) return undefined;
      add(characterOf.get(quoted) ?? quoted);
    } else if (character === "@") {
      if (isRealm) return undefined;
      isRealm = true;
      parts.push("");
    } else if (character === "/" && !isRealm) parts.push("");
    else add(character);
  }
  const realm = isRealm ? parts.pop() : undefined;
  return realm ? { components: parts, realm } : undefined;
}

/** `alice@EXAMPLE.ORG`, for people and for `parsePrincipal`. */
export function printPrincipal({ components, realm }: Principal): string {
  return `${components.map(quote).join("/")}@${quote(realm)}`;
}

function quote(text: string): string {
  return Array.from(text, (character) => {
    const letter = letterOf.get(character);
    return letter === undefined ? character : `\\${letter}`;
  }).join("");
}
