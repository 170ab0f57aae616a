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
const LF = 10;

/**
 * Keeps lines back for some milliseconds, so that a busy server formats and writes many at once, which takes a third of the
 * time; WARN and worse go out at once.
 */
export class LineHandler extends BaseHandler {
  readonly #encoder = new TextEncoder();
  #sink: LineSink;
  #kept: (LogRecord | string)[] = [];
  #lost = 0;
  /** Whether the sink has taken a part of a line, and not its end: the next one must not be taken for that. */
  #isCut = false;
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
    const before = this.#encoder.encode(this.#notice()), octets = this.#encoder.encode(lines);
    const isNoticed = before.length === this.#write(before);
    if (isNoticed) this.#lost = 0;
    this.#lost += linesIn(octets.subarray(isNoticed ? this.#write(octets) : 0));
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
    const end = this.#isCut ? "\n" : "";
    return `${end}${this.format(new LogRecord({ msg, args: [], level: LogLevels.WARN, loggerName: "log" }))}\n`;
  }

  /** As many octets as the sink takes. Gives how many those are. */
  #write(octets: Uint8Array): number {
    let taken = 0;
    try {
      while (taken < octets.length) {
        const written = this.#sink.writeSync(octets.subarray(taken));
        if (written <= 0) break;
        taken += written;
      }
    } catch {
      // What it did not take is lost.
    }
    if (taken > 0) this.#isCut = octets[taken - 1] !== LF;
    return taken;
  }
}

/** How many lines end in these octets. */
function linesIn(octets: Uint8Array): number {
  return octets.reduce((count, octet) => octet === LF ? count + 1 : count, 0);
}

/** Whether what is logged may be another by the time it is formatted: then it is formatted as it is now. */
function mayChange({ args }: LogRecord): boolean {
  return args.some((fields) => Object.values(Object(fields)).some((value) => typeof value === "object"));
}
