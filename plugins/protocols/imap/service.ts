/** What the sessions of one plugin entry share. */
import type { ProtocolContext, Storage } from "../../../core/contract/mod.ts";
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

/** What a text of a list takes beside its characters, and in the list. */
const TEXT = 32;

type KeptForAll = Pick<ImapService, "printed" | "searched" | "known">;

const byStorage = new WeakMap<Storage, KeptForAll>();

/**
 * What sessions keep for each other, of the mail in that storage: once for all entries of the configuration, and for what
 * a reload replaces, which is there for as long as one of its sessions is.
 */
export function keptForAll(storage: Storage): KeptForAll {
  const known = byStorage.get(storage);
  if (known !== undefined) return known;
  const made: KeptForAll = {
    printed: new Kept((text) => text.length),
    searched: new Kept((keys) => keys.reduce((sum, key) => sum + key.length + TEXT, 0)),
    known: new KnownMessages(),
  };
  byStorage.set(storage, made);
  return made;
}
