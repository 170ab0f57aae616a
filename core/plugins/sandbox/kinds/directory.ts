/** Directories: each question is one call. What the storage knows of accounts is given only where `may:` says so. */
import * as v from "valibot";
import type { Accounts } from "../../../contract/accounts.ts";
import type { SecretByScheme, SecretScheme } from "../../../contract/authentication.ts";
import type { DirectoryContext } from "../../../contract/context.ts";
import type { Directory } from "../../../contract/directory.ts";
import { accountId, octets } from "../answers.ts";
import { type Ask, type Ends, type GuestCall, type HostParts, trusted } from "../ends.ts";
import { Denied } from "../errors.ts";
import type { Asks } from "../pending_call.ts";

const schemes = ["plain", "digest-md5", "scram-sha-1", "scram-sha-256", "scram-sha-512"] as const;
const facts = v.object({ canCheckPassword: v.boolean(), secretSchemes: v.array(v.picklist(schemes)) });

/** Both ends of a directory. Its administration, if it has one, is not there: accounts are changed where they are. */
export const directoryEnds: Ends<"directory"> = {
  guest: (directory) => ({
    facts: { canCheckPassword: directory.canCheckPassword, secretSchemes: [...directory.secretSchemes] },
    call: (call) => callDirectory(directory, call),
  }),
  host: hostDirectory,
};

async function callDirectory(directory: Directory, { name, args }: GuestCall): Promise<unknown> {
  switch (name) {
    case "checkPassword":
      return await directory.checkPassword(...trusted<Parameters<Directory["checkPassword"]>>(args));
    case "secret":
      return await directory.secret(...trusted<[string, SecretScheme, string?]>(args));
    case "findAccount":
      return await directory.findAccount(...trusted<[string]>(args));
    case "mayActAs":
      return await directory.mayActAs(...trusted<Parameters<Directory["mayActAs"]>>(args));
    case "maySendAs":
      return await directory.maySendAs(...trusted<Parameters<Directory["maySendAs"]>>(args));
    default:
      return await directory.resolve(...trusted<[string]>(args));
  }
}

const found = v.optional(accountId);
const address = v.pipe(v.string(), v.maxLength(1024));

const recipient = v.variant("kind", [
  v.object({ kind: v.literal("account"), account: accountId, detail: v.exactOptional(address) }),
  v.object({ kind: v.literal("redirect"), to: v.array(address) }),
  v.object({ kind: v.picklist(["remote", "unknown"]) }),
]);

const scram = v.object({
  account: accountId,
  salt: octets,
  iterations: v.pipe(v.number(), v.integer(), v.minValue(1)),
  storedKey: octets,
  serverKey: octets,
});

const secrets: { readonly [Scheme in SecretScheme]: v.GenericSchema<unknown, SecretByScheme[Scheme] | undefined> } = {
  "plain": v.optional(v.object({ account: accountId, password: v.string() })),
  "digest-md5": v.optional(v.object({ account: accountId, ha1: octets })),
  "scram-sha-1": v.optional(scram),
  "scram-sha-256": v.optional(scram),
  "scram-sha-512": v.optional(scram),
  // No directory in a sandbox keeps those (`schemes`).
  "otp": v.undefined(),
};

function hostDirectory({ sandbox, facts: said }: HostParts): Directory {
  const { canCheckPassword, secretSchemes } = v.parse(facts, said);
  const ask = async <Answer>(schema: v.GenericSchema<unknown, Answer>, name: string, ...args: readonly unknown[]) =>
    v.parse(schema, await sandbox.call(name, args));
  return {
    canCheckPassword,
    secretSchemes: new Set(secretSchemes),
    checkPassword: (login, password) => ask(found, "checkPassword", login, password),
    secret: <Scheme extends SecretScheme>(login: string, scheme: Scheme, realm?: string) =>
      ask<SecretByScheme[Scheme] | undefined>(secrets[scheme], "secret", login, scheme, realm),
    findAccount: (login) => ask(found, "findAccount", login),
    mayActAs: (account, authorizeAs) => ask(found, "mayActAs", account, authorizeAs),
    maySendAs: (account, address) => ask(v.boolean(), "maySendAs", account, address),
    resolve: (address) => ask(recipient, "resolve", address),
  };
}

/** In the sandbox: the storage's accounts, as far as the server answers. */
export function remoteAccounts(ask: Ask): Accounts {
  return {
    accountByAddress: async (address) => trusted(await ask("accountByAddress", address)),
    account: async (id) => trusted(await ask("account", id)),
    accounts: async (after, most) => trusted(await ask("accounts", after, most)),
    alias: async (address) => trusted(await ask("alias", address)),
    aliases: async () => trusted(await ask("aliases")),
    changeAccounts: async (batch) => {
      await ask("changeAccounts", batch);
    },
  };
}

const creations = v.array(
  v.object({ do: v.literal("createAccount"), address, secrets: v.record(v.string(), v.string()) }),
);

/** In the server: what a directory may ask of the storage's accounts. Nothing that is kept of a password goes out. */
export function accountAsks(context: Pick<DirectoryContext, "accounts">, may: HostParts["may"]): Asks {
  if (!may.includes("accounts")) return {};
  const { accounts } = context;
  const one = v.tuple([address]);
  return {
    accountByAddress: async (args) => withoutSecrets(await accounts.accountByAddress(v.parse(one, args)[0])),
    account: async (args) => withoutSecrets(await accounts.account(v.parse(v.tuple([accountId]), args)[0])),
    accounts: async (args) => {
      const [after, most = 1000] = v.parse(v.tuple([v.optional(address), v.optional(v.number())]), args);
      return (await accounts.accounts(after, Math.min(most, 1000))).map(withoutSecrets);
    },
    alias: async (args) => await accounts.alias(v.parse(one, args)[0]),
    aliases: async () => await accounts.aliases(),
    changeAccounts: async ([batch]) => {
      const read = v.safeParse(creations, batch);
      if (!read.success) throw new Denied("changeAccounts with something else than createAccount");
      await accounts.changeAccounts(read.output.map((one) => ({ ...one, secrets: {} })));
    },
  };
}

function withoutSecrets<Account extends object>(account: Account | undefined): object | undefined {
  return account && { ...account, secrets: {} };
}
