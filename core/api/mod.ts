/**
 * What a plugin imports: the contract, `definePlugin`, schemas for options, errors of connections, and tools for octets and
 * messages. Everything that is here is kept as it is for as long as `apiVersion` is.
 *
 * @example A filter that adds a header
 * ```ts
 * import { definePlugin, noOptions } from "@quetzal/server";
 *
 * export default definePlugin({
 *   apiVersion: 1,
 *   kind: "filter",
 *   name: "stamp",
 *   summary: "Says that the message came by here",
 *   options: noOptions,
 *   setup: () => ({ message: () => Promise.resolve({ action: "continue", addHeaders: [["X-Stamp", "seen"]] }) }),
 * });
 * ```
 *
 * @module
 */
export * from "../contract/mod.ts";
export * from "./schemas.ts";
export { ConnectionClosed, DeadlineExceeded, LineTooLong, MessageTooLarge, Stopping } from "../wire/errors.ts";
export { latin1, latin1Bytes } from "../wire/ascii.ts";
export { equalInConstantTime } from "../sasl/constant_time.ts";
export { inOneThread } from "../sasl/holds.ts";
export { decodeUtf8, encodeUtf8 } from "../wire/utf8.ts";
export type { CharsetDecode } from "../message/charset.ts";
export { decodeEncodedWords, encodeWords } from "../message/encoded_word.ts";
export { parseAddressList, parseMailbox } from "../message/address.ts";
