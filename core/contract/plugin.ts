/** The plugin API, version 1: what a plugin module default-exports. */
import type { AuthMechanism } from "./authentication.ts";
import type { BaseContext, DirectoryContext, ExtensionContext, ProtocolContext, StorageContext } from "./context.ts";
import type { Directory } from "./directory.ts";
import type { Extension } from "./extension.ts";
import type { Filter } from "./filter.ts";
import type { HttpRoutes } from "./http.ts";
import type { Protocol } from "./connection.ts";
import type { Storage } from "./storage.ts";
import type { Subcommand } from "./subcommand.ts";
import type { Transport } from "./transport.ts";

/** The version of this API that the server speaks. */
export const apiVersion = 1;

/** What each kind of plugin gives. */
export interface ExtensionByKind {
  /** Speaks with clients. */
  protocol: Protocol;
  /** One SASL mechanism. */
  auth: AuthMechanism;
  /** Keeps accounts, mailboxes and messages. */
  storage: Storage;
  /** Knows who has an account and what an address leads to. */
  directory: Directory;
  /** Judges clients, and messages on their way in. */
  filter: Filter;
  /** Places messages, observes, adds commands and periodic work. */
  extension: Extension;
  /** Carries messages to other servers. */
  transport: Transport;
  /** Answers HTTP. */
  http: HttpRoutes;
}

/** What each kind of plugin is given: only what it may use. */
export interface ContextByKind {
  /** A protocol sees all that clients ask for. */
  protocol: ProtocolContext;
  /** A mechanism is asked; it asks through its request. */
  auth: BaseContext;
  /** A storage has a folder of its own. */
  storage: StorageContext;
  /** A directory may keep its accounts in the storage. */
  directory: DirectoryContext;
  /** A filter judges what it is shown. */
  filter: BaseContext;
  /** An extension may look at all that is kept, and send messages. */
  extension: ExtensionContext;
  /** A transport carries what it is given. */
  transport: BaseContext;
  /** As a protocol. */
  http: ProtocolContext;
}

/** A kind of plugin; the section of the configuration that names a plugin decides which it must be. */
export type PluginKind = keyof ExtensionByKind;

/** A plugin. */
export interface PluginDefinition<Kind extends PluginKind, Options> {
  /** The version of this API that it was written for. */
  readonly apiVersion: 1;
  /** Decides what `setup` receives and returns. */
  readonly kind: Kind;
  /** Unique within the kind, as in `mail.yaml`: "pop3", "cram-md5", "sqlite". */
  readonly name: string;
  /** One line for `main.ts plugin list`. */
  readonly summary: string;
  /** What its `options` in `mail.yaml` may be. */
  readonly options: OptionsSchema<Options>;
  /**
   * For `main.ts check`: what is wrong with what valid options name, such as a file that is not there. Looks and changes
   * nothing, and asks for no rights: what it may not look at here, the server may. A plugin in a sandbox is not asked.
   */
  check?(options: Options): Promise<readonly OptionIssue[]>;
  /** Commands of the command line that it brings. */
  readonly subcommands?: readonly Subcommand<Options>[];
  /** Acquires resources; must not listen, and must clean up after itself when it throws. */
  setup(
    context: ContextByKind[Kind],
    options: Options,
  ): Promise<ExtensionByKind[Kind] & Lifecycle> | (ExtensionByKind[Kind] & Lifecycle);
}

/** The end of a plugin's life. Both may be called once; `stop` also after a failed start of a later plugin. */
export interface Lifecycle {
  /** Finish work in hand; the signal aborts when patience ends. */
  drain?(deadline: AbortSignal): Promise<void>;
  /** Let go of everything. */
  stop?(): Promise<void>;
}

/** Identity function: gives inference to authors, nothing else. */
export function definePlugin<Kind extends PluginKind, Options>(
  definition: PluginDefinition<Kind, Options>,
): PluginDefinition<Kind, Options> {
  return definition;
}

/** Something that is wrong with options. */
export interface OptionIssue {
  /** What was expected, and what to do: the rest of a line that begins with the place in the file. */
  readonly message: string;
  /** Keys below `options`; absent: all of them. */
  readonly path?: readonly PropertyKey[];
}

/** Standard Schema v1 (standardschema.dev), reduced: valibot, zod, arktype and `core/options` satisfy it. */
export interface OptionsSchema<T> {
  /** The schema's own interface. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown):
      | { readonly value: T; readonly issues?: undefined }
      | { readonly issues: readonly OptionIssue[] };
    readonly types?: { readonly input: unknown; readonly output: T };
  };
}
