/** A plugin that the configuration puts into a sandbox: looked at in one, and set up in one. None of its code runs here. */
import * as v from "valibot";
import type { Issue } from "../../config/explain_issues.ts";
import type { SandboxConfig } from "../../config/sandbox_config.ts";
import type { ConfigSource, PluginEntry } from "../../config/server_config.ts";
import type { BaseContext, DirectoryContext } from "../../contract/context.ts";
import type { LogLevel } from "../../contract/logger.ts";
import {
  apiVersion,
  type ExtensionByKind,
  type Lifecycle,
  type OptionsSchema,
  type PluginDefinition,
} from "../../contract/plugin.ts";
import { silentLog } from "../../observe/log.ts";
import { reasonOf } from "../definition.ts";
import { type FoundSource, type ImportSettings, specifierOf } from "../import_plugin.ts";
import type { OpenChannel } from "./channel.ts";
import { Sandbox, type SandboxSettings } from "./host.ts";
import { accountAsks } from "./kinds/directory.ts";
import { endsByKind } from "./kinds/ends_by_kind.ts";
import type { GuestSource, SandboxedKind, SetupRequest } from "./messages.ts";
import { forbiddenFile, missingFlags, permissionsOf } from "./permissions.ts";
import type { Plain } from "./plain.ts";
import { processChannel } from "./process_channel.ts";
import { workerChannel } from "./worker_channel.ts";

/** An entry that asks for a sandbox. */
export interface SandboxedEntry extends PluginEntry {
  /** Its rights. */
  readonly sandbox: SandboxConfig;
}

/** What came of looking at it. */
export type SandboxedLoad<Kind extends SandboxedKind> =
  | { readonly definition: PluginDefinition<Kind, unknown> }
  /** About a key of the entry. */
  | { readonly problem: string; readonly key: "use" | "sandbox" }
  /** About its options. */
  | { readonly issues: readonly Issue[]; readonly name: string };

/** Milliseconds for each answer, unless the entry says otherwise: a transport waits for another server. */
const USUAL_DEADLINE = 5000, DELIVERY_DEADLINE = 300_000;

const looked = v.object({
  name: v.optional(v.pipe(v.string(), v.maxLength(100))),
  summary: v.optional(v.pipe(v.string(), v.maxLength(500))),
  problem: v.optional(v.string()),
  issues: v.optional(v.array(v.object({ message: v.string(), path: v.array(v.union([v.string(), v.number()])) }))),
});

const setUp = v.object({ facts: v.custom<Plain>(() => true), drains: v.boolean(), isBounded: v.boolean() });

/** Looks at the plugin: is it one, and are its options what it takes? @throws DigestMismatch. */
export async function loadSandboxed<Kind extends SandboxedKind>(
  kind: Kind,
  entry: SandboxedEntry,
  found: FoundSource,
  source: ConfigSource,
  settings: ImportSettings = {},
): Promise<SandboxedLoad<Kind>> {
  const permissions = permissionsOf(entry.sandbox, found, source);
  const missing = missingFlags(permissions, entry.sandbox.process);
  if (missing.length > 0) {
    // The rights of one binary are those that it was compiled with.
    const way = Deno.build.standalone ? "compile" : "start";
    return { problem: `gives what the server itself may not do; ${way} it with ${missing.join(" ")}`, key: "sandbox" };
  }
  const guest = await sourceOf(kind, entry, found, settings);
  const forbidden = forbiddenFile(permissions, source);
  const parts: Parts<Kind> = { ...{ kind, entry, guest, forbidden }, open: channelOf(entry, permissions) };
  const sandbox = new Sandbox(settingsOf(parts, silentLog));
  try {
    const { name = "", summary = "", problem, issues } = v.parse(looked, await sandbox.start());
    if (issues !== undefined) return { issues, name };
    if (problem !== undefined) return { problem, key: "use" };
    return { definition: definitionOf(parts, name, summary) };
  } catch (error) {
    return { problem: `${entry.use} cannot be loaded in its sandbox: ${reasonOf(error)}`, key: "use" };
  } finally {
    await sandbox.stop();
  }
}

interface Parts<Kind extends SandboxedKind> {
  readonly kind: Kind;
  readonly entry: SandboxedEntry;
  readonly guest: GuestSource;
  /** A file that it must not be able to import. */
  readonly forbidden: string | undefined;
  readonly open: OpenChannel;
}

/** What the rest of the server takes for the plugin. Its options have been checked where they are used. */
function definitionOf<Kind extends SandboxedKind>(
  parts: Parts<Kind>,
  name: string,
  summary: string,
): PluginDefinition<Kind, unknown> {
  return { apiVersion, kind: parts.kind, name, summary, options: anything, setup: (context) => start(parts, context) };
}

const anything: OptionsSchema<unknown> = {
  "~standard": { version: 1, vendor: "quetzal", validate: (value) => ({ value }) },
};

async function start<Kind extends SandboxedKind>(
  parts: Parts<Kind>,
  context: BaseContext,
): Promise<ExtensionByKind[Kind] & Lifecycle> {
  const { may } = parts.entry.sandbox;
  const isForDirectory = isDirectoryContext(context);
  const setup: SetupRequest = {
    hostname: context.hostname,
    levels: levels.filter((level) => context.log.isOn(level)),
    domains: isForDirectory ? context.domains : [],
    neededSecrets: isForDirectory ? [...context.neededSecrets] : [],
  };
  const asks = isForDirectory ? accountAsks(context, may) : {};
  const sandbox = new Sandbox({ ...settingsOf(parts, context.log, setup), asks });
  try {
    const { facts, drains, isBounded } = v.parse(setUp, await sandbox.start());
    if (!isBounded) context.log.warn(unbounded);
    const extension = endsByKind[parts.kind].host({ sandbox, facts, may });
    return {
      ...extension,
      ...drains && { drain: (deadline) => sandbox.drain(deadline) },
      stop: () => sandbox.stop(),
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

const unbounded =
  "this runtime does not bound what a sandboxed plugin imports: it can import JavaScript and JSON from " +
  "all files that the server's user can read; its other rights are bounded";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function isDirectoryContext(context: BaseContext): context is DirectoryContext {
  return "neededSecrets" in context;
}

function settingsOf<Kind extends SandboxedKind>(
  { kind, entry, guest, forbidden, open }: Parts<Kind>,
  log: BaseContext["log"],
  setup?: SetupRequest,
): SandboxSettings {
  const { use, options, sandbox: { deadline, restarts } } = entry;
  return {
    ...{ open, log, restarts },
    start: { kind, use, source: guest, options, ...forbidden && { forbidden }, ...setup && { setup } },
    deadline: deadline ?? (kind === "transport" ? DELIVERY_DEADLINE : USUAL_DEADLINE),
  };
}

async function sourceOf(
  kind: SandboxedKind,
  { use }: PluginEntry,
  found: FoundSource,
  settings: ImportSettings,
): Promise<GuestSource> {
  if (found.from === "built-in") return { from: "built-in", kind, name: use };
  // Each guest begins without modules: no file needs another name to be read again.
  const specifier = await specifierOf(found, { ...settings, reading: 0 });
  return { from: "module", specifier, ...found.from === "file" && found.digest && { digest: found.digest } };
}

function channelOf(
  { use, sandbox: { process, memory } }: SandboxedEntry,
  permissions: ReturnType<typeof permissionsOf>,
) {
  return process ? processChannel(permissions, memory) : workerChannel(use, permissions);
}
