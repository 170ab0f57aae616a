/** Whether the header of a message that is arriving has octets beyond ASCII (RFC 6855 §4). */

const LF = 10, CR = 13, LAST_ASCII = 0x7f;

/** Looks at the pieces of one message. */
export class HeaderScan {
  #isOver = false;
  #isLineEmpty = true;

  /** Whether there is such an octet in the header, as far as these octets, which come next, belong to it. */
  finds8Bit(octets: Uint8Array): boolean {
    if (this.#isOver) return false;
    for (const octet of octets) {
      if (octet > LAST_ASCII) return true;
      if (octet === LF) {
        // RFC 5322 §2.1: an empty line ends the header.
        if (this.#isLineEmpty) {
          this.#isOver = true;
          return false;
        }
        this.#isLineEmpty = true;
      } else if (octet !== CR) this.#isLineEmpty = false;
    }
    return false;
  }
}
