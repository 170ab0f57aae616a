/** The beginning of a message (RFC 1939 §7, TOP): its header, the empty line, and so many lines of its body. */

const LF = 10, CR = 13;

/** Cuts a message, piece by piece. Line ends are CRLF. */
export class TopCut {
  /** Lines of the body that are still to come. */
  #left: number;
  #isInBody = false;
  /** Octets of the line so far, and whether all of them are a CR: the line may turn out empty. */
  #lineLength = 0;
  #isEmptySoFar = true;
  #hasEnded = false;

  /** @param lines Of the body; 0 leaves the header and the empty line. */
  constructor(lines: number) {
    this.#left = lines;
  }

  /** Whether nothing more is wanted. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The part of the next octets that is wanted. */
  push(piece: Uint8Array): Uint8Array {
    if (this.#hasEnded) return piece.subarray(0, 0);
    for (let at = 0; at < piece.length;) {
      const found = piece.indexOf(LF, at);
      const end = found < 0 ? piece.length : found;
      this.#lineLength += end - at;
      this.#isEmptySoFar &&= this.#lineLength === 0 || (this.#lineLength === 1 && (end === at || piece[at] === CR));
      if (found < 0) break;
      at = found + 1;
      if (this.#endLine()) return piece.subarray(0, at);
    }
    return piece;
  }

  /** Whether that was the last line wanted. */
  #endLine(): boolean {
    if (this.#isInBody) this.#left--;
    else this.#isInBody = this.#isEmptySoFar;
    this.#lineLength = 0;
    this.#isEmptySoFar = true;
    return this.#hasEnded = this.#isInBody && this.#left <= 0;
  }
}
