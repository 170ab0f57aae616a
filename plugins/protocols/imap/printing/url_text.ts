/** URLs in response codes (RFC 4469 §5, url-resp-text). */

const encoder = new TextEncoder();

/** In quotes, as the RFC's example has it. What cannot stand in a code, and in no URL either, is percent-encoded. */
export function printUrlText(url: string): string {
  const text = url.replace(
    /[^\x20\x21\x23-\x5c\x5e-\x7e]/gu,
    (character) =>
      Array.from(encoder.encode(character), (octet) => `%${octet.toString(16).toUpperCase().padStart(2, "0")}`).join(
        "",
      ),
  );
  return `"${text}"`;
}
