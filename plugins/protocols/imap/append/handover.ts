/** Pieces that are pushed at one end, as they arrive, and pulled at the other: one at a time, never kept. */

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** The octets of a message from the connection to the storage. */
export class Handover implements AsyncIterableIterator<Uint8Array, undefined> {
  #state: "open" | "ended" | "abandoned" = "open";
  #failure: { readonly error: unknown } | undefined;
  #offered: Uint8Array | undefined;
  #puller: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined;
  #release: (() => void) | undefined;

  /** Resolves when the piece is no longer needed; at once when nobody wants any. */
  push(piece: Uint8Array): Promise<void> {
    if (this.#state !== "open" || piece.length === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release = resolve;
    const puller = this.#takePuller();
    if (puller === undefined) this.#offered = piece;
    else puller.resolve({ done: false, value: piece });
    return promise;
  }

  /** There are no more pieces. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#takePuller()?.resolve(end);
  }

  /** There will be no more pieces: whoever pulls is told why. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#takePuller()?.reject(error);
  }

  /** The next piece, valid until the next call. */
  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#offered;
    this.#offered = undefined;
    if (piece !== undefined) return Promise.resolve({ done: false, value: piece });
    this.#release?.();
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#state !== "open") return Promise.resolve(end);
    this.#puller = Promise.withResolvers();
    return this.#puller.promise;
  }

  /** Nobody pulls any more: what is still pushed goes nowhere. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#state = "abandoned";
    this.#offered = undefined;
    this.#release?.();
    return Promise.resolve(end);
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #takePuller(): PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined {
    const puller = this.#puller;
    this.#puller = undefined;
    return puller;
  }
}
