/** What `start` makes in ./data, and what it knows of it later: two accounts, whose passwords are kept beside it. */
import { loadConfigText } from "../config/load_config.ts";
import { valueAt } from "../config/plain_value.ts";
import type { Directory, DirectoryAdmin } from "../contract/directory.ts";
import { syncFolder, writeLasting } from "../server/lasting.ts";
import { withPlugins } from "../server/load_server.ts";
import { isThere } from "./is_there.ts";
import { readablePassword } from "./readable_password.ts";
import { adminOf, withDirectory } from "./with_directory.ts";

/** Everything is in here; the permissions of `deno task start` name it too. */
const folder = "./data";
/** The configuration. */
export const firstLookFile = `${folder}/mail.yaml`;
/** Who has which password: of a first look only, never of a real server. */
export const passwordFile = `${folder}/first_look_passwords.json`;

const addresses = ["alice@example.org", "bob@example.org"] as const;

/** An account to try. */
export interface TrialAccount {
  /** Its address. */
  readonly address: string;
  /** Undefined when it was changed, or is kept no more. */
  readonly password: string | undefined;
}

/** Makes what is missing; the configuration last, so that what was interrupted is made again. */
export async function makeFirstLook(): Promise<void> {
  if (await isThere(firstLookFile)) return;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (!await isThere(`${folder}/tls/cert.pem`)) {
    const { selfSigned, writeCertificate } = await import("./self_signed.ts");
    // A key without its certificate is of an interrupted start.
    if (await isThere(`${folder}/tls/key.pem`)) await Deno.remove(`${folder}/tls/key.pem`);
    await writeCertificate(`${folder}/tls`, await selfSigned(["localhost", "127.0.0.1"], new Date()));
  }
  const passwords = addresses.map((address) => [address, readablePassword()] as const);
  const written = `${JSON.stringify(Object.fromEntries(passwords), null, 2)}\n`;
  await writeLasting(passwordFile, written, { mode: 0o600 });
  const loaded = await withPlugins(loadConfigText(configuration, firstLookFile));
  await withDirectory(loaded, (directory) => setAccounts(adminOf(directory, loaded.config), passwords));
  await writeLasting(`${firstLookFile}.new`, configuration);
  await Deno.rename(`${firstLookFile}.new`, firstLookFile);
  await syncFolder(folder);
}

/** The accounts of the first look, as far as they are still as they were made. */
export async function readFirstLook(directory: Directory): Promise<readonly TrialAccount[]> {
  const passwords = await readPasswords();
  return await Promise.all(addresses.map(async (address) => {
    const password = valueAt(passwords, [address]);
    const isCurrent = typeof password === "string" && await directory.checkPassword(address, password) !== undefined;
    return { address, password: isCurrent ? password : undefined };
  }));
}

async function readPasswords(): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(passwordFile));
  } catch (error) {
    // Without the file, or with another in its place, they are simply not known.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Accounts of an interrupted start get the new passwords. */
async function setAccounts(
  admin: DirectoryAdmin,
  passwords: readonly (readonly [address: string, password: string])[],
): Promise<void> {
  const known = new Set((await admin.list()).map(({ address }) => address));
  for (const [address, password] of passwords) {
    if (known.has(address)) await admin.setPassword(address, password);
    else await admin.add(address, password);
  }
}

const configuration =
  `# A first look: everything is on 127.0.0.1 and in this folder. "main.ts init" makes a configuration for a real domain.
hostname: localhost
domains: [example.org]
data: .
tls: { certificate: ./tls/cert.pem, key: ./tls/key.pem }
auth: [plain, login, cram-md5, digest-md5, apop, scram-sha-256]
protocols:
  # Mail from other servers.
  - { use: smtp, listen: ["127.0.0.1:2525 starttls"] }
  # Mail from the people who have accounts here.
  - { use: smtp, listen: ["127.0.0.1:2587 starttls", "127.0.0.1:2465 tls"], options: { mode: submission } }
  # They read it, and keep it here.
  - { use: imap, listen: ["127.0.0.1:2143 starttls", "127.0.0.1:2993 tls"] }
  # They fetch it.
  - { use: pop3, listen: ["127.0.0.1:2110 starttls", "127.0.0.1:2995 tls"] }
`;
