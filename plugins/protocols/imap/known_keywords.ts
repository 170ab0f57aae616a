/** Keywords of a mailbox that a client has been told of (RFC 9051 §7.3.5). */

/** As many as a mailbox remembers. */
const MOST = 1000;

/** Keywords as they are spelled; case makes no difference (RFC 9051 §2.3.2). */
export class KnownKeywords {
  /** By lower case. */
  readonly #keywords = new Map<string, string>();

  /** Those that the client knows. */
  get all(): readonly string[] {
    return [...this.#keywords.values()];
  }

  /** From now on the client knows the keywords among these flags. @returns Whether it did not know one. */
  learn(flags: readonly string[]): boolean {
    const before = this.#keywords.size;
    for (const flag of flags) {
      if (flag.startsWith("\\") || this.#keywords.size >= MOST) continue;
      const key = flag.toLowerCase();
      if (!this.#keywords.has(key)) this.#keywords.set(key, flag);
    }
    return this.#keywords.size > before;
  }
}
