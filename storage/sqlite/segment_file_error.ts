/** Why a file of bodies cannot be written. */
import { messageOf } from "../../core/wire/error_message.ts";

/** As SQLite's errors are, it is everyone's failure and may pass: the disk is full, or fails. */
export class SegmentFileError extends Error {
  override readonly name = "SegmentFileError";

  /** Names the file. */
  constructor(path: string, cause: unknown) {
    super(`${path}: ${messageOf(cause)}`, { cause });
  }
}
