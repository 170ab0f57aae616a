/** What the sessions of one plugin entry share. */
import type { ProtocolContext } from "../../../core/contract/mod.ts";
import type { CommandTable } from "./command.ts";
import type { AcapOptions } from "./options.ts";

/** Made once at setup. */
export interface AcapService {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: AcapOptions;
  /** All commands. */
  readonly commands: CommandTable;
}
