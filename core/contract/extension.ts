/**
 * Extensions: what a plugin can add that is no verdict. First answers (`place`: the first that answers wins), observers
 * (told afterwards, awaited by nobody, unable to change anything), and additions: commands of POP3 and IMAP, periodic work.
 */
import type { ImapCommand, Pop3Command } from "./extension_commands.ts";
import type { Envelope } from "./delivery.ts";
import type { ConnectionFacts, FilteredMessage } from "./filter.ts";
import type { AccountId } from "./identifiers.ts";
import type { Observers } from "./observers.ts";

/** Everything is optional. */
export interface Extension {
  /**
   * Where a copy of a message goes; undefined: no opinion. Extensions are asked in the order of the configuration. Without an
   * answer, with one that makes no sense, in case of a failure or of too long a time, the copy goes to INBOX: nothing is lost.
   */
  place?(copy: CopyToPlace): Promise<Placement | undefined>;
  /** Told of what has happened. */
  readonly observe?: Observers;
  /** What POP3 understands besides; a name that POP3 has cannot be taken. */
  readonly pop3Commands?: readonly Pop3Command[];
  /** What IMAP understands besides; a name that IMAP has cannot be taken. */
  readonly imapCommands?: readonly ImapCommand[];
  /** What is done again and again while the server runs. */
  readonly periodic?: readonly PeriodicWork[];
}

/** A copy of a message that has been accepted by the filters, for one account. Those that go to Junk are not asked about. */
export interface CopyToPlace {
  /** Whose it is. */
  readonly account: AccountId;
  /** Recipients of the envelope that lead to this account, as the client gave them. */
  readonly recipients: readonly string[];
  /** Who brought it. */
  readonly facts: ConnectionFacts;
  /** From whom to whom. */
  readonly envelope: Envelope;
  /** As filters have left it. */
  readonly message: FilteredMessage;
}

/** Where a copy goes. */
export type Placement =
  /** To a mailbox of the account (default INBOX), with flags. `create`: make the mailbox if there is none. */
  | {
    readonly action: "file";
    readonly mailbox?: string;
    readonly flags?: readonly string[];
    readonly create?: boolean;
  }
  /**
   * To other addresses: INBOX of those that are here, the queue for those that a transport serves. The copy itself stays
   * only with `keep`, or where one of them leads nowhere.
   */
  | { readonly action: "redirect"; readonly to: readonly string[]; readonly keep?: boolean }
  /** To Junk, or to INBOX where there is none. */
  | { readonly action: "quarantine" };

/** Something that is done every so often; a run never begins before the last one has ended. */
export interface PeriodicWork {
  /** For the log. */
  readonly name: string;
  /** Milliseconds between the end of a run and the next one, and before the first; one second at least. */
  readonly every: number;
  /** Does it. The signal aborts when the server stops or another generation of plugins takes over. A failure is logged. */
  run(signal: AbortSignal): Promise<void>;
}
