/** The handler of `@std/log` that appends lines to a file, buffered. */
import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, LogLevels } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** Append, overwrite, or insist that there is no such file. */
export type LogMode = "a" | "w" | "x";

/** How a {@linkcode FileHandler} starts. */
export interface FileHandlerOptions extends BaseHandlerOptions {
  /** Where to write. */
  filename: string | URL;
  /** Default `a`. */
  mode?: LogMode;
  /** Octets kept back before a write. Default 4096. */
  bufferSize?: number;
}

/** Appends lines to a file; ERROR lines and worse are written at once. */
export class FileHandler extends BaseHandler {
  protected readonly filename: string;
  protected readonly mode: LogMode;
  protected readonly encoder: TextEncoder = new TextEncoder();
  readonly #buffer: Uint8Array;
  readonly #onUnload = () => this.destroy();
  #used = 0;
  #file: Deno.FsFile | undefined;

  constructor(levelName: LevelName, options: FileHandlerOptions) {
    super(levelName, options);
    this.filename = options.filename instanceof URL ? decodeURIComponent(options.filename.pathname) : options.filename;
    this.mode = options.mode ?? "a";
    this.#buffer = new Uint8Array(options.bufferSize ?? 4096);
  }

  /** Opens the file. */
  override setup(): void {
    this.openFile();
    addEventListener("unload", this.#onUnload);
  }

  override handle(logRecord: LogRecord): void {
    super.handle(logRecord);
    if (logRecord.level >= LogLevels.ERROR) this.flush();
  }

  override log(msg: string): void {
    if (this.#file === undefined) return;
    const line = this.encoder.encode(`${msg}\n`);
    if (this.#used + line.byteLength > this.#buffer.byteLength) this.flush();
    if (line.byteLength > this.#buffer.byteLength) {
      this.#write(line);
    } else {
      this.#buffer.set(line, this.#used);
      this.#used += line.byteLength;
    }
  }

  /** Writes what was kept back. */
  flush(): void {
    if (this.#used === 0) return;
    const kept = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    this.#write(kept);
  }

  /** Writes what was kept back and closes the file. */
  override destroy(): void {
    this.flush();
    this.#file?.close();
    this.#file = undefined;
    removeEventListener("unload", this.#onUnload);
  }

  /** Opens, or opens anew, the file by its name. */
  protected openFile(): void {
    this.#file?.close();
    this.#file = Deno.openSync(this.filename, {
      createNew: this.mode === "x",
      create: this.mode !== "x",
      append: this.mode === "a",
      truncate: this.mode === "w",
      write: true,
    });
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    while (this.#file !== undefined && written < bytes.byteLength) {
      written += this.#file.writeSync(bytes.subarray(written));
    }
  }
}
