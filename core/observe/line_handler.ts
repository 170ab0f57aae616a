/** A handler for `@std/log` that writes lines together, and outlives a full disk or a reader that has gone away. */
import { BaseHandler, type FormatterFunction, type LevelName, LogLevels, LogRecord } from "@std/log";

/** Where lines go; `writeSync` may write less than it is given. */
export interface LineSink {
  /** Writes some octets and says how many. */
  writeSync(octets: Uint8Array): number;
}

/** Lines kept back at most. */
const mostKept = 100;
/** Milliseconds for which a line is kept back at most. */
const longestWait = 20;

/**
 * Keeps lines back for some milliseconds, so that a busy server formats and writes many at once, which takes a third of the
 * time; WARN and worse go out at once.
 */
export class LineHandler extends BaseHandler {
  readonly #encoder = new TextEncoder();
  #sink: LineSink;
  #kept: (LogRecord | string)[] = [];
  #lost = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(level: LevelName, formatter: FormatterFunction, sink: LineSink) {
    super(level, { formatter });
    this.#sink = sink;
  }

  override handle(record: LogRecord): void {
    if (record.level < this.level) return;
    this.#keep(mayChange(record) ? this.format(record) : record);
    if (record.level >= LogLevels.WARN) this.flush();
  }

  override log(line: string): void {
    this.#keep(line);
  }

  /** Writes what was kept back. Never throws: a log that fails must not take the server with it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#kept.length === 0) return;
    const kept = this.#kept;
    this.#kept = [];
    const lines = kept.map((line) => `${typeof line === "string" ? line : this.format(line)}\n`).join("");
    try {
      this.#writeAll(this.#encoder.encode(this.#notice() + lines));
      this.#lost = 0;
    } catch {
      this.#lost += lines.split("\n").length - 1;
    }
  }

  /** Writes what was kept back, then goes on elsewhere. */
  moveTo(sink: LineSink): void {
    this.flush();
    this.#sink = sink;
  }

  override destroy(): void {
    this.flush();
  }

  #keep(line: LogRecord | string): void {
    this.#kept.push(line);
    if (this.#kept.length >= mostKept) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), longestWait);
  }

  #notice(): string {
    if (this.#lost === 0) return "";
    const msg = `${this.#lost} lines of this log were lost`;
    return `${this.format(new LogRecord({ msg, args: [], level: LogLevels.WARN, loggerName: "log" }))}\n`;
  }

  #writeAll(octets: Uint8Array): void {
    for (let at = 0; at < octets.byteLength;) {
      const written = this.#sink.writeSync(octets.subarray(at));
      if (written <= 0) throw new Deno.errors.WriteZero("the log takes nothing");
      at += written;
    }
  }
}

/** Whether what is logged may be another by the time it is formatted: then it is formatted as it is now. */
function mayChange({ args }: LogRecord): boolean {
  return args.some((fields) => Object.values(Object(fields)).some((value) => typeof value === "object"));
}
