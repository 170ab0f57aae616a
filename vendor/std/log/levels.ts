/** Log levels of `@std/log`, by number and by name. */

/** The levels, least to most grave. */
export const LogLevels = { NOTSET: 0, DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40, CRITICAL: 50 } as const;

/** A level's name. */
export type LevelName = keyof typeof LogLevels;
/** A level's number. */
export type LogLevel = (typeof LogLevels)[LevelName];

/** All names, least to most grave. */
export const LogLevelNames: readonly LevelName[] = ["NOTSET", "DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"];

/**
 * The number of a level.
 *
 * @throws {Error} where there is no such level.
 */
export function getLevelByName(name: LevelName): LogLevel {
  const level: LogLevel | undefined = LogLevels[name];
  if (level === undefined) throw new Error(`Cannot get log level: no level named ${name}`);
  return level;
}

/**
 * The name of a level.
 *
 * @throws {Error} where there is no such level.
 */
export function getLevelName(level: LogLevel): LevelName {
  const name = LogLevelNames.find((name) => LogLevels[name] === level);
  if (name === undefined) throw new Error(`Cannot get log level: no level name for level: ${level}`);
  return name;
}
