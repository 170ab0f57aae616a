/** Rights in responses (RFC 4314 §2.1). */

/** In the order in which RFC 4314 has them. */
const order = "lrswipkxtecda";

/** Each right as it is shown to clients, by the letters that a mailbox keeps. */
export function printRights(letters: string): string {
  const shown = new Set(letters);
  // RFC 4314 §2.1.1: "c" stands for "k" and "x", "d" for "e" and "t", each where there is one of them.
  if (shown.has("k") || shown.has("x")) shown.add("c");
  if (shown.has("e") || shown.has("t")) shown.add("d");
  const text = [...order].filter((letter) => shown.has(letter)).join("");
  return text === "" ? '""' : text;
}
