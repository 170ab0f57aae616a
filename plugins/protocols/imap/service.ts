/** What the sessions of one plugin entry share. */
import type { ProtocolContext } from "../../../core/contract/mod.ts";
import type { CommandTable } from "./command.ts";
import type { ImapOptions } from "./options.ts";
import type { PrintedItems } from "./printed_items.ts";

/** Made once at setup. */
export interface ImapService {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: ImapOptions;
  /** All commands. */
  readonly commands: CommandTable;
  /** What FETCH need not print again. */
  readonly printed: PrintedItems;
}
