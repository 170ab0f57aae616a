/** Part numbers (RFC 9051 §6.4.5.1). */
import type { MessagePart } from "../contract/mod.ts";

/** The part with these numbers, at least one, in a message of that structure; undefined where there is none. */
export function partAt(structure: MessagePart, numbers: readonly number[]): MessagePart | undefined {
  const [first, ...rest] = numbers;
  let part = first === undefined ? undefined : partOfMessage(structure, first);
  for (const number of rest) {
    if (part === undefined) return undefined;
    // RFC 9051 §6.4.5.1: below a message the numbers are those of its body's parts.
    part = part.message ? partOfMessage(part.message.structure, number) : part.parts?.[number - 1];
  }
  return part;
}

/** RFC 9051 §6.4.5.1: a message that is no multipart has a part 1, which is its body. */
function partOfMessage(structure: MessagePart, number: number): MessagePart | undefined {
  if (structure.parts) return structure.parts[number - 1];
  return number === 1 ? structure : undefined;
}
