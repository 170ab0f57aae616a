/** Where a POP2 session stands (RFC 937, Server State Diagram), with the data that is valid there. */
import type { AccountId } from "../../../core/contract/mod.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import type { RawMessage } from "./raw_message.ts";

/** One of the states, told apart by `name`. */
export type State =
  | { readonly name: "auth" }
  /** A mailbox is selected. */
  | { readonly name: "mbox"; readonly folder: Folder }
  /** The length of the current message was told; it is undefined where there is none. */
  | {
    readonly name: "item";
    readonly folder: Folder;
    readonly current: number;
    readonly message: RawMessage | undefined;
  }
  /** The current message was sent, and waits for its acknowledgment. */
  | { readonly name: "next"; readonly folder: Folder; readonly current: number };

/** The state of one of some names. */
export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** A mailbox that is selected. */
export interface Folder {
  /** Whose. */
  readonly account: AccountId;
  /** As the client logged in. */
  readonly login: string;
  /** Its messages, and the lock. */
  readonly maildrop: Maildrop;
}

/** Whether the state is one of those. */
export function isOneOf<Name extends State["name"]>(state: State, names: readonly Name[]): state is StateOf<Name> {
  return names.some((name) => name === state.name);
}
