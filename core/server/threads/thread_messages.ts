/** What the first thread of a server and the others ask each other: plain data. */
import type { ServerConfig } from "../../config/server_config.ts";
import type { AccountId } from "../../contract/identifiers.ts";
import type { Claim } from "../../sasl/penalty_book.ts";
import type { Bound } from "../door.ts";
import type { Certificate } from "../tls/certificate.ts";

/** What is to be served. */
export interface Served {
  /** As the first thread has it. */
  readonly config: ServerConfig;
  /** As the first thread has read it. */
  readonly certificate: Certificate | undefined;
}

/** What the first thread asks of another. */
export interface ThreadRequests {
  /** First of all: sets everything up. */
  readonly start: Served & {
    /** From 2 on. */
    readonly thread: number;
    /** To the first thread's storage. */
    readonly through: MessagePort;
    /** How many threads there are, this one and the first included. */
    readonly threads: number;
    /** See `Common`. */
    readonly secret: Uint8Array;
    /** Of `SharedCounts`. */
    readonly counts: SharedArrayBuffer;
    /** Of `FailureNotice`. */
    readonly notice: SharedArrayBuffer;
  };
  /** Whether it comes to answer. */
  readonly isThere: Record<never, never>;
  /** Listens at these addresses, together with the others. */
  readonly open: { readonly addresses: readonly Bound[] };
  /** Loads and sets up what is served next, for `take` or `drop`. */
  readonly prepare: Served & {
    /** The only plugin whose file is read again; absent: all. */
    readonly plugin?: string;
  };
  /** New sessions get what was prepared last. */
  readonly take: Record<never, never>;
  /** They do not: it is stopped. */
  readonly drop: Record<never, never>;
  /** Secrets of an account were changed: its sessions end. */
  readonly endSessions: { readonly account: AccountId };
  /** Accepts nobody any more; sessions and plugins finish. */
  readonly drain: Record<never, never>;
  /** The time for that is over. */
  readonly hurry: Record<never, never>;
  /** Last of all: stops everything. */
  readonly stop: Record<never, never>;
}

/** What the others ask of the first. */
export interface FirstRequests {
  /** See `Book`. */
  readonly remaining: Claim;
  /** See `Book`. */
  readonly failed: Claim;
  /** See `Book`. */
  readonly succeeded: Claim;
  /** Takes a name for so many milliseconds at most: see `Common`. */
  readonly hold: { readonly name: string; readonly most: number };
  /** Whether it is held still. */
  readonly isHeld: HeldName;
  /** Lets it go. */
  readonly release: HeldName;
  /** Secrets of an account were changed: the sessions of all others end. */
  readonly secretsChanged: { readonly account: AccountId };
  /** Whole lines of the log. */
  readonly log: { readonly lines: string };
}

/** A name, and the number of who holds it. */
export interface HeldName {
  /** The name. */
  readonly name: string;
  /** The number. */
  readonly token: number;
}

/** What the first thread answers; the others answer that it is done. */
export interface FirstAnswers extends Record<keyof FirstRequests, unknown> {
  /** Milliseconds. */
  readonly remaining: number;
  /** Milliseconds. */
  readonly failed: number;
  /** The holder's number; undefined while another one holds it. */
  readonly hold: number | undefined;
  /** Whether it is. */
  readonly isHeld: boolean;
}

/** What another thread answers: done. */
export type ThreadAnswers = Record<keyof ThreadRequests, void>;
