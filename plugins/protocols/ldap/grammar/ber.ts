/**
 * BER as LDAP has it (RFC 4511 §5.1): octets to elements and back, by `asn1js`. The library has bounds of its own, but it
 * reads what LDAP does not allow, looks for BER inside of strings, and throws at dates that are none; so what is not of
 * LDAP's few types, too deep or too much never gets there.
 */
import { type BaseBlock, Constructed, fromBER, Primitive } from "asn1js";

/** One element. */
export type Element = PrimitiveElement | ConstructedElement;

/** With content of its own. */
export interface PrimitiveElement {
  /** The identifier octet: class, form and number. */
  readonly tag: number;
  /** Its content. */
  readonly octets: Uint8Array;
}

/** Of others. */
export interface ConstructedElement {
  /** The identifier octet. */
  readonly tag: number;
  /** Those that it is of. */
  readonly elements: readonly Element[];
}

/** Identifier octets of the types that LDAP uses. */
export const universal = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
};

/** How deep elements may lie in one another: filters of that depth nobody writes. */
export const deepest = 64;
/** Elements of one message. */
export const mostElements = 4096;

const known: ReadonlySet<number> = new Set(Object.values(universal));
const CONSTRUCTED = 0x20, NUMBER = 0x1f, CLASSES = 0xc0;

/** The number in the low bits of an identifier octet. */
export function application(number: number, isConstructed = true): number {
  return 0x40 | (isConstructed ? CONSTRUCTED : 0) | number;
}

/** An identifier octet of the context-specific class. */
export function context(number: number, isConstructed = false): number {
  return 0x80 | (isConstructed ? CONSTRUCTED : 0) | number;
}

/** Whether an element is of others. */
export function isConstructed(element: Element): element is ConstructedElement {
  return "elements" in element;
}

/** The element that octets are, from the first to the last; undefined for anything else. Octets of it are not copied. */
export function readElement(octets: Uint8Array): Element | undefined {
  if (!isBounded(octets)) return undefined;
  try {
    const { offset, result } = fromBER(octets);
    return offset === octets.length ? elementOf(result) : undefined;
  } catch {
    return undefined;
  }
}

/** The octets of an element. */
export function printElement(element: Element): Uint8Array {
  return new Uint8Array(blockOf(element).toBER());
}

function elementOf(block: BaseBlock): Element {
  const { idBlock, lenBlock } = block;
  const whole = block.valueBeforeDecodeView;
  const tag = whole[0] ?? 0;
  if (block instanceof Constructed) return { tag, elements: block.valueBlock.value.map(elementOf) };
  return { tag, octets: whole.subarray(idBlock.blockLength + lenBlock.blockLength) };
}

function blockOf(element: Element): BaseBlock {
  const { tag } = element;
  const idBlock = { tagClass: (tag >> 6) + 1, tagNumber: tag & NUMBER };
  if (isConstructed(element)) return new Constructed({ idBlock, value: element.elements.map(blockOf) });
  return new Primitive({ idBlock, valueHex: element.octets });
}

/** Whether octets are one element of LDAP's types, in the definite form, and within the bounds. Looks at each header once. */
export function isBounded(octets: Uint8Array): boolean {
  const ends = [octets.length];
  let at = 0, count = 0;
  while (at < octets.length) {
    const end = ends.at(-1) ?? 0;
    const header = readHeader(octets, at);
    if (header === undefined || ++count > mostElements) return false;
    const { tag, content, next } = header;
    if (next > end || ends.length === 1 && next !== end) return false;
    if ((tag & NUMBER) === NUMBER || (tag & CLASSES) === 0 && !known.has(tag)) return false;
    if ((tag & CONSTRUCTED) === 0) at = next;
    else {
      if (ends.length > deepest) return false;
      ends.push(next);
      at = content;
    }
    while (ends.length > 1 && ends.at(-1) === at) ends.pop();
  }
  return count > 0 && ends.length === 1;
}

/** Where an element's content begins and ends; undefined where its length is not all there, indefinite or too large. */
export function readHeader(
  octets: Uint8Array,
  at: number,
): { readonly tag: number; readonly content: number; readonly next: number } | undefined {
  const tag = octets[at], first = octets[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const more = lengthOctets(first);
  if (more === undefined || at + 2 + more > octets.length) return undefined;
  const content = at + 2 + more;
  const length = more === 0 ? first : octets.subarray(at + 2, content).reduce((sum, octet) => sum * 256 + octet, 0);
  return { tag, content, next: content + length };
}

/** How many octets of length follow the first one; undefined for the indefinite form and for lengths beyond 4 GB. */
export function lengthOctets(first: number): number | undefined {
  if (first < 0x80) return 0;
  const more = first & 0x7f;
  return more === 0 || more > 4 ? undefined : more;
}
