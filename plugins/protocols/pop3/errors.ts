/** From errors to replies: the one place where a refusal of the storage gets its response code (RFC 3206 §4). */
import { Refusal } from "../../../core/contract/mod.ts";
import type { Texts } from "./languages/texts.ts";
import { failed, type Reply } from "./replies.ts";

/** Whether the storage no longer has what was named. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Refusal && error.kind === "not-found";
}

/** What a client is told of an error: nothing but whether it may try again. */
export function failureReply(texts: Texts): Reply {
  return failed(texts.localError, "SYS/TEMP");
}
