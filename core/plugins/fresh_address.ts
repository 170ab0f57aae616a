/**
 * A file's address, spelt so that it is imported afresh. The runtime imports each address once for as long as it runs,
 * and compares addresses as they are written: `…/plugins/mine.ts` and `…/plugin%73/mine.ts` are one file (RFC 3986
 * §6.2.2.2) and two modules. What differs is the folder, which relative imports take over (a query they do not): all
 * that a plugin imports from its own folder, and from those below, is fresh as well, and what lies outside is shared.
 *
 * Old modules are never freed: the runtime cannot.
 */

/** A file that was read so often that its folder has no further spelling. */
export class SpellingsUsedUp extends Error {
  override readonly name = "SpellingsUsedUp";
}

/**
 * Spells an address.
 *
 * @param address A `file:` URL.
 * @param reading 0 is the address as it is; each other number gives another spelling.
 * @throws SpellingsUsedUp where the folder's path is too short for so high a number.
 */
export function freshAddress(address: string, reading: number): string {
  const folderEnd = address.lastIndexOf("/");
  // What is escaped stays so, and a drive is no folder.
  const parts = address.slice("file:".length, folderEnd).match(/%[0-9A-Fa-f]{2}|[A-Za-z]:|[^%]|%/g) ?? [];
  let rest = reading;
  // The last letters first: the plugin's own folder.
  for (let at = parts.length - 1; at >= 0 && rest > 0; at--) {
    const part = parts[at] ?? "";
    if (!/^[A-Za-z0-9]$/.test(part)) continue;
    if (rest % 2 === 1) parts[at] = `%${part.charCodeAt(0).toString(16)}`;
    rest = Math.floor(rest / 2);
  }
  if (rest > 0) {
    throw new SpellingsUsedUp("it was read anew as often as can be while the server runs; a restart reads it again");
  }
  return `file:${parts.join("")}${address.slice(folderEnd)}`;
}

/** A message of the runtime, with the folder as its operator knows it. */
export function plainText(message: string, address: string, reading: number): string {
  try {
    return message.replaceAll(folderOf(freshAddress(address, reading)), folderOf(address));
  } catch (error) {
    // The message is about that.
    if (error instanceof SpellingsUsedUp) return message;
    throw error;
  }
}

function folderOf(address: string): string {
  return address.slice(0, address.lastIndexOf("/") + 1);
}
