/** The loggers and handlers of a program: `setup`, `getLogger`, and the default logger's shorthands. */
import type { BaseHandler } from "./base_handler.ts";
import { ConsoleHandler } from "./console_handler.ts";
import type { LevelName } from "./levels.ts";
import { type GenericFunction, Logger } from "./logger.ts";

/** How one logger is to be. */
export interface LoggerConfig {
  /** Default INFO. */
  level?: LevelName;
  /** Names of handlers. */
  handlers?: string[];
}

/** How logging is to be. */
export interface LogConfig {
  /** Handlers by name. */
  handlers?: Record<string, BaseHandler>;
  /** Loggers by name. */
  loggers?: Record<string, LoggerConfig>;
}

const handlers = new Map<string, BaseHandler>([["default", new ConsoleHandler("INFO")]]);
const loggers = new Map<string, Logger>();
resetDefault();

/** The logger of this name, made when there is none; without a name, the default logger. */
export function getLogger(name = "default"): Logger {
  let logger = loggers.get(name);
  if (logger === undefined) {
    logger = new Logger(name, "NOTSET");
    loggers.set(name, logger);
  }
  return logger;
}

/** Replaces all handlers and loggers; the former handlers are destroyed. */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers.clear();
  loggers.clear();
  for (const [name, handler] of Object.entries(config.handlers ?? { default: new ConsoleHandler("INFO") })) {
    handler.setup();
    handlers.set(name, handler);
  }
  resetDefault();
  for (const [name, logger] of Object.entries(config.loggers ?? {})) {
    const its = (logger.handlers ?? []).flatMap((name) => handlers.get(name) ?? []);
    loggers.set(name, new Logger(name, logger.level ?? "INFO", { handlers: its }));
  }
}

function resetDefault(): void {
  const handler = handlers.get("default");
  loggers.set("default", new Logger("default", "INFO", { handlers: handler ? [handler] : [] }));
}

/** Logs at DEBUG with the default logger. */
export function debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function debug<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function debug(msg: unknown, ...args: unknown[]): unknown {
  return getLogger().debug(isFunction(msg) ? () => msg() : msg, ...args);
}

/** Logs at INFO with the default logger. */
export function info<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function info<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function info(msg: unknown, ...args: unknown[]): unknown {
  return getLogger().info(isFunction(msg) ? () => msg() : msg, ...args);
}

/** Logs at WARN with the default logger. */
export function warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function warn<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function warn(msg: unknown, ...args: unknown[]): unknown {
  return getLogger().warn(isFunction(msg) ? () => msg() : msg, ...args);
}

/** Logs at ERROR with the default logger. */
export function error<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function error<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function error(msg: unknown, ...args: unknown[]): unknown {
  return getLogger().error(isFunction(msg) ? () => msg() : msg, ...args);
}

/** Logs at CRITICAL with the default logger. */
export function critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
export function critical<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
export function critical(msg: unknown, ...args: unknown[]): unknown {
  return getLogger().critical(isFunction(msg) ? () => msg() : msg, ...args);
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === "function";
}
