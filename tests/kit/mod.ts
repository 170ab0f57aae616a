/**
 * Everything that a test of a plugin needs in one import: the contract and its tools, a harness for each kind of plugin, and
 * the suites of promises that storages and directories keep.
 *
 * @example A filter that says where a message came from
 * ```ts
 * import { assert } from "@std/assert";
 * import { definePlugin, judge, noOptions } from "@quetzal/server/testing";
 *
 * const peer = definePlugin({
 *   apiVersion: 1,
 *   kind: "filter",
 *   name: "peer",
 *   summary: "Notes the client's address",
 *   options: noOptions,
 *   setup: () => ({
 *     connected: ({ peer }) => Promise.resolve({ action: "continue", addHeaders: [["X-Peer", peer]] }),
 *   }),
 * });
 * const judged = await judge(peer, { facts: { peer: "192.0.2.9" } });
 * assert(judged.accepted && judged.copies[0]?.text.includes("X-Peer: 192.0.2.9"));
 * ```
 *
 * @module
 */
export * from "../../core/api/mod.ts";
export { answer } from "./answer.ts";
export { carry, type Outgoing } from "./carry.ts";
export { type Incoming, judge, type Judged, place } from "./judge.ts";
export { type LoggedIn, logIn, type Response as SaslResponse } from "./log_in.ts";
export { playCommand } from "./play_command.ts";
export { playProtocol } from "./play_protocol.ts";
export { type SetUp, setUp, type Surroundings, type TestContext } from "./set_up.ts";
export type { FakeConnectionOptions } from "../support/fake_connection.ts";
export { type DialogueEnd, type DialogueOptions, runDialogue } from "../support/run_dialogue.ts";
export { memoryStorage } from "../../storage/memory/storage.ts";
export { TestClock } from "../support/test_clock.ts";
export { directorySuite, type OpenDirectory } from "../conformance/directory_suite.ts";
export { type OpenStorage, storageSuite } from "../conformance/storage_suite.ts";
export type { WaitClock } from "../../core/wire/waits.ts";
