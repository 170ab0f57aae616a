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
  const log = bind(new StandardLogger("quetzal", level, { handlers: [handler] }), {});
  return {
    ...log,
    flush: () => handler.flush(),
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
  };
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

function bind(logger: StandardLogger, bound: object): Logger {
  const isOn = (level: LogLevel) => logger.level <= getLevelByName(levels[level]);
  return {
    debug(message, fields) {
      if (isOn("debug")) logger.debug(message, { ...bound, ...fields });
    },
    info(message, fields) {
      if (isOn("info")) logger.info(message, { ...bound, ...fields });
    },
    warn(message, fields) {
      if (isOn("warn")) logger.warn(message, { ...bound, ...fields });
    },
    error(message, fields) {
      if (isOn("error")) logger.error(message, { ...bound, ...fields });
    },
    isOn,
    child: (fields) => bind(logger, { ...bound, ...fields }),
  };
}

/** Others must not read who writes to whom. */
function openFile(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true, mode: 0o600 });
}
