/** What functions of GSSAPI answer (RFC 2744 §3.9): a major status, and a minor one of the mechanism. */
import { Krb5Error } from "./krb5_context.ts";
import type { KerberosLibrary } from "./library.ts";
import { DESCRIPTOR, place, readUnsigned } from "./memory.ts";

/** RFC 2744 §3.9.1: done, whole and in order. */
export const COMPLETE = 0;
/** RFC 2744 §3.9.1: another token is needed. */
export const CONTINUE_NEEDED = 1;
/** RFC 2744 §3.9.2: whose status a text is asked for. */
const GSS_CODE = 1, MECHANISM_CODE = 2;

/** A place for the minor status. */
export class Minor {
  /** For C. */
  readonly place: Uint8Array<ArrayBuffer> = place(4);
  readonly #library: KerberosLibrary;

  /** @param library That writes it. */
  constructor(library: KerberosLibrary) {
    this.#library = library;
  }

  /** What went wrong: the mechanism is Kerberos, and so is the code. */
  errorOf(major: number): Krb5Error {
    const status = readUnsigned(this.place);
    const text = status === 0 ? this.#textOf(major, GSS_CODE) : this.#textOf(status, MECHANISM_CODE);
    return new Krb5Error(status | 0, text);
  }

  /** @throws Krb5Error unless it is complete. */
  check(major: number): void {
    if (major !== COMPLETE) throw this.errorOf(major);
  }

  #textOf(status: number, kind: number): string {
    const { functions, memory } = this.#library;
    const more = place(4), text = place(DESCRIPTOR);
    functions.gss_display_status(place(4), status, kind, 0n, more, text);
    try {
      return new TextDecoder().decode(memory.fromGssBuffer(text));
    } finally {
      functions.gss_release_buffer(place(4), text);
    }
  }
}
