/** What session threads and the writer thread tell each other: plain data. */
import type { RefusalKind } from "../../core/contract/refusal.ts";
import type { Operation } from "../../core/contract/storage.ts";

/** What can be asked of the writer. */
export interface WriterRequests {
  /** First of all: opens the database, unless another thread has had it opened. */
  readonly open: {
    readonly file: string;
    readonly largest: number | undefined;
    readonly busyTimeout: number | undefined;
    /** Whether texts are indexed; if not, what was is dropped. */
    readonly fullText: boolean;
  };
  /** Commits batches of several callers with one fsync. */
  readonly commit: Group;
  /** Keeps the next octets of a long body, whose buffer is the writer's from then on; `at`: how many came before. */
  readonly chunk: {
    readonly content: number;
    readonly at: number;
    readonly octets: Uint8Array;
    readonly now: number;
  };
  /** The long body is complete. */
  readonly finish: { readonly content: number };
  /** Puts octets before a long body that no message has; it is known by another key from then on. */
  readonly prefix: { readonly body: number; readonly as: number; readonly octets: Uint8Array };
  /** Drops a long body that no message has, complete or not. */
  readonly discard: { readonly body: number };
  /** Looks whether others have written. */
  readonly look: Record<never, never>;
  /** Takes a step in removing what nobody needs, and long bodies unnamed since before then (milliseconds). */
  readonly collect: { readonly before: number };
  /** Takes a step in indexing the texts of a mailbox, or, without one, in bringing the index together. */
  readonly index: { readonly mailbox?: number };
  /** Last of all: closes the database, where it is the thread that had it opened that asks. */
  readonly close: Record<never, never>;
}

/** What the writer answers. */
export interface WriterAnswers {
  /** The number of this writer, or of its asking thread: no other has ever had it. */
  readonly open: { readonly session: number };
  /** See there. */
  readonly commit: GroupOutcome;
  /** Done. */
  readonly chunk: undefined;
  /** Done. */
  readonly finish: undefined;
  /** Done. */
  readonly prefix: undefined;
  /** Done. */
  readonly discard: undefined;
  /** Whether another process may have written since this was last told. Then all threads are told so. */
  readonly look: { readonly othersWrote: boolean };
  /** Whether there is more to remove. */
  readonly collect: { readonly more: boolean };
  /** Whether there is more to do. */
  readonly index: { readonly more: boolean };
  /** Done. */
  readonly close: undefined;
}

/** Batches that are committed together. */
export interface Group {
  /** Milliseconds. */
  readonly now: number;
  /** Each is done as a whole or not at all, whatever becomes of the others. */
  readonly batches: readonly (readonly Operation[])[];
  /** Bodies that they name and the database does not have yet, by key. */
  readonly bodies: ReadonlyMap<number, Uint8Array>;
}

/** What became of a group that was committed, with those of other threads perhaps. */
export interface GroupOutcome {
  /** In the order of the batches. */
  readonly batches: readonly BatchOutcome[];
  /** What those who watch are told. */
  readonly touched: readonly Touch[];
  /** Whether another process may have written since this was last told. If none has, it is not said. */
  readonly othersWrote: boolean;
  /** Whether it left something to collect. */
  readonly garbage: boolean;
  /** Whether there may be something to claim from the queue. */
  readonly wakesQueue: boolean;
}

/** What another thread of this program has committed, or has found others to have written. */
export type News = Omit<GroupOutcome, "batches">;

/** What became of a batch: its results, or why it was not done. */
export type BatchOutcome = { readonly results: readonly unknown[] } | { readonly failure: Failure };

/** No account has this key: what was changed is everybody's. */
export const everybody = 0;

/** A mailbox that was changed, or an account, in what belongs to no mailbox. */
export interface Touch {
  /** Its key; undefined: the account itself. */
  readonly mailbox: number | undefined;
  /** The key of its account, or `everybody`. */
  readonly account: number;
  /** The last change's; 0 of an account. */
  readonly modseq: number;
  /** How many changes there were that got no mod-sequence. */
  readonly revision: number;
}

/** An error on its way between threads. */
export interface Failure {
  /** Of a `Refusal`; undefined for what was not expected. */
  readonly kind: RefusalKind | undefined;
  /** Its message. */
  readonly text: string;
  /** For the operator. */
  readonly cause?: string;
}

/** A request with the number of its answer. */
export type NumberedRequest = {
  [Name in keyof WriterRequests]: { readonly id: number; readonly name: Name; readonly request: WriterRequests[Name] };
}[keyof WriterRequests];

/** An answer, or why there is none. */
export type NumberedAnswer =
  | { readonly id: number; readonly answer: WriterAnswers[keyof WriterAnswers] }
  | { readonly id: number; readonly failure: Failure };

/** What a thread that asks is told. */
export type WriterMessage = NumberedAnswer | { readonly news: News };

/** What the writer is told by the thread that started it: a request of its own, or who else asks, or no longer does. */
export type OwnerMessage =
  | NumberedRequest
  | { readonly join: number; readonly port: MessagePort }
  | { readonly leave: number };
