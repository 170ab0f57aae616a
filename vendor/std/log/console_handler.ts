/** The handler of `@std/log` that writes to the console. */
import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, type LogLevel, LogLevels } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** How a {@linkcode ConsoleHandler} starts. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /** Colour by level. Default true. */
  useColors?: boolean;
}

/** Writes to standard output. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(logRecord: LogRecord): string {
    const line = super.format(logRecord);
    return this.#useColors && !Deno.noColor ? colored(line, logRecord.level) : line;
  }

  override log(msg: string): void {
    console.log(msg);
  }
}

/** ECMA-48 SGR: blue INFO, yellow WARN, red ERROR, bold red CRITICAL. */
function colored(line: string, level: LogLevel): string {
  switch (level) {
    case LogLevels.INFO:
      return `\x1b[34m${line}\x1b[39m`;
    case LogLevels.WARN:
      return `\x1b[33m${line}\x1b[39m`;
    case LogLevels.ERROR:
      return `\x1b[31m${line}\x1b[39m`;
    case LogLevels.CRITICAL:
      return `\x1b[1m\x1b[31m${line}\x1b[39m\x1b[22m`;
    default:
      return line;
  }
}
