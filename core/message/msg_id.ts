/** Message identifiers (RFC 5322 §3.6.4). */

/** Identifiers kept of one field; a References field with more is noise. */
const MOST = 1000;

/**
 * Every `<id>` in the value of Message-ID, In-Reply-To or References, without its angle brackets and inner white space.
 * Words around them (§4.5.4 obs-in-reply-to) are passed over. An id without brackets counts when nothing else is there.
 */
export function parseMessageIds(value: string): string[] {
  // Most messages answer none.
  if (value === "") return [];
  const ids: string[] = [];
  // One id ends where the next begins, if it was cut off: every character is looked at once.
  for (const match of value.matchAll(/<([^<>]*)>/g)) {
    const id = (match[1] ?? "").replace(/[\s\0]+/g, "");
    if (id !== "" && ids.push(id) === MOST) break;
  }
  if (ids.length > 0) return ids;
  const bare = value.trim();
  return /^[^\s<>@]+@[^\s<>@]+$/.test(bare) ? [bare] : [];
}

/**
 * One text for one identifier, however its left side is quoted (RFC 5256 §3, REFERENCES): `"a"@b` is `a@b`. Undefined for
 * what is none: RFC 5322 §3.6.4 wants something on both sides of an "@".
 */
export function normalizeMessageId(id: string): string | undefined {
  const at = id.lastIndexOf("@");
  if (at < 1 || at === id.length - 1) return undefined;
  const left = /^"(.*)"$/s.exec(id.slice(0, at))?.[1];
  return left === undefined ? id : left.replace(/\\(.)/gs, "$1") + id.slice(at);
}
