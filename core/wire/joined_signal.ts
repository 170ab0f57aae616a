/**
 * A signal that aborts when one of several does, and lets go of them when it is disposed of. What `AbortSignal.any` gives is
 * kept, with all that listens to it, for as long as the longest-lived of them: for work that comes again and again, such as
 * requests until the server stops, that is memory without end.
 */
export class JoinedSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #abort = (event: Event) => this.#end(event.currentTarget);

  /** Aborted at once where one of them is. */
  constructor(...sources: readonly AbortSignal[]) {
    this.#sources = sources;
    for (const source of sources) source.addEventListener("abort", this.#abort, { once: true });
    const over = sources.find(({ aborted }) => aborted);
    if (over !== undefined) this.#end(over);
  }

  /** The signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** It aborts no more. */
  [Symbol.dispose](): void {
    for (const source of this.#sources) source.removeEventListener("abort", this.#abort);
  }

  #end(source: unknown): void {
    this[Symbol.dispose]();
    this.#controller.abort(source instanceof AbortSignal ? source.reason : undefined);
  }
}
