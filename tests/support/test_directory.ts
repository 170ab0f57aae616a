/** A directory in memory that keeps passwords as they are and so serves every mechanism, and authentication over it. */
import { createHash } from "node:crypto";
import type {
  AccountId,
  Authentication,
  AuthMechanism,
  BaseContext,
  Directory,
  OtpSequence,
  PluginDefinition,
  Recipient,
  ScramSecret,
  SecretByScheme,
  SecretScheme,
} from "../../core/contract/mod.ts";
import { silentLog } from "../../core/observe/log.ts";
import { type AuthenticationSettings, createAuthentication } from "../../core/sasl/authentication.ts";
import { digestSecret } from "../../core/sasl/digest_keys.ts";
import { prepareStored } from "../../core/sasl/saslprep.ts";
import { deriveScramKeys, type ScramHash, scramIterations } from "../../core/sasl/scram_keys.ts";
import apop from "../../plugins/auth/apop.ts";
import cramMd5 from "../../plugins/auth/cram_md5.ts";
import digestMd5 from "../../plugins/auth/digest_md5/plugin.ts";
import external from "../../plugins/auth/external.ts";
import login from "../../plugins/auth/login.ts";
import plain from "../../plugins/auth/plain.ts";
import scramSha1 from "../../plugins/auth/scram/sha_1.ts";
import scramSha256 from "../../plugins/auth/scram/sha_256.ts";
import scramSha512 from "../../plugins/auth/scram/sha_512.ts";

/** What a test directory does besides keeping passwords. */
export interface TestDirectoryOptions {
  /** Schemes that it keeps; default all. */
  readonly schemes?: readonly SecretScheme[];
  /** Address → addresses that it may act as and send as, besides itself. */
  readonly delegates?: Readonly<Record<string, readonly string[]>>;
  /** Address → where its mail goes. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** Address → second password. */
  readonly second?: Readonly<Record<string, string>>;
  /** Address → sequence of one-time passwords as it is now: logins change it. */
  readonly otp?: Record<string, OtpSequence>;
  /** Address → account, where a storage has given them their ids; default what `testAccount` makes. */
  readonly accounts?: Readonly<Record<string, AccountId>>;
}

/** An account's id in a test directory. */
export function testAccount(address: string): AccountId {
  return address as AccountId;
}

type SecretMakers = {
  readonly [S in SecretScheme]: () => SecretByScheme[S] | undefined | Promise<SecretByScheme[S]>;
};

/**
 * A directory of these addresses and passwords. A login is an address or the local part of one; domains of the
 * addresses are local; mail to `local+detail` goes to `local`.
 */
export function testDirectory(
  passwords: Readonly<Record<string, string>>,
  {
    schemes = ["plain", "digest-md5", "scram-sha-1", "scram-sha-256", "scram-sha-512"],
    delegates = {},
    aliases = {},
    second = {},
    otp = {},
    accounts = {},
  }: TestDirectoryOptions = {},
): Directory {
  const addresses = Object.keys(passwords);
  const accountOf = (address: string) => accounts[address] ?? testAccount(address);
  const domains = new Set([...addresses, ...Object.keys(aliases)].map((address) => address.split("@")[1]));
  const secretSchemes = new Set(schemes);

  function addressOf(login: string): string | undefined {
    const wanted = login.toLowerCase();
    return addresses.find((address) => address === wanted) ??
      addresses.find((address) => address.split("@")[0] === wanted);
  }
  async function scram(address: string, hash: ScramHash): Promise<ScramSecret> {
    const salt = new Uint8Array(createHash("sha256").update(address).digest()).subarray(0, 16);
    const keys = await deriveScramKeys(hash, passwords[address] ?? "", salt);
    if (keys === undefined) throw new Error(`the test password of ${address} cannot be prepared`);
    return { account: accountOf(address), salt, iterations: scramIterations, ...keys };
  }
  /** Made when asked for: keys of SCRAM take milliseconds. */
  function secrets(address: string, login: string, realm: string): SecretMakers {
    const [account, password] = [accountOf(address), passwords[address] ?? ""];
    return {
      "plain": () => ({ account, password }),
      "digest-md5": () => ({ account, ha1: digestSecret(login, realm, password) }),
      "scram-sha-1": () => scram(address, "sha1"),
      "scram-sha-256": () => scram(address, "sha256"),
      "scram-sha-512": () => scram(address, "sha512"),
      "otp": () => otp[address] && { account, ...otp[address] },
    };
  }
  function find(login: string): AccountId | undefined {
    const address = addressOf(login);
    return address === undefined ? undefined : accountOf(address);
  }
  function mayUse(account: AccountId, address: string): boolean {
    const own = addresses.find((one) => accountOf(one) === account) ?? account;
    return own === address || (delegates[own] ?? []).includes(address);
  }

  return {
    canCheckPassword: true,
    secretSchemes,
    checkPassword(login, password, mayBeSecond = false) {
      const address = addressOf(login) ?? "";
      const kept = [passwords[address], ...mayBeSecond ? [second[address]] : []];
      const isRight = kept.some((one) => one !== undefined && (prepareStored(one) ?? one) === password);
      return Promise.resolve(isRight ? find(login) : undefined);
    },
    async secret<S extends SecretScheme>(login: string, scheme: S, realm = "") {
      const address = addressOf(login);
      if (address === undefined || !secretSchemes.has(scheme)) return undefined;
      return await secrets(address, login, realm)[scheme]();
    },
    advanceOtp({ account, ...from }, to) {
      const address = addresses.find((address) => accountOf(address) === account) ?? "";
      const { sequence, seed } = otp[address] ?? {};
      const isStill = sequence === from.sequence && seed === from.seed;
      if (isStill) otp[address] = to;
      return Promise.resolve(isStill);
    },
    findAccount: (login) => Promise.resolve(find(login)),
    mayActAs(account, authorizeAs) {
      const address = addressOf(authorizeAs);
      return Promise.resolve(address !== undefined && mayUse(account, address) ? accountOf(address) : undefined);
    },
    maySendAs: (account, address) => Promise.resolve(mayUse(account, address.toLowerCase())),
    resolve(address): Promise<Recipient> {
      const [, local = "", detail, domain = ""] = /^([^+@]*)(?:\+([^@]*))?@(.*)$/.exec(address.toLowerCase()) ?? [];
      const to = aliases[`${local}@${domain}`];
      if (to !== undefined) return Promise.resolve({ kind: "redirect", to });
      if (!domains.has(domain)) return Promise.resolve({ kind: "remote" });
      const account = addresses.includes(`${local}@${domain}`) ? accountOf(`${local}@${domain}`) : undefined;
      if (account === undefined) return Promise.resolve({ kind: "unknown" });
      return Promise.resolve({ kind: "account", account, ...(detail === undefined ? {} : { detail }) });
    },
  };
}

/** What test authentication may be told. */
export type TestAuthenticationOptions = Partial<Omit<AuthenticationSettings, "directory">>;

/** Authentication with all mechanisms over a directory; failures cost nothing unless the options say so. */
export function testAuthentication(directory: Directory, options: TestAuthenticationOptions = {}): Authentication {
  const { hostname = "mail.example.org", now = () => new Date() } = options;
  return createAuthentication({
    mechanisms: testMechanisms({ hostname, now }),
    domain: "example.org",
    cleartextAuth: false,
    authDelay: 0,
    log: silentLog,
    ...options,
    hostname,
    now,
    directory,
  });
}

/** All mechanisms that need no options, in the order of strength. */
export function testMechanisms(context: Partial<BaseContext> = {}): AuthMechanism[] {
  return [
    setUpMechanism(external, undefined, context),
    setUpMechanism(scramSha512, undefined, context),
    setUpMechanism(scramSha256, undefined, context),
    setUpMechanism(scramSha1, undefined, context),
    setUpMechanism(digestMd5, undefined, context),
    setUpMechanism(cramMd5, undefined, context),
    setUpMechanism(apop, undefined, context),
    setUpMechanism(plain, undefined, context),
    setUpMechanism(login, undefined, context),
  ];
}

/** A mechanism as the server would set it up. @throws where its schema refuses the options. */
export function setUpMechanism<Options>(
  plugin: PluginDefinition<"auth", Options>,
  options?: unknown,
  context: Partial<BaseContext> = {},
): AuthMechanism {
  const validated = plugin.options["~standard"].validate(options);
  if (validated.issues !== undefined) {
    throw new Error(validated.issues.map(({ message, path }) => `${path?.join(".")}: ${message}`).join("; "));
  }
  const mechanism = plugin.setup({
    log: silentLog,
    hostname: "mail.example.org",
    shutdown: new AbortController().signal,
    now: () => new Date(),
    ...context,
  }, validated.value);
  if (mechanism instanceof Promise) throw new Error(`${plugin.name} is set up at once`);
  return mechanism;
}
