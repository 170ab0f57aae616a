/** From errors to replies: the one place where a refusal of the storage gets its response code (RFC 3206 §4). */
import { Refusal } from "../../../core/contract/mod.ts";
import { ConnectionClosed, DeadlineExceeded, Stopping } from "../../../core/wire/errors.ts";
import type { Texts } from "./languages/texts.ts";
import { failed, type Reply } from "./replies.ts";

/** A reply has begun and cannot be ended: the client would take what comes next for a part of it. */
export class OutOfStep extends Error {
  override readonly name = "OutOfStep";
}

const broken = [ConnectionClosed, DeadlineExceeded, Stopping, OutOfStep];

/** Whether an error means that the connection goes no further, not that a command has failed. */
export function isBroken(error: unknown): boolean {
  return broken.some((kind) => error instanceof kind);
}

/** Whether the storage no longer has what was named. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Refusal && error.kind === "not-found";
}

/** What a client is told of an error: nothing but whether it may try again. */
export function failureReply(texts: Texts): Reply {
  return failed(texts.localError, "SYS/TEMP");
}
