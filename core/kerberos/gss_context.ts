/** A security context (RFC 2743 §2.2 and §2.3) that libgssapi holds. */
import { kerberosMechanism } from "./gss_credential.ts";
import type { GssHandle, GssHandles } from "./gss_handles.ts";
import { COMPLETE, CONTINUE_NEEDED, Minor } from "./gss_status.ts";
import type { Krb5Error } from "./krb5_context.ts";
import type { KerberosLibrary } from "./library.ts";
import { DESCRIPTOR, place, POINTER, readPointer, readUnsigned } from "./memory.ts";
import { parsePrincipal, printPrincipal } from "./principal.ts";
import type { ContextStep, SecurityContext } from "./security_context.ts";

/** RFC 2744 §5.1: what a context can do. */
const SEQUENCE = 8, CONFIDENTIALITY = 16, INTEGRITY = 32;
/** KRB_AP_ERR_TKT_EXPIRED (RFC 4120 §7.5.9). */
const TICKET_EXPIRED = 32;

/** What a context is made of. */
export interface GssContextParts {
  /** Where it is. */
  readonly library: KerberosLibrary;
  /** The server's. */
  readonly credential: bigint;
  /** Its own. */
  readonly handle: GssHandle;
  /** All handles. */
  readonly handles: GssHandles;
}

/** One context. */
export class GssContext implements SecurityContext {
  readonly #parts: GssContextParts;

  /** A context that has not begun. */
  constructor(parts: GssContextParts) {
    this.#parts = parts;
  }

  /** GSS_Accept_sec_context, in a thread of its own: the replay cache is a file. */
  accept(token: Uint8Array): Promise<ContextStep> {
    const { library, credential, handle } = this.#parts;
    return library.use(async () => {
      const { functions, memory } = library;
      const minor = new Minor(library);
      const [client, mechanism, output, flags] = [place(POINTER), place(POINTER), place(DESCRIPTOR), place(4)];
      const input = memory.gssBuffer(token);
      // RFC 4752 §3.2: chan_binding of NULL.
      const major = await functions.gss_accept_sec_context(
        ...[minor.place, handle.place, credential, input, 0n, client, mechanism, output, flags, 0n, 0n] as const,
      );
      try {
        if (major === CONTINUE_NEEDED && readPointer(handle.place) !== 0n) {
          return { state: "continues", token: memory.fromGssBuffer(output) };
        }
        if (major !== COMPLETE) return this.#refused(minor.errorOf(major));
        // RFC 4752 §3.2: "the server SHOULD verify that the negotiated GSS-API mechanism is indeed Kerberos V5".
        if (!this.#isKerberos(readPointer(mechanism))) return refused("the mechanism is not Kerberos");
        return this.#established(readPointer(client), memory.fromGssBuffer(output), readUnsigned(flags));
      } finally {
        functions.gss_release_buffer(place(4), output);
        functions.gss_release_name(place(4), client);
      }
    });
  }

  /** GSS_Wrap. */
  wrap(plain: Uint8Array, isEncrypted: boolean): Uint8Array {
    const { library: { functions, memory }, handle: { pointer } } = this.#parts;
    const minor = this.#minor, state = place(4), sealed = place(DESCRIPTOR);
    const input = memory.gssBuffer(plain);
    try {
      minor.check(
        functions.gss_wrap(minor.place, pointer, Number(isEncrypted), 0, input, state, sealed),
      );
      // Whoever asked for secrecy must not get less.
      if (isEncrypted && readUnsigned(state) === 0) throw new Error("the message was not encrypted");
      return memory.fromGssBuffer(sealed);
    } finally {
      functions.gss_release_buffer(place(4), sealed);
    }
  }

  /** GSS_Unwrap. */
  unwrap(sealed: Uint8Array): { readonly plain: Uint8Array; readonly isEncrypted: boolean } {
    const { library: { functions, memory }, handle: { pointer } } = this.#parts;
    const minor = this.#minor, state = place(4), plain = place(DESCRIPTOR);
    const input = memory.gssBuffer(sealed);
    try {
      // RFC 4752 §3.3: anything but GSS_S_COMPLETE is fatal: a message that comes twice, late or too early is one.
      const major = functions.gss_unwrap(minor.place, pointer, input, plain, state, place(4));
      if (major !== COMPLETE) {
        throw new Error("a packet of the security layer is not intact", { cause: minor.errorOf(major) });
      }
      return { plain: memory.fromGssBuffer(plain), isEncrypted: readUnsigned(state) !== 0 };
    } finally {
      functions.gss_release_buffer(place(4), plain);
    }
  }

  /** GSS_Wrap_size_limit. */
  largestPlain(sealedSize: number, isEncrypted: boolean): number {
    const { library: { functions }, handle: { pointer } } = this.#parts;
    const minor = this.#minor, largest = place(4);
    minor.check(
      functions.gss_wrap_size_limit(minor.place, pointer, Number(isEncrypted), 0, sealedSize, largest),
    );
    return readUnsigned(largest);
  }

  /** Frees it. */
  [Symbol.dispose](): void {
    const { handles, handle } = this.#parts;
    handles.free(handle);
  }

  get #minor(): Minor {
    return new Minor(this.#parts.library);
  }

  #established(name: bigint, token: Uint8Array, flags: number): ContextStep {
    const { library: { functions, memory } } = this.#parts;
    const minor = this.#minor, text = place(DESCRIPTOR);
    try {
      minor.check(functions.gss_display_name(minor.place, name, text, 0n));
      const written = new TextDecoder().decode(memory.fromGssBuffer(text));
      const client = parsePrincipal(written);
      // Names that do not survive being written down would be somebody else's when they are read.
      if (client === undefined || printPrincipal(client) !== written) return refused(`the client's name is ${written}`);
      // RFC 4752 §3.1: for a layer the client asks for sequence_req too; without it messages could be told again.
      const hasIntegrity = (flags & INTEGRITY) !== 0 && (flags & SEQUENCE) !== 0;
      const hasConfidentiality = hasIntegrity && (flags & CONFIDENTIALITY) !== 0;
      return { state: "established", token, client, hasIntegrity, hasConfidentiality };
    } finally {
      functions.gss_release_buffer(place(4), text);
    }
  }

  #refused(error: Krb5Error): ContextStep {
    if (error.isOurs) throw error;
    return { ...refused(error.message), isExpired: error.protocolCode === TICKET_EXPIRED };
  }

  /** `gss_OID_desc { unsigned int length; void *elements; }`. */
  #isKerberos(mechanism: bigint): boolean {
    const { memory } = this.#parts.library;
    const { length } = kerberosMechanism;
    if (mechanism === 0n || readUnsigned(memory.copy(mechanism, 4)) !== length) return false;
    return memory.copy(memory.pointerAt(mechanism, 8), length).every((octet, at) => octet === kerberosMechanism[at]);
  }
}

function refused(why: string): Extract<ContextStep, { readonly state: "refused" }> {
  return { state: "refused", isExpired: false, why };
}
