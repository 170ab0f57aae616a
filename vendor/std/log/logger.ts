/** Loggers and records of `@std/log`. */
import type { BaseHandler } from "./base_handler.ts";
import { getLevelByName, getLevelName, type LevelName, type LogLevel, LogLevels } from "./levels.ts";

/** Any function: a message given as one is made only when the level is on. */
// deno-lint-ignore no-explicit-any -- parameters are contravariant: only `any` accepts every function
export type GenericFunction = (...args: any[]) => any;

/** What a {@linkcode LogRecord} is made of. */
export interface LogRecordOptions {
  /** The text. */
  msg: string;
  /** What was given after the text. */
  args: unknown[];
  /** How grave. */
  level: LogLevel;
  /** Which logger. */
  loggerName: string;
}

/** One event, as handlers and formatters see it. */
export class LogRecord {
  /** The text. */
  readonly msg: string;
  /** How grave, as a number. */
  readonly level: LogLevel;
  /** How grave, as a name. */
  readonly levelName: LevelName;
  /** Which logger. */
  readonly loggerName: string;
  readonly #args: readonly unknown[];
  readonly #datetime = new Date();

  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.#args = [...options.args];
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
  }

  /** What was given after the text; a copy. */
  get args(): unknown[] {
    return [...this.#args];
  }

  /** When; a copy. */
  get datetime(): Date {
    return new Date(this.#datetime.getTime());
  }
}

/** How a {@linkcode Logger} starts. */
export interface LoggerOptions {
  /** Where its records go. */
  handlers?: BaseHandler[];
}

/** A named source of records. */
export class Logger {
  /** Where the records go. */
  handlers: BaseHandler[];
  readonly #name: string;
  #level: LogLevel;

  constructor(loggerName: string, levelName: LevelName, options: LoggerOptions = {}) {
    this.#name = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  /** Records below it are dropped. */
  get level(): LogLevel {
    return this.#level;
  }
  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }

  /** The same by name. */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }
  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** The name it was made with. */
  get loggerName(): string {
    return this.#name;
  }

  /** Logs at DEBUG; gives the message back. */
  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  debug<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  debug(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.DEBUG, msg, args);
  }

  /** Logs at INFO; gives the message back. */
  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  info<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  info(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.INFO, msg, args);
  }

  /** Logs at WARN; gives the message back. */
  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  warn<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  warn(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.WARN, msg, args);
  }

  /** Logs at ERROR; gives the message back. */
  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  error<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  error(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.ERROR, msg, args);
  }

  /** Logs at CRITICAL; gives the message back. */
  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  critical<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  critical(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.CRITICAL, msg, args);
  }

  #log(level: LogLevel, msg: unknown, args: unknown[]): unknown {
    if (this.#level > level) return typeof msg === "function" ? undefined : msg;
    const value: unknown = typeof msg === "function" ? msg() : msg;
    const record = new LogRecord({ msg: asText(value), args, level, loggerName: this.#name });
    for (const handler of this.handlers) handler.handle(record);
    return value;
  }
}

function asText(value: unknown): string {
  if (value instanceof Error) return value.stack ?? String(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
