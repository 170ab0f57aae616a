/**
 * A mail server inside another program: for tests of code that sends or reads mail.
 *
 * @example A message that was sent is waited for
 * ```ts
 * import { createServer } from "@quetzal/server/embedding";
 *
 * await using server = await createServer();
 * await server.deliver("test@example.org", "Subject: Hello\r\n\r\nHow are you?\r\n");
 * const [message] = await server.waitForMessages("test@example.org", 1);
 * if (message?.subject !== "Hello") throw new Error("It has not come");
 * ```
 *
 * @module
 */
export { createServer, type EmbeddedServer, type EmbeddedSettings } from "./create_server.ts";
export type { EmbeddedPorts, GivenPlugin } from "./embedded_config.ts";
export type { StoredMessage } from "./stored_message.ts";
