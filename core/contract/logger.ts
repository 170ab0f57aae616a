/** The log as plugins see it. One event is one line; secrets never go in. */

/** How grave an event is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes events, each with the fields bound to it. */
export interface Logger {
  /** For whoever looks for a fault. */
  debug(message: string, fields?: object): void;
  /** What happened. */
  info(message: string, fields?: object): void;
  /** What should not have happened, and was dealt with. */
  warn(message: string, fields?: object): void;
  /** What the operator must see. */
  error(message: string, fields?: object): void;
  /** Whether such events are written: for fields that are dear to make. */
  isOn(level: LogLevel): boolean;
  /** A logger whose events have these fields as well. */
  child(fields: object): Logger;
}
