/** What all handlers of `@std/log` share: a level, a formatter, a life. */
import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** Turns a record into a line. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** How a handler starts. */
export interface BaseHandlerOptions {
  /** Default: level, space, message. */
  formatter?: FormatterFunction;
}

/** Base of all handlers. */
export abstract class BaseHandler {
  /** Turns a record into a line. */
  formatter: FormatterFunction;
  #level: LogLevel;

  constructor(levelName: LevelName, options: BaseHandlerOptions = {}) {
    this.#level = getLevelByName(levelName);
    this.formatter = options.formatter ?? ((record) => `${record.levelName} ${record.msg}`);
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

  /** Formats and writes a record that is grave enough. */
  handle(logRecord: LogRecord): void {
    if (this.#level <= logRecord.level) this.log(this.format(logRecord));
  }

  /** The record as a line. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes a line. */
  abstract log(msg: string): void;

  /** Acquires what {@linkcode log} needs. */
  setup(): void {}

  /** Gives it back. */
  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}
