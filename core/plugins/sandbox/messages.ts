/** What server and sandboxed plugin say to each other, and what the server takes of what it hears. */
import * as v from "valibot";
import type { PluginKind } from "../../contract/plugin.ts";
import type { RefusalKind } from "../../contract/refusal.ts";
import type { LogLevel } from "../../contract/logger.ts";
import { type Plain, plainCopy } from "./plain.ts";

/** Kinds that can live in a sandbox: what they are asked, and what they answer, is plain data. */
export type SandboxedKind = Extract<PluginKind, "filter" | "auth" | "directory" | "extension" | "transport" | "http">;

/** Where the plugin is. */
export type GuestSource =
  | { readonly from: "built-in"; readonly kind: SandboxedKind; readonly name: string }
  /** `digest`: what its file must have, each time that a guest is started. */
  | { readonly from: "module"; readonly specifier: string; readonly digest?: string };

/** The first question: bring a plugin in, check its options, and set it up. */
export interface StartRequest {
  /** What it must be. */
  readonly kind: SandboxedKind;
  /** As the configuration names it. */
  readonly use: string;
  /** Where it is. */
  readonly source: GuestSource;
  /** As the configuration has them. */
  readonly options: unknown;
  /** The URL of a file that the guest must not be able to import; absent: it may. */
  readonly forbidden?: string;
  /** Absent: it is only looked at. */
  readonly setup?: SetupRequest;
}

/** What a plugin is set up with. */
export interface SetupRequest {
  /** The server's own name. */
  readonly hostname: string;
  /** Levels of the log that are written: of others nothing need be sent. */
  readonly levels: readonly LogLevel[];
  /** For directories. */
  readonly domains: readonly string[];
  /** For directories. */
  readonly neededSecrets: readonly string[];
}

/** What a guest answers to the first question; the server believes none of it. */
export interface StartedPlugin {
  /** The plugin's name. */
  readonly name?: string;
  /** And what it is. */
  readonly summary?: string;
  /** What its kind's representative must know, once it has been set up. */
  readonly facts?: object;
  /** Whether it wants to be drained. */
  readonly drains?: boolean;
  /** Whether the runtime denied the import that is forbidden: found out before the plugin was there, so that it is true. */
  readonly isBounded?: boolean;
  /** Why it is no plugin for this place. */
  readonly problem?: string;
  /** What is wrong with its options. */
  readonly issues?: readonly { readonly message: string; readonly path: readonly (string | number)[] }[];
}

/** From the server. */
export type HostMessage =
  | { readonly do: "call"; readonly id: number; readonly name: string; readonly args: readonly unknown[] }
  /** To a question of the guest. */
  | { readonly do: "answer"; readonly ask: number; readonly value?: unknown; readonly error?: string }
  /** Nobody waits for the answer any more. */
  | { readonly do: "abort"; readonly id: number }
  /** To a thread that is about to be ended: whether it can say something still. */
  | { readonly do: "end" };

/** From the plugin. */
export type GuestMessage =
  | { readonly say: "done"; readonly id: number; readonly value?: Plain }
  | { readonly say: "failed"; readonly id: number; readonly error: string; readonly refusal?: RefusalKind | undefined }
  /** About a call under way, or (0) about none. */
  | {
    readonly say: "ask";
    readonly ask: number;
    readonly call: number;
    readonly name: string;
    readonly args: readonly Plain[];
  }
  | { readonly say: "log"; readonly level: LogLevel; readonly message: string; readonly fields?: Plain }
  /** The runtime has refused something. */
  | { readonly say: "denied"; readonly what: string }
  /** An error that nothing caught: nobody knows what is left of the plugin. */
  | { readonly say: "uncaught"; readonly error: string };

/** The call that starts a guest. */
export const START = 0;

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const value = v.custom<Plain>(() => true);
const refusals = [
  ...["invalid", "forbidden", "not-found", "conflict", "too-large", "over-quota", "unavailable"] as const,
] satisfies RefusalKind[];

const message = v.variant("say", [
  v.object({ say: v.literal("done"), id, value: v.optional(value) }),
  v.object({ say: v.literal("failed"), id, error: v.string(), refusal: v.optional(v.picklist(refusals)) }),
  v.object({ say: v.literal("ask"), ask: id, call: id, name: v.string(), args: v.array(value) }),
  v.object({
    say: v.literal("log"),
    level: v.picklist(["debug", "info", "warn", "error"]),
    message: v.string(),
    fields: v.optional(value),
  }),
  v.object({ say: v.literal("denied"), what: v.string() }),
  v.object({ say: v.literal("uncaught"), error: v.string() }),
]);

/** What a guest sent, copied and checked; undefined for what no plugin says that uses the contract. */
export function readGuestMessage(given: unknown): GuestMessage | undefined {
  try {
    const result = v.safeParse(message, plainCopy(given));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
