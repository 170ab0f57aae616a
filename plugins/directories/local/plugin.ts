/** The local directory as a plugin: `directory: local`, accounts kept in the configured storage. */
import type { DirectoryContext } from "../../../core/contract/context.ts";
import type { Directory } from "../../../core/contract/directory.ts";
import { definePlugin } from "../../../core/contract/plugin.ts";
import { AddressBook } from "./address_book.ts";
import { LocalAdmin } from "./admin.ts";
import { LocalDirectory } from "./directory.ts";
import { KeptSecrets } from "./kept_secrets.ts";
import { Lookup } from "./lookup.ts";
import { type LocalOptions, localOptions } from "./options.ts";
import { Nobody } from "./nobody.ts";
import { type DeriveKey, PasswordHasher } from "./password_hash.ts";
import { PasswordSeal } from "./password_seal.ts";
import { SealKeyFile } from "./seal_key_file.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "directory",
  name: "local",
  summary: "Accounts, aliases and catch-alls, kept in the storage",
  options: localOptions,
  setup: (context, options) => openLocalDirectory(context, options),
});

/** Puts the directory together; tests count what `derive` is asked for. */
export async function openLocalDirectory(
  context: DirectoryContext,
  options: LocalOptions,
  derive?: DeriveKey,
): Promise<Directory> {
  const { accounts, domains, hostname, log, neededSecrets: needed } = context;
  const book = new AddressBook({
    domains,
    foldLocalParts: options.fold_local_parts,
    separator: options.subaddress_separator,
    multidrop: options.multidrop,
  });
  const strange = options.multidrop.find((domain) => book.localDomain(domain.replace(/^\*\./, "")) === undefined);
  if (strange !== undefined) {
    throw new Error(`multidrop: ${strange} is of no local domain (those are ${book.domains.join(", ")})`);
  }
  const lookup = new Lookup(accounts, book);
  const hasher = new PasswordHasher({ logN: options.password_hash_cost }, derive);
  const nobody = new Nobody();
  const seal = new PasswordSeal(new SealKeyFile(context.dataFolder), nobody);
  const secrets = new KeptSecrets({ needed, hostname, book, hasher, seal, nobody });
  const admin = new LocalAdmin({ accounts, book, secrets, canServeOtp: needed.has("otp"), atOnce: hasher.atOnce, log });
  const directory = new LocalDirectory({
    accounts,
    needed,
    lookup,
    hasher,
    seal,
    secrets,
    nobody,
    admin,
    administrators: options.administrators,
    log,
    now: () => context.now(),
  });
  await directory.start();
  return directory;
}
