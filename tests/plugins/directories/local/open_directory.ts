/** The local directory over a storage in memory, with a password hash that costs nothing and is counted. */
import { createHash } from "node:crypto";
import type { SecretScheme } from "../../../../core/contract/authentication.ts";
import type { Directory, DirectoryAdmin } from "../../../../core/contract/directory.ts";
import type { Logger } from "../../../../core/contract/logger.ts";
import type { Storage } from "../../../../core/contract/storage.ts";
import { silentLog } from "../../../../core/observe/log.ts";
import type { LocalOptions } from "../../../../plugins/directories/local/options.ts";
import type { DeriveKey } from "../../../../plugins/directories/local/password_hash.ts";
import { openLocalDirectory } from "../../../../plugins/directories/local/plugin.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";

/** All that may be kept. */
export const allSchemes: readonly SecretScheme[] = [
  "plain",
  "digest-md5",
  "scram-sha-1",
  "scram-sha-256",
  "scram-sha-512",
  "otp",
];

/** How a test directory differs from the usual one. */
export interface Differences extends Partial<LocalOptions> {
  /** None unless given. */
  readonly needed?: readonly SecretScheme[];
  /** An empty one otherwise. */
  readonly storage?: Storage;
  /** A new one otherwise, which `close` removes. */
  readonly folder?: string;
  readonly log?: Logger;
  readonly now?: () => Date;
  readonly derive?: DeriveKey;
}

/** An open directory and what it stands on. */
export interface TestDirectory {
  readonly directory: Directory;
  readonly admin: DirectoryAdmin;
  readonly storage: Storage;
  readonly folder: string;
  /** Passwords that were hashed so far. */
  readonly hashed: () => number;
  close(): Promise<void>;
}

/** Opens one; local domains are example.org and example.net. */
export async function openTestDirectory(differences: Differences = {}): Promise<TestDirectory> {
  const { needed = [], storage = memoryStorage(), log = silentLog, now = () => new Date(), ...rest } = differences;
  const folder = rest.folder ?? await Deno.makeTempDir();
  let hashed = 0;
  const derive = rest.derive ?? cheapKey;
  const options = {
    "password_hash_cost": 15,
    "fold_local_parts": true,
    "subaddress_separator": "+",
    administrators: [],
    multidrop: [],
    ...rest,
  };
  const directory = await openLocalDirectory(
    {
      accounts: storage,
      domains: ["example.org", "example.net"],
      hostname: "mail.example.org",
      neededSecrets: new Set(needed),
      dataFolder: folder,
      shutdown: new AbortController().signal,
      log,
      now,
    },
    options,
    (...parts) => {
      hashed++;
      return derive(...parts);
    },
  );
  if (directory.admin === undefined) throw new Error("the local directory can be administered");
  const close = async () => {
    if (rest.folder === undefined) await Deno.remove(folder, { recursive: true });
  };
  return { directory, admin: directory.admin, storage, folder, hashed: () => hashed, close };
}

/** As different for different passwords, salts and costs as scrypt. */
export function cheapKey(...[password, salt, { logN }, length]: Parameters<DeriveKey>): Promise<Uint8Array> {
  const digest = createHash("sha256").update(`${logN} ${password} `).update(salt).digest();
  return Promise.resolve(new Uint8Array(digest).subarray(0, length));
}
