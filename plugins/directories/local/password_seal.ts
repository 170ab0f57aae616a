/** Seals passwords under the key file and opens them again; notices a key that is lost, and one that comes back. */
import { Refusal } from "../../../core/contract/refusal.ts";
import { messageOf } from "../../../core/wire/error_message.ts";
import type { Nobody } from "./nobody.ts";
import { keyIdOf, keyIdOfSealed, seal, unseal } from "./seal.ts";
import { SealKeyError, type SealKeyFile } from "./seal_key_file.ts";

/** Where and how passwords are sealed. */
export class PasswordSeal {
  readonly #file: SealKeyFile;
  readonly #nobody: Pick<Nobody, "address">;
  #key: Uint8Array | undefined;
  /** Sealed under that key for nobody. */
  #nobodys: string | undefined;

  /** Under the key of this file. */
  constructor(file: SealKeyFile, nobody: Pick<Nobody, "address">) {
    this.#file = file;
    this.#nobody = nobody;
  }

  /** A sealed password. @throws Refusal `unavailable` whose text is for the operator, who sets passwords. */
  async seal(address: string, password: string): Promise<string> {
    let key: Uint8Array;
    try {
      // Read each time: passwords must not be sealed under a key whose file is gone.
      key = this.#take(await this.#file.readOrMake());
    } catch (cause) {
      throw new Refusal("unavailable", messageOf(cause), { cause });
    }
    return seal(key, address, password);
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

  /** As much work as `unseal`, for those of whom nothing is sealed. Nothing while there is no key. */
  async unsealNobodys(): Promise<undefined> {
    if (this.#nobodys !== undefined) await this.unseal(this.#nobody.address, this.#nobodys);
  }

  /** Whether the key can be had now. @throws Refusal as `unseal` does. */
  async check(): Promise<void> {
    if (this.#key !== undefined) return;
    try {
      this.#take(await this.#file.read());
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  #take(key: Uint8Array): Uint8Array {
    this.#nobodys = seal(key, this.#nobody.address, "nobody's password");
    return this.#key = key;
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
