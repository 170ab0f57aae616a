/** A log that is kept, event by event. */
import { openLog, type ServerLog } from "../../core/observe/log.ts";

/** A line of the log. */
export interface LoggedEvent {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A log and what it holds. */
export interface RecordedLog extends Disposable {
  /** To be given away. */
  readonly log: ServerLog;
  /** Everything that was logged so far, parsed. */
  readonly events: readonly LoggedEvent[];
}

/** Opens one, at level debug. */
export function recordedLog(): RecordedLog {
  const events: LoggedEvent[] = [];
  const log = openLog({ format: "json", level: "debug" }, {
    writeSync(octets) {
      // The log writes whole lines.
      for (const line of new TextDecoder().decode(octets).split("\n")) if (line !== "") events.push(JSON.parse(line));
      return octets.length;
    },
  });
  return {
    log,
    get events() {
      log.flush();
      return events;
    },
    [Symbol.dispose]: () => log[Symbol.dispose](),
  };
}
