/**
 * The server's log over `@std/log`: one line an event, on standard error or in a file, each with the fields that were
 * bound to its logger (a connection's id and peer). An event below the configured level costs a comparison.
 */
import { getLevelByName, type LevelName, Logger as StandardLogger } from "@std/log";
import type { Logger, LogLevel } from "../contract/logger.ts";
import { LineHandler, type LineSink } from "./line_handler.ts";
import { formatJson, formatText } from "./log_format.ts";

/** The log itself: what `openLog` gives. Disposing it writes what was kept back and closes the file. */
export interface ServerLog extends Logger, Disposable {
  /** Writes what was kept back. */
  flush(): void;
  /** Writes whole lines of another thread, as they are. */
  append(lines: string): void;
  /** Opens the file anew by its name, after it was renamed (SIGHUP). @throws where the file cannot be opened; then the old one stays. */
  reopen(): void;
}

/** What is logged, and where. */
export interface LogSettings {
  /** One line of text or one JSON object an event. */
  readonly format: "text" | "json";
  /** The least grave level that is written. */
  readonly level: LogLevel;
  /** Appended to; absent: standard error. */
  readonly file?: string;
}

/**
 * Opens a log.
 *
 * @param standardError Where lines go when there is no file.
 * @throws where the file cannot be opened.
 */
export function openLog(settings: LogSettings, standardError: LineSink = Deno.stderr): ServerLog {
  const { file } = settings;
  let opened = file === undefined ? undefined : openFile(file);
  const level = levels[settings.level];
  const formatter = settings.format === "json" ? formatJson : formatText;
  const handler = new LineHandler(level, formatter, opened ?? standardError);
  const log = new BoundLogger(new StandardLogger("quetzal", level, { handlers: [handler] }), {});
  return Object.assign(log, {
    flush: () => handler.flush(),
    append: (lines: string) => handler.log(lines.replace(/\n$/, "")),
    reopen() {
      if (file === undefined) return;
      const next = openFile(file);
      handler.moveTo(next);
      opened?.close();
      opened = next;
    },
    [Symbol.dispose]() {
      handler.destroy();
      opened?.close();
      opened = undefined;
    },
  });
}

/** A log that writes nothing. */
export const silentLog: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  isOn: () => false,
  child: () => silentLog,
};

const levels: Readonly<Record<LogLevel, LevelName>> = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
};

/** A logger with fields of its own. A class: each connection has one. */
class BoundLogger implements Logger {
  readonly #logger: StandardLogger;
  readonly #bound: object;

  constructor(logger: StandardLogger, bound: object) {
    this.#logger = logger;
    this.#bound = bound;
  }

  debug(message: string, fields?: object): void {
    if (this.isOn("debug")) this.#logger.debug(message, { ...this.#bound, ...fields });
  }

  info(message: string, fields?: object): void {
    if (this.isOn("info")) this.#logger.info(message, { ...this.#bound, ...fields });
  }

  warn(message: string, fields?: object): void {
    if (this.isOn("warn")) this.#logger.warn(message, { ...this.#bound, ...fields });
  }

  error(message: string, fields?: object): void {
    if (this.isOn("error")) this.#logger.error(message, { ...this.#bound, ...fields });
  }

  isOn(level: LogLevel): boolean {
    return this.#logger.level <= getLevelByName(levels[level]);
  }

  child(fields: object): Logger {
    return new BoundLogger(this.#logger, { ...this.#bound, ...fields });
  }
}

/** Others must not read who writes to whom. */
function openFile(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true, mode: 0o600 });
}
