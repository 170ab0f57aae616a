/** The two ends of a plugin kind's hooks: what serves them in the sandbox, and what represents them in the server. */
import type { ExtensionByKind } from "../../contract/plugin.ts";
import type { SandboxQuestion } from "../../config/sandbox_config.ts";
import type { Sandbox } from "./host.ts";
import type { SandboxedKind } from "./messages.ts";
import type { Plain } from "./plain.ts";

/** Asks the server something, on behalf of a call. */
export type Ask = (name: string, ...args: readonly unknown[]) => Promise<unknown>;

/** A call, as the guest serves it. */
export interface GuestCall {
  /** Which hook. */
  readonly name: string;
  /** As the server's end gave them: that end is trusted. */
  readonly args: readonly unknown[];
  /** Asks about it. */
  readonly ask: Ask;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** A plugin in its sandbox. */
export interface GuestEnd {
  /** What the server must know of it before it asks: plain data. */
  readonly facts: object;
  /** Serves a call. What it gives, and what it throws, goes back. */
  call(call: GuestCall): Promise<unknown>;
}

/** What the server's end stands on. */
export interface HostParts {
  /** To ask. */
  readonly sandbox: Pick<Sandbox, "call" | "tell">;
  /** What the guest says of itself: to be checked. */
  readonly facts: Plain;
  /** What the plugin may ask of the server. */
  readonly may: readonly SandboxQuestion[];
}

/** Both ends. */
export interface Ends<Kind extends SandboxedKind> {
  /** In the sandbox. */
  guest(extension: ExtensionByKind[Kind]): GuestEnd;
  /** In the server. @throws when the facts make no sense. */
  host(parts: HostParts): ExtensionByKind[Kind];
}

/** What the server's end has sent: the guest trusts it, as it trusts the thread that it runs in. */
export function trusted<Given>(given: unknown): Given {
  // The one place that says so: both ends of a kind are in one file.
  return given as Given;
}
