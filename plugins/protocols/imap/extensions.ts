/** What a client has enabled (RFC 5161), which changes what it is told from then on. */

/** Names as ENABLE has them. */
export type Extension = "IMAP4rev2" | "CONDSTORE" | "QRESYNC" | "UTF8=ACCEPT" | "UIDONLY" | "METADATA";

/** What a client has enabled. */
export class Extensions {
  readonly #enabled = new Set<Extension>();

  /** Enables it, with what it implies. @returns whether it was not yet. */
  enable(extension: Extension): boolean {
    const isNew = !this.#enabled.has(extension);
    this.#enabled.add(extension);
    // RFC 7162 §3.2.3: enabling QRESYNC enables CONDSTORE.
    if (extension === "QRESYNC") this.#enabled.add("CONDSTORE");
    return isNew;
  }

  /** Whether it is enabled. */
  has(extension: Extension): boolean {
    return this.#enabled.has(extension);
  }

  /** Forgets all (RFC 8437 §4). */
  clear(): void {
    this.#enabled.clear();
  }

  /** RFC 9051 appendix E: what is new in rev2 is said, and what is gone is not. */
  get isRev2(): boolean {
    return this.#enabled.has("IMAP4rev2");
  }

  /** RFC 7162 §3.1: mod-sequences are told with every change of flags. */
  get hasModseq(): boolean {
    return this.#enabled.has("CONDSTORE");
  }

  /** RFC 7162 §3.2.10, RFC 9586 §3.3: VANISHED instead of EXPUNGE. */
  get hasVanished(): boolean {
    return this.#enabled.has("QRESYNC") || this.isUidOnly;
  }

  /** RFC 7162 §3.2. */
  get hasQresync(): boolean {
    return this.#enabled.has("QRESYNC");
  }

  /** RFC 9586: no sequence numbers, in either direction. */
  get isUidOnly(): boolean {
    return this.#enabled.has("UIDONLY");
  }

  /** RFC 5464 §4.1: entries of metadata that others change are told. */
  get hasMetadata(): boolean {
    return this.#enabled.has("METADATA");
  }

  /** RFC 6855 §3, RFC 9051 §5.1: names and quoted strings are UTF-8. */
  get isUtf8(): boolean {
    return this.isRev2 || this.#enabled.has("UTF8=ACCEPT");
  }
}
