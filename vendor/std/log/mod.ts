/** `@std/log` where JSR cannot be reached: the same API, small. */
export * from "./base_handler.ts";
export * from "./console_handler.ts";
export * from "./file_handler.ts";
export * from "./formatters.ts";
export * from "./levels.ts";
export * from "./logger.ts";
export * from "./rotating_file_handler.ts";
export * from "./setup.ts";
