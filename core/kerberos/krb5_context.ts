/** A `krb5_context`, which libkrb5 wants for everything and which one thread may use at a time, and its errors. */
import type { KerberosLibrary } from "./library.ts";
import { cText, place, POINTER, readPointer } from "./memory.ts";

/** `ERROR_TABLE_BASE_krb5`: what RFC 4120 §7.5.9 numbers, and more of the library's own, counts from here. */
const ERROR_BASE = -1_765_328_384;
/** RFC 4120 §7.5.9. */
const KRB_AP_ERR_NOKEY = 45, KRB_ERR_GENERIC = 60;
/** Errors of the system count from 1; those of libraries are far away. */
const LAST_ERRNO = 4095;
/** `KRB5_KT_END`. */
export const END_OF_KEYTAB = ERROR_BASE + 182;

/** Something that libkrb5 refused. The message is for the operator: it may name keys. */
export class Krb5Error extends Error {
  override readonly name = "Krb5Error";
  /** As RFC 4120 §7.5.9 has it: KRB_ERR_GENERIC for the library's own, and for what is no ASN.1. */
  readonly protocolCode: number;
  /** Whether it is the server's own fault: a file that cannot be read or written, or memory that there is not. */
  readonly isOurs: boolean;

  /** @param code As the library gave it. */
  constructor(code: number, message: string) {
    super(message);
    const number = code - ERROR_BASE;
    this.protocolCode = number >= 0 && number <= 127 ? number : KRB_ERR_GENERIC;
    // NOKEY: the keytab, which had keys at start, cannot be read now, or is empty.
    this.isOurs = (code > 0 && code <= LAST_ERRNO) || number === KRB_AP_ERR_NOKEY;
  }
}

/** One context. Disposing frees it, and before it whatever was deferred. */
export class Krb5Context implements Disposable {
  /** Its pointer. */
  readonly pointer: bigint;
  readonly #library: KerberosLibrary;
  readonly #frees = new DisposableStack();

  private constructor(library: KerberosLibrary, pointer: bigint) {
    this.#library = library;
    this.pointer = pointer;
    this.defer(() => library.functions.krb5_free_context(pointer));
  }

  /** Makes one: krb5.conf is read. */
  static async open(library: KerberosLibrary): Promise<Krb5Context> {
    const made = place(POINTER);
    const code = await library.functions.krb5_init_context(made);
    if (code !== 0) throw new Krb5Error(code, `Kerberos cannot be used (${code}): is krb5.conf in order?`);
    return new Krb5Context(library, readPointer(made));
  }

  /** What has to be done before the context is freed; the last first. */
  defer(free: () => unknown): void {
    this.#frees.defer(() => void free());
  }

  /** The keytab of a file, closed with the context. Says nothing of whether there is such a file. */
  keytab(path: string): bigint {
    const { krb5_kt_resolve, krb5_kt_close } = this.#library.functions;
    const made = place(POINTER);
    this.check(krb5_kt_resolve(this.pointer, cText(`FILE:${path}`), made));
    const keytab = readPointer(made);
    this.defer(() => krb5_kt_close(this.pointer, keytab));
    return keytab;
  }

  /** The name of a `krb5_principal`. */
  nameOf(principal: bigint): string {
    const { functions: { krb5_unparse_name, krb5_free_unparsed_name }, memory } = this.#library;
    const made = place(POINTER);
    this.check(krb5_unparse_name(this.pointer, principal, made));
    const text = readPointer(made);
    try {
      return memory.text(text);
    } finally {
      krb5_free_unparsed_name(this.pointer, text);
    }
  }

  /** @throws Krb5Error for a code that is not zero. */
  check(code: number): void {
    if (code !== 0) throw this.errorOf(code);
  }

  /** What the library says of the error that it gave last. */
  errorOf(code: number): Krb5Error {
    const { functions: { krb5_get_error_message, krb5_free_error_message }, memory } = this.#library;
    const text = krb5_get_error_message(this.pointer, code);
    try {
      return new Krb5Error(code, memory.text(text));
    } finally {
      krb5_free_error_message(this.pointer, text);
    }
  }

  /** Frees it. */
  [Symbol.dispose](): void {
    this.#frees.dispose();
  }
}
