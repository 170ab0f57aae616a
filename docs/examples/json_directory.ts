/**
 * Accounts from a JSON file: `{ "ada@example.org": "scrypt:SALT:HASH", … }`, read again when it has changed. A line for it:
 * `deno run json_directory.ts ada@example.org` asks at a terminal for a password, which it shows, and prints one.
 *
 *     directory: { use: ./json_directory.ts, options: { file: /etc/mail/accounts.json } }
 */
import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { type AccountId, type Accounts, definePlugin, equalInConstantTime, options, text } from "@quetzal/server";

const derive = promisify(scrypt) as (password: string, salt: Uint8Array, length: number) => Promise<Uint8Array>;
/** Nobody's: looked at where there is no account, so that this takes as long. */
const nobody = `scrypt:${"00".repeat(16)}:${"00".repeat(32)}`;

/** What is kept of a password. */
export async function hashOf(password: string, salt: Uint8Array = randomBytes(16)): Promise<string> {
  return `scrypt:${salt.toHex()}:${(await derive(password, salt, 32)).toHex()}`;
}

export default definePlugin({
  apiVersion: 1,
  kind: "directory",
  name: "json",
  summary: "Accounts from a JSON file",
  options: options({ file: text("the path of a JSON file") }),
  setup({ accounts, domains }, { file }) {
    const people = new People(file);
    const addressOf = (login: string) => (login.includes("@") ? login : `${login}@${domains[0]}`).toLowerCase();
    const find = async (login: string): Promise<AccountId | undefined> => {
      const address = addressOf(login);
      return (await people.now()).has(address) ? await accountOf(accounts, address) : undefined;
    };
    return {
      canCheckPassword: true,
      secretSchemes: new Set(),
      async checkPassword(login, password) {
        const kept = (await people.now()).get(addressOf(login));
        const [, salt = "", hash = ""] = (kept ?? nobody).split(":");
        const found = await derive(password, Uint8Array.fromHex(salt), 32);
        const isRight = equalInConstantTime(found, Uint8Array.fromHex(hash));
        return kept !== undefined && isRight ? await find(login) : undefined;
      },
      secret: () => Promise.resolve(undefined),
      findAccount: find,
      mayActAs: async (account, login) => await find(login) === account ? account : undefined,
      maySendAs: async (account, address) => await find(address) === account,
      async resolve(address) {
        if (!domains.includes(address.slice(address.lastIndexOf("@") + 1).toLowerCase())) return { kind: "remote" };
        const account = await find(address);
        return account === undefined ? { kind: "unknown" } : { kind: "account", account };
      },
    };
  },
});

/** Mail is kept in the storage: whoever is in the file gets an account there when it is first needed. */
async function accountOf(accounts: Accounts, address: string): Promise<AccountId | undefined> {
  const found = await accounts.accountByAddress(address);
  if (found !== undefined) return found.id;
  await accounts.changeAccounts([{ do: "createAccount", address, secrets: {} }]).catch(() => {
    // Somebody else was quicker.
  });
  return (await accounts.accountByAddress(address))?.id;
}

/** The file's content, as of its last change. A file that cannot be read is an error: the client is told to come again. */
class People {
  readonly #file: string;
  #changedAt = NaN;
  #people = new Map<string, string>();

  constructor(file: string) {
    this.#file = file;
  }

  async now(): Promise<ReadonlyMap<string, string>> {
    const changedAt = (await Deno.stat(this.#file)).mtime?.getTime() ?? 0;
    if (changedAt === this.#changedAt) return this.#people;
    const read: unknown = JSON.parse(await Deno.readTextFile(this.#file));
    const people = new Map<string, string>();
    for (const [address, hash] of Object.entries(read ?? {})) {
      if (/^scrypt:[0-9a-f]{32}:[0-9a-f]{64}$/.test(String(hash))) people.set(address.toLowerCase(), String(hash));
      else throw new Error(`${this.#file}: ${address}: expected scrypt:SALT:HASH`);
    }
    this.#changedAt = changedAt;
    return this.#people = people;
  }
}

if (import.meta.main) {
  const [address = ""] = Deno.args, password = prompt("Password:");
  if (!password) throw new Error("an entry needs a password");
  console.log(JSON.stringify({ [address]: await hashOf(password) }));
}
