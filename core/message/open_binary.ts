/** BINARY[section] (RFC 3516 §4, RFC 9051 §6.4.5): the content of a part, its transfer encoding undone. */
import type { Body, MessagePart } from "../contract/mod.ts";
import { partAt } from "./part_at.ts";
import { isIdentityEncoding, isKnownEncoding, transferDecoder } from "./transfer_encoding.ts";
import { type Transform, type Transformed, transformed } from "./transformed_view.ts";
import { type Octets, RangeView } from "./views.ts";

/** What there is of a part. Of one whose encoding is not known RFC 3516 §4.3 has the command fail with UNKNOWN-CTE. */
export type Binary = Transformed | "absent" | "unknown-cte";

/**
 * The decoded content of the part with these numbers; without numbers the whole message, which has no encoding. Octets are
 * what was encoded, line ends included: RFC 3516 §6 has servers undo their own way of storing lines, and we have none. `hasNul`: a literal8 is needed; without one, RFC 3516 §4.3 wants a string.
 */
export async function openBinary(numbers: readonly number[], structure: MessagePart, body: Body): Promise<Binary> {
  const source = encodedOctets(numbers, structure, body);
  return typeof source === "string" ? source : await transformed(source.octets, () => decoderOf(source.encoding));
}

/** BINARY.SIZE: octets that `openBinary` gives. */
export async function binarySize(
  numbers: readonly number[],
  structure: MessagePart,
  body: Body,
): Promise<number | Exclude<Binary, Transformed>> {
  const source = encodedOctets(numbers, structure, body);
  if (typeof source === "string") return source;
  const { octets, encoding } = source;
  if (isIdentityEncoding(encoding)) return octets.size;
  return (await transformed(octets, () => decoderOf(encoding))).octets.size;
}

/** Whether BINARY of the part cannot be told: known without reading the message. */
export function hasUnknownEncoding(numbers: readonly number[], structure: MessagePart): boolean {
  const part = partAt(structure, numbers);
  return part !== undefined && encodingOf(part) === undefined;
}

/** Octets as they are stored, and how they are encoded. */
interface EncodedOctets {
  readonly octets: Octets;
  readonly encoding: string;
}

function encodedOctets(
  numbers: readonly number[],
  structure: MessagePart,
  body: Body,
): EncodedOctets | Exclude<Binary, Transformed> {
  if (numbers.length === 0) return { octets: body, encoding: "" };
  const part = partAt(structure, numbers);
  if (part === undefined) return "absent";
  const encoding = encodingOf(part);
  if (encoding === undefined) return "unknown-cte";
  return { octets: new RangeView(body, part.bodyStart, part.bodyEnd), encoding };
}

/** Undefined for one that is not known. */
function encodingOf({ parts, message, encoding = "7bit" }: MessagePart): string | undefined {
  // RFC 2045 §6.4: multiparts and messages have no encoding but the identity ones, whatever they say.
  if (parts || message) return "";
  return isKnownEncoding(encoding) ? encoding : undefined;
}

function decoderOf(encoding: string): Transform {
  return transferDecoder(encoding);
}
