/**
 * The key file under which passwords are sealed: `seal.key` in the data folder, for its owner's eyes only. Made when the
 * first password is sealed; whoever has it and the storage has the passwords, whoever loses it loses them.
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { messageOf } from "../../../core/wire/error_message.ts";
import { sealKeyLength } from "./seal.ts";

/** The key cannot be had; the message tells an operator why, and what to do. */
export class SealKeyError extends Error {
  override readonly name = "SealKeyError";
}

/** Octets of the file that are looked at: more than it ever has. */
const longest = 256;

/** Reads and makes the key file. */
export class SealKeyFile {
  readonly #path: string;

  /** In this folder. */
  constructor(folder: string) {
    this.#path = `${folder}/seal.key`;
  }

  /** The key. @throws SealKeyError where there is none, or none that may be trusted. */
  async read(): Promise<Uint8Array> {
    const key = await this.#tryRead();
    if (key !== undefined) return key;
    throw new SealKeyError(
      `${this.#path} is missing: without it the passwords kept for CRAM-MD5 and APOP cannot be read; ` +
        "put it back from a backup, or set these passwords anew",
    );
  }

  /** The key, made where there is none. @throws SealKeyError. */
  async readOrMake(): Promise<Uint8Array> {
    const key = await this.#tryRead();
    if (key !== undefined) return key;
    await this.#make();
    return await this.read();
  }

  async #tryRead(): Promise<Uint8Array | undefined> {
    try {
      using file = await Deno.open(this.#path);
      // Of the open file, not of its name: that may be another's by now.
      this.#checkMode((await file.stat()).mode);
      const octets = new Uint8Array(longest);
      const length = await file.read(octets) ?? 0;
      return this.#parse(new TextDecoder().decode(octets.subarray(0, length)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      if (error instanceof SealKeyError) throw error;
      throw new SealKeyError(`${this.#path} cannot be read: ${messageOf(error)}; it must belong to the server's user`, {
        cause: error,
      });
    }
  }

  /** Null where the system has no such modes. */
  #checkMode(mode: number | null): void {
    if (mode === null || (mode & 0o077) === 0) return;
    const found = (mode & 0o777).toString(8).padStart(4, "0");
    throw new SealKeyError(
      `${this.#path} has mode ${found}, so that others may read it: expected 0600; run chmod 600 on it, ` +
        "and if others may have read it, remove it and set all passwords anew",
    );
  }

  #parse(text: string): Uint8Array {
    const key = Buffer.from(text.trim(), "base64");
    if (key.length === sealKeyLength) return new Uint8Array(key);
    throw new SealKeyError(
      `${this.#path} holds no key: expected ${sealKeyLength} octets in Base64; put it back from a backup, ` +
        "or remove it and set the passwords for CRAM-MD5 and APOP anew",
    );
  }

  /** All of the file appears at once, and only where there was none: of two processes, one makes it. */
  async #make(): Promise<void> {
    const draft = `${this.#path}.${crypto.randomUUID()}`;
    try {
      using file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 });
      await writeAll(file, new TextEncoder().encode(`${randomBytes(sealKeyLength).toString("base64")}\n`));
      // What is sealed under the key must not outlive it in a loss of power.
      await file.sync();
      await Deno.link(draft, this.#path);
      await syncFolder(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return;
      throw new SealKeyError(`${this.#path} cannot be made: ${messageOf(error)}`, { cause: error });
    } finally {
      await Deno.remove(draft).catch(() => {});
    }
  }
}

async function writeAll(file: Deno.FsFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
}

async function syncFolder(path: string): Promise<void> {
  // There a folder cannot be opened.
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path.slice(0, path.lastIndexOf("/")));
  await folder.sync();
}
