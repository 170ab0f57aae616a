/** A way to a guest: a thread or a process that runs a plugin. */
import type { HostMessage } from "./messages.ts";

/** To the guest. */
export interface Channel {
  /** Says something, if the guest still lives. */
  send(message: HostMessage): void;
  /**
   * Ends the guest, whatever it does. Nothing is heard of it from now on. Resolves to whether it has ended, as far as can be
   * known: false where it may go on.
   */
  close(): Promise<boolean>;
}

/** From the guest. */
export interface ChannelListener {
  /** It said something: anything. */
  received(message: unknown): void;
  /** It is no more. */
  died(reason: string): void;
}

/** Starts a guest. @throws when it cannot even be started. */
export type OpenChannel = (listener: ChannelListener) => Channel;
