/**
 * The book of failed logins, which the first thread keeps, as another one uses it. Mostly nobody has failed a moment ago,
 * which all threads see in memory that they share: then nobody is asked.
 */
import { RecentMap } from "../../sasl/recent_map.ts";
import type { Book } from "../../sasl/penalties.ts";
import type { Claim } from "../../sasl/penalty_book.ts";

/** What is in that memory: until when, in milliseconds, the answer to any failure waits, and how many failures there were. */
const UNTIL = 0, FAILURES = 1;
/** Logins that the first thread need not be told of again. */
const mostRemembered = 20_000;

/** The memory. */
export class FailureNotice {
  /** To be given to other threads. */
  readonly memory: SharedArrayBuffer;
  readonly #words: BigInt64Array;

  /** @param memory Of the first thread; absent: this is it, and nobody has failed. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.#words = new BigInt64Array(memory);
  }

  /** Somebody has failed, and waits until then. By the first thread only. */
  failed(until: number): void {
    const before = Atomics.load(this.#words, UNTIL), next = BigInt(Math.ceil(until));
    if (next > before) Atomics.store(this.#words, UNTIL, next);
    Atomics.add(this.#words, FAILURES, 1n);
  }

  /** Whether anybody's answer waits. */
  isAnyWaiting(now: number): boolean {
    return Number(Atomics.load(this.#words, UNTIL)) > now;
  }

  /** How many failures there were. */
  get failures(): bigint {
    return Atomics.load(this.#words, FAILURES);
  }
}

/** The book, from another thread. @param first Asks the first thread. */
export function bookOver(notice: FailureNotice, first: Book, now: () => Date): Book {
  const told = new RecentMap<string, bigint>(mostRemembered);
  return {
    remaining: (claim) => notice.isAnyWaiting(now().getTime()) ? first.remaining(claim) : 0,
    failed: (claim) => first.failed(claim),
    succeeded(claim) {
      const { failures } = notice;
      // As long as nobody fails, the first thread knows it still.
      if (told.get(keyOf(claim)) === failures) return;
      told.set(keyOf(claim), failures);
      first.succeeded(claim);
    },
  };
}

function keyOf({ address, login }: Claim): string {
  return `${address} ${login}`;
}
