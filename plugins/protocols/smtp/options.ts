/** The options of `smtp` in the configuration. */
import * as v from "valibot";
import { options } from "../../../core/options/options.ts";
import { duration, flag, integer, oneOf } from "../../../core/options/values.ts";

/** Their schema; all have defaults. */
export const smtpOptions = options({
  /** `mx`: mail from anyone for local mailboxes. `submission` (RFC 6409): mail from those who have authenticated. */
  mode: v.optional(oneOf(["mx", "submission"]), "mx"),
  /** Whether AUTH is offered; `submission` is of no use without. */
  auth: v.optional(flag, true),
  /** How long a line, or a piece of a message, may take (RFC 5321 §4.5.3.2.7). */
  idle_timeout: v.optional(duration, "5m"),
  /** RCPT commands in a transaction; RFC 5321 §4.5.3.1.8 asks for 100 at least. */
  max_recipients: v.optional(integer(100, 100_000), 1000),
  /** MAIL commands in a session; RFC 9422 §4.1 tells it with six digits at most. */
  max_messages: v.optional(integer(1, 999_999), 100_000),
  /** Commands that made no sense, and wrong passwords, at a time (`ErrorCount`); one more ends the session. */
  max_errors: v.optional(integer(1), 50),
  /** Whose address Received shows for mail of those who have authenticated: theirs, or ours. */
  received_from: v.optional(oneOf(["client", "server"]), "client"),
});

/** As the configuration has them; durations in milliseconds. */
export type SmtpOptions = v.InferOutput<typeof smtpOptions>;
