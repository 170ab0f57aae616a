/** What plugins are given at setup: each kind only what it may use. */
import type { Accounts } from "./accounts.ts";
import type { Authentication, SecretScheme } from "./authentication.ts";
import type { Common } from "./common.ts";
import type { Delivery } from "./delivery.ts";
import type { Directory } from "./directory.ts";
import type { ExtensionCommands } from "./extension_commands.ts";
import type { Logger } from "./logger.ts";
import type { Storage } from "./storage.ts";

/** What every plugin is given. */
export interface BaseContext {
  /** Events of this plugin. */
  readonly log: Logger;
  /** The server's own name. */
  readonly hostname: string;
  /** Aborts when the server stops. */
  readonly shutdown: AbortSignal;
  /** What sessions of all threads have in common; absent: there is one, which `inOneThread` is for. */
  readonly common?: Common;
  /** The time; tests set it. */
  now(): Date;
}

/** For storages. */
export interface StorageContext extends BaseContext {
  /** The server's data folder, absolute; it exists. */
  readonly dataFolder: string;
  /**
   * Another process serves with the folder, which may be of an earlier program: nothing is changed that it would not
   * understand, such as a schema. Absent: nobody does.
   */
  readonly isServed?: true;
  /** From `share` of the storage that another thread of this program has opened; absent: nobody has. */
  readonly through?: MessagePort;
}

/** For directories. */
export interface DirectoryContext extends BaseContext {
  /** Accounts and aliases of the configured storage: a directory that has its own elsewhere needs none of it. */
  readonly accounts: Accounts;
  /** Local domains, lower case; the first is that of logins without a domain. */
  readonly domains: readonly [string, ...string[]];
  /** What the configured mechanisms can use: secrets of no other scheme need be kept. */
  readonly neededSecrets: ReadonlySet<SecretScheme>;
  /** The server's data folder, absolute; it exists. */
  readonly dataFolder: string;
}

/** For protocols. */
export interface ProtocolContext extends BaseContext {
  /** Who is who. */
  readonly authentication: Authentication;
  /** Mailboxes and messages. */
  readonly storage: Storage;
  /** Addresses. */
  readonly directory: Directory;
  /** Where messages go. */
  readonly delivery: Delivery;
  /** Local domains, lower case; the first is that of logins without a domain. */
  readonly domains: readonly [string, ...string[]];
  /** What one client may use up. */
  readonly limits: ProtocolLimits;
  /** Commands that extensions add; absent: none. */
  readonly extensionCommands?: ExtensionCommands;
}

/** For subcommands of plugins: a server may be running beside them. */
export interface SubcommandContext extends BaseContext {
  /** Mailboxes and messages. */
  readonly storage: Storage;
  /** Addresses. */
  readonly directory: Directory;
  /** Local domains, lower case; the first is that of logins without a domain. */
  readonly domains: readonly [string, ...string[]];
  /** The server's data folder, absolute; it exists. Files in it begin with the plugin's name. */
  readonly dataFolder: string;
}

/** For extensions. */
export interface ExtensionContext extends SubcommandContext {
  /** Where messages go. */
  readonly delivery: Delivery;
}

/** Limits that the configuration sets for all protocols. */
export interface ProtocolLimits {
  /** Octets of the largest message. */
  readonly message: number;
}
