/** Formatters of `@std/log`. */
import type { LogRecord } from "./logger.ts";

/** A record as one line of JSON: level, datetime (milliseconds), message, args. */
export function jsonFormatter(logRecord: LogRecord): string {
  const args = logRecord.args;
  return JSON.stringify({
    level: logRecord.levelName,
    datetime: logRecord.datetime.getTime(),
    message: logRecord.msg,
    args: args.length > 1 ? args : args[0],
  });
}

/** All of them. */
export const formatters: { jsonFormatter(logRecord: LogRecord): string } = { jsonFormatter };
