/** The plugin API, version 1, in one import. */
export * from "./accounts.ts";
export * from "./authentication.ts";
export * from "./connection.ts";
export * from "./context.ts";
export * from "./datasets.ts";
export * from "./delivery.ts";
export * from "./directory.ts";
export * from "./filter.ts";
export * from "./http.ts";
export * from "./identifiers.ts";
export * from "./logger.ts";
export * from "./mailbox.ts";
export * from "./message.ts";
export * from "./plugin.ts";
export * from "./refusal.ts";
export * from "./storage.ts";
export * from "./transport.ts";
