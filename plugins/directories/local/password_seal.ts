/** Seals passwords under the key file and opens them again; notices a key that is lost, and one that comes back. */
import { Refusal } from "../../../core/contract/refusal.ts";
import { keyIdOf, keyIdOfSealed, seal, unseal } from "./seal.ts";
import { SealKeyError, type SealKeyFile } from "./seal_key_file.ts";

/** Where and how passwords are sealed. */
export class PasswordSeal {
  readonly #file: SealKeyFile;
  #key: Uint8Array | undefined;

  /** Under the key of this file. */
  constructor(file: SealKeyFile) {
    this.#file = file;
  }

  /** A sealed password. @throws Refusal `unavailable` whose text is for the operator, who sets passwords. */
  async seal(address: string, password: string): Promise<string> {
    try {
      // Read each time: passwords must not be sealed under a key whose file is gone.
      this.#key = await this.#file.readOrMake();
    } catch (cause) {
      throw new Refusal("unavailable", cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return seal(this.#key, address, password);
  }

  /** The password. @throws Refusal `unavailable`, whose cause is for the operator. */
  async unseal(address: string, sealed: string): Promise<string> {
    const keyId = keyIdOfSealed(sealed);
    const key = await this.#keyOf(keyId);
    const password = key && unseal(key, address, sealed);
    if (password !== undefined) return password;
    throw unavailable(
      new SealKeyError(
        key === undefined
          ? `the password of ${address} is sealed under another key (${keyId}) than that of seal.key; ` +
            "put the old file back from a backup, or set the password anew"
          : `the sealed password of ${address} was damaged or is another account's: set the password anew`,
      ),
    );
  }

  /** Whether the key can be had now. @throws Refusal as `unseal` does. */
  async check(): Promise<void> {
    if (this.#key !== undefined) return;
    try {
      this.#key = await this.#file.read();
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async #keyOf(keyId: string | undefined): Promise<Uint8Array | undefined> {
    await this.check();
    if (this.#key !== undefined && keyIdOf(this.#key) === keyId) return this.#key;
    // Another process may have made a new one.
    this.#key = undefined;
    await this.check();
    return this.#key !== undefined && keyIdOf(this.#key) === keyId ? this.#key : undefined;
  }
}

/** Clients learn that it is not their fault; operators learn what to do. */
function unavailable(cause: unknown): Refusal {
  return new Refusal("unavailable", "kept passwords cannot be used now", { cause });
}
