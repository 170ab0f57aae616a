/**
 * Contexts that C holds memory for. Each is freed once: when it is disposed of, or when the program has forgotten it (a
 * security layer that was agreed on, and then not used because the mailbox was locked), or when the library goes.
 */
import type { KerberosLibrary } from "./library.ts";
import { place, POINTER, readPointer } from "./memory.ts";

/** A `gss_ctx_id_t`. */
export class GssHandle {
  /** Where C keeps the pointer: zero before the context has begun, and once it is freed. */
  readonly place: Uint8Array<ArrayBuffer> = place(POINTER);

  /** The pointer. @throws Error when there is none. */
  get pointer(): bigint {
    const pointer = readPointer(this.place);
    if (pointer === 0n) throw new Error("the security context has been freed");
    return pointer;
  }
}

/** The handles of a library. */
export class GssHandles {
  readonly #library: KerberosLibrary;
  readonly #held = new Set<GssHandle>();
  readonly #forgotten = new FinalizationRegistry((handle: GssHandle) => this.free(handle));

  /** @param library Before it is closed, all are freed. */
  constructor(library: KerberosLibrary) {
    this.#library = library;
    library.defer(() => {
      for (const handle of this.#held) this.free(handle);
    });
  }

  /** A new handle, freed at the latest when the object that is made with it is forgotten. */
  hold<Owner extends object>(make: (handle: GssHandle) => Owner): Owner {
    const handle = new GssHandle();
    const owner = make(handle);
    this.#held.add(handle);
    this.#forgotten.register(owner, handle);
    return owner;
  }

  /** Frees it; harmless when called again. */
  free(handle: GssHandle): void {
    if (!this.#held.delete(handle) || readPointer(handle.place) === 0n) return;
    // C sets the pointer to zero.
    this.#library.functions.gss_delete_sec_context(place(4), handle.place, 0n);
  }
}
