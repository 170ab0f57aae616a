/** The fields of a sequence, read one after another as the ASN.1 of RFC 4511 has them. */
import { decodeUtf8 } from "../../../../core/wire/utf8.ts";
import { type ConstructedElement, type Element, isConstructed, universal } from "./ber.ts";

/** What was sent is not what the ASN.1 says. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** RFC 4511 §4.1.1: maxInt. */
const largestInteger = 2_147_483_647;

/** A cursor over elements. Everything throws Malformed where something else is next, or nothing. */
export class Fields {
  readonly #elements: readonly Element[];
  #at = 0;

  /** Over these. */
  constructor(elements: readonly Element[]) {
    this.#elements = elements;
  }

  /** Over those of an element that has this tag, or any. */
  static of(element: Element | undefined, tag = element?.tag): Fields {
    return new Fields(elementsOf(element, tag));
  }

  /** Whether there are more. RFC 4511 §4: those that nobody knows are ignored. */
  get hasMore(): boolean {
    return this.#at < this.#elements.length;
  }

  /** Whatever is next. */
  next(): Element {
    const element = this.#elements[this.#at++];
    if (element === undefined) throw new Malformed("a field is missing");
    return element;
  }

  /** The next one if it has this tag. */
  optional(tag: number): Element | undefined {
    return this.#elements[this.#at]?.tag === tag ? this.next() : undefined;
  }

  /** OCTET STRING, or what stands for it. */
  octets(tag: number = universal.octetString): Uint8Array {
    return octetsOf(this.next(), tag);
  }

  /** The same where it may be absent. */
  optionalOctets(tag: number): Uint8Array | undefined {
    const element = this.optional(tag);
    return element && octetsOf(element, tag);
  }

  /** LDAPString: UTF-8. */
  text(tag: number = universal.octetString): string {
    return textOf(this.octets(tag));
  }

  /** INTEGER (0 .. maxInt), or ENUMERATED. */
  integer(tag: number = universal.integer): number {
    return integerOf(this.next(), tag);
  }

  /** BOOLEAN. */
  boolean(tag: number = universal.boolean): boolean {
    return booleanOf(this.next(), tag);
  }

  /** SEQUENCE OF, or SET OF. */
  elements(tag: number = universal.sequence): readonly Element[] {
    return elementsOf(this.next(), tag);
  }
}

/** The text of an LDAPString. */
export function textOf(octets: Uint8Array): string {
  const text = decodeUtf8(octets);
  if (text === undefined) throw new Malformed("a text is not in UTF-8");
  return text;
}

/** RFC 4511 §5.1 has true as hex FF; any other octet than zero is true in BER. */
function booleanOf(element: Element, tag: number): boolean {
  const octets = octetsOf(element, tag);
  if (octets.length !== 1) throw new Malformed("a truth value is none");
  return octets[0] !== 0;
}

/** A number that is not negative. */
export function integerOf(element: Element, tag: number): number {
  const octets = octetsOf(element, tag);
  // Five octets are enough for maxInt with a zero in front.
  if (octets.length === 0 || octets.length > 5 || (octets[0] ?? 0) > 0x7f) throw new Malformed("a number is none");
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (number > largestInteger) throw new Malformed("a number is too large");
  return number;
}

/** The octets of a primitive element that has this tag. */
export function octetsOf(element: Element, tag: number): Uint8Array {
  if (element.tag !== tag || isConstructed(element)) throw new Malformed("a field is of another type");
  return element.octets;
}

function elementsOf(element: Element | undefined, tag: number | undefined): ConstructedElement["elements"] {
  if (element === undefined || element.tag !== tag || !isConstructed(element)) {
    throw new Malformed("a field is of another type");
  }
  return element.elements;
}
