/** What the sessions of one plugin entry share. */
import type { ProtocolContext } from "../../../core/contract/mod.ts";
import type { CommandTable } from "./command.ts";
import type { ImapOptions } from "./options.ts";
import { Kept } from "./kept.ts";
import { KnownMessages } from "./known_messages.ts";

/** Made once at setup. */
export interface ImapService {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: ImapOptions;
  /** All commands. */
  readonly commands: CommandTable;
  /** What FETCH need not print again. */
  readonly printed: Kept<string>;
  /** Fields that SEARCH need not read again: the key of each text that one has. */
  readonly searched: Kept<readonly string[]>;
  /** Messages that need not be read again. */
  readonly known: KnownMessages;
}

/** What sessions keep for each other. */
export function keptForAll(): Pick<ImapService, "printed" | "searched" | "known"> {
  return {
    printed: new Kept((text) => text.length),
    searched: new Kept((keys) => keys.reduce((sum, key) => sum + key.length, 0)),
    known: new KnownMessages(),
  };
}
