/** A mail server inside another program: for tests of code that sends or reads mail. */
export { createServer, type EmbeddedServer, type EmbeddedSettings } from "./create_server.ts";
export type { EmbeddedPorts, GivenPlugin } from "./embedded_config.ts";
export type { StoredMessage } from "./stored_message.ts";
