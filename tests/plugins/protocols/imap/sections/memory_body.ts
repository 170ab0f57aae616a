/** A body in memory for tests, which remembers how it was read. */
import type { Body } from "../../../../../core/contract/mod.ts";

/** A body, and its reads. */
export interface RecordingBody extends Body {
  /** Octets of the largest read. */
  readonly largestRead: number;
  /** Octets of all reads. */
  readonly readInAll: number;
}

/** Octets as a body. Reads may be of at most `most` octets. */
export function memoryBody(octets: Uint8Array, most = Infinity): RecordingBody {
  let largestRead = 0, readInAll = 0;
  return {
    size: octets.length,
    get largestRead() {
      return largestRead;
    },
    get readInAll() {
      return readInAll;
    },
    read(start, end) {
      if (end - start > most) throw new RangeError(`a read of ${end - start} octets`);
      const piece = octets.slice(start, end);
      largestRead = Math.max(largestRead, piece.length);
      readInAll += piece.length;
      return Promise.resolve(piece);
    },
  };
}
