/**
 * Octets that pass between the program and C. What C is given lies in buffers of the program's own, which the collector
 * frees; what C gives is copied, every length bounded, and freed by the function of C that belongs to it.
 */

/** What is needed of <string.h>. */
interface StringFunctions {
  "address_of"(place: BufferSource, same: BufferSource, size: bigint): bigint;
  "copy_from"(place: BufferSource, address: bigint, size: bigint): bigint;
  strnlen(address: bigint, most: bigint): bigint;
}

/** Octets that are copied at a time, at most. */
const MOST = 16_777_216;

/** Reads what C has written, and knows where buffers lie. */
export class Memory {
  readonly #functions: StringFunctions;

  /** @param functions Of the library. */
  constructor(functions: StringFunctions) {
    this.#functions = functions;
  }

  /** Where a buffer lies. It never moves, and is there for as long as something of the program refers to it. */
  addressOf(octets: Uint8Array<ArrayBuffer>): bigint {
    return this.#functions.address_of(octets, octets, 0n);
  }

  /** A copy. @throws Error for what cannot be meant. */
  copy(address: bigint, size: number): Uint8Array<ArrayBuffer> {
    if (size > MOST || (address === 0n && size > 0)) throw new Error(`C gave ${size} octets at ${address}`);
    const octets = place(size);
    if (size > 0) this.#functions.copy_from(octets, address, BigInt(size));
    return octets;
  }

  /** Text that a NUL ends. @throws Error when it is not UTF-8, or longer than so many octets. */
  text(address: bigint, most = 262_144): string {
    if (address === 0n) throw new Error("C gave no text");
    const size = Number(this.#functions.strnlen(address, BigInt(most)));
    if (size >= most) throw new Error("C gave a text without end");
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.copy(address, size));
  }

  /** A number in the memory of C: a pointer at this offset of a structure. */
  pointerAt(address: bigint, offset: number): bigint {
    return readPointer(this.copy(address + BigInt(offset), 8));
  }

  /**
   * A structure of words, and what they point to, in one buffer: it all lives for as long as the buffer does.
   *
   * @param rest Comes after the words.
   */
  structure(words: readonly Word[], rest: Uint8Array): Uint8Array<ArrayBuffer> {
    const start = words.length * POINTER, whole = place(start + rest.length), base = this.addressOf(whole);
    whole.set(rest, start);
    const view = new DataView(whole.buffer);
    for (const [index, word] of words.entries()) {
      view.setBigUint64(index * POINTER, typeof word === "bigint" ? word : base + BigInt(word.at), true);
    }
    return whole;
  }

  /** `gss_buffer_desc { size_t length; void *value; }`, and `gss_OID_desc`, whose length is the lower half of the word. */
  gssBuffer(octets: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.structure([BigInt(octets.length), { at: DESCRIPTOR }], octets);
  }

  /** `krb5_data { int32 magic; unsigned int length; char *data; }`. */
  krb5Data(octets: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.structure([BigInt(octets.length) << 32n, { at: DESCRIPTOR }], octets);
  }

  /** What a `gss_buffer_desc` describes that C has filled in. */
  fromGssBuffer(descriptor: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.copy(readPointer(descriptor.subarray(8)), Number(readPointer(descriptor)));
  }

  /** What a `krb5_data` describes that C has filled in. */
  fromKrb5Data(descriptor: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.copy(readPointer(descriptor.subarray(8)), readUnsigned(descriptor.subarray(4)));
  }
}

/** A number, or where in the same buffer something is. */
export type Word = bigint | { readonly at: number };

/** Octets of `gss_buffer_desc` and of `krb5_data`. */
export const DESCRIPTOR = 16;
/** Octets of a pointer. */
export const POINTER = 8;

/** Zeros for C to write to. The buffer is made apart: small arrays without one would lie where the collector moves them. */
export function place(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(size));
}

/** The pointer, or `size_t`, that C has written. */
export function readPointer(octets: Uint8Array): bigint {
  return new DataView(octets.buffer, octets.byteOffset).getBigUint64(0, true);
}

/** The `unsigned int` that C has written. */
export function readUnsigned(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0, true);
}

/** Text as C has it: with a NUL at its end, and none in it. */
export function cText(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new Error("a text for C holds a NUL");
  const octets = new TextEncoder().encode(text);
  const ended = place(octets.length + 1);
  ended.set(octets);
  return ended;
}
