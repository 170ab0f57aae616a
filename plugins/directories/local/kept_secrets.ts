/**
 * What is kept of a password: always a scrypt hash, and for each scheme that the configured mechanisms need what serves
 * it. Names in the account's secrets are "scrypt" and those of the schemes. What is not made of the password stays when that
 * is set: "second" is the hash of a second password, for services that take one, of which nothing else is kept; "otp" how
 * far the one-time passwords have come; "mark" is another one whenever an operator has set any of these.
 */
import { randomBytes } from "node:crypto";
import type { Account, Secrets } from "../../../core/contract/accounts.ts";
import type { SecretByScheme, SecretScheme } from "../../../core/contract/authentication.ts";
import { digestSecret } from "../../../core/sasl/digest_keys.ts";
import { prepareStored } from "../../../core/sasl/saslprep.ts";
import { deriveScramKeys, type ScramHash, scramIterations, scramSaltLength } from "../../../core/sasl/scram_keys.ts";
import type { Address, AddressBook } from "./address_book.ts";
import { type DigestName, digestNames, findDigest, isRealmOf, printDigests } from "./digest_text.ts";
import type { Nobody, OpenScheme } from "./nobody.ts";
import type { PasswordHasher } from "./password_hash.ts";
import type { PasswordSeal } from "./password_seal.ts";
import { parseOtp } from "./otp_text.ts";
import { parseScram, printScram } from "./scram_text.ts";

/** What secrets are made with. */
export interface SecretParts {
  /** Schemes to keep. */
  readonly needed: ReadonlySet<SecretScheme>;
  /** The server's own name: DIGEST-MD5's usual realm. */
  readonly hostname: string;
  /** Reads addresses. */
  readonly book: AddressBook;
  /** Makes hashes. */
  readonly hasher: PasswordHasher;
  /** Seals passwords. */
  readonly seal: PasswordSeal;
  /** Who is asked for where there is no account. */
  readonly nobody: Nobody;
}

/** Whose secrets are read. */
type Asked = Pick<Account | Nobody, "id" | "address" | "secrets">;

/** Those of which what is kept is made of the password. */
type PasswordScheme = Exclude<SecretScheme, "otp">;
type ScramScheme = Extract<SecretScheme, `scram-${string}`>;

const scramHashes: Readonly<Record<ScramScheme, ScramHash>> = {
  "scram-sha-1": "sha1",
  "scram-sha-256": "sha256",
  "scram-sha-512": "sha512",
};

/** Makes and reads the secrets of accounts. */
export class KeptSecrets {
  readonly #parts: SecretParts;
  readonly #needed: readonly PasswordScheme[];
  readonly #make: Readonly<Record<PasswordScheme, (address: Address, password: string) => Promise<string | undefined>>>;

  /** With these parts. */
  constructor(parts: SecretParts) {
    this.#parts = parts;
    this.#needed = [...parts.needed].filter((scheme) => scheme !== "otp");
    const { hostname, book, seal } = parts;
    this.#make = {
      "plain": (address, password) => seal.seal(address.canonical, password),
      "digest-md5": (address, password) =>
        Promise.resolve(printDigests(digestNames(address, hostname, book.firstDomain), password)),
      "scram-sha-1": (_address, password) => makeScram("scram-sha-1", password),
      "scram-sha-256": (_address, password) => makeScram("scram-sha-256", password),
      "scram-sha-512": (_address, password) => makeScram("scram-sha-512", password),
    };
  }

  /** All that is to be kept of a password. @throws Refusal `unavailable`. */
  async of(address: Address, password: string): Promise<Secrets> {
    return { scrypt: await this.#parts.hasher.hash(password), ...await this.#schemes(address, password, {}) };
  }

  /** Schemes that are needed, and cannot be had of a password. */
  unserved(password: string): readonly SecretScheme[] {
    return this.#needed.filter((scheme) => !canServe(scheme, password));
  }

  /** What is to be kept of a second password. @throws Refusal `unavailable`. */
  async ofSecond(password: string): Promise<string> {
    return await this.#parts.hasher.hash(password);
  }

  /** All that is kept where the second password has just been proven, and its hash is not of the cost of today. */
  async renewedSecond({ secrets }: Account, password: string): Promise<Secrets | undefined> {
    const isCurrent = secrets.second === undefined || this.#parts.hasher.isCurrent(secrets.second);
    return isCurrent ? undefined : { ...secrets, second: await this.ofSecond(password) };
  }

  /**
   * What is to be kept now of an account whose password has just been proven, where that differs: the hash at the cost
   * of today, schemes that are needed since, none that no mechanism needs any more.
   */
  async renewed({ secrets, address }: Account, password: string): Promise<Secrets | undefined> {
    const { hasher, book } = this.#parts;
    const own = book.read(address);
    const { scrypt, ...kept } = madeOfPassword(secrets);
    if (own === undefined || scrypt === undefined) return undefined;
    const isCurrent = hasher.isCurrent(scrypt);
    if (isCurrent && this.#isComplete(kept, password)) return undefined;
    return {
      scrypt: isCurrent ? scrypt : await hasher.hash(password),
      ...await this.#schemes(own, password, kept),
      ...notMadeOfPassword(secrets),
    };
  }

  /**
   * What serves a scheme for an account: undefined where nothing does, or there is no account. Then as much is done with what
   * is nobody's: how long it takes does not tell.
   */
  async find<S extends SecretScheme>(
    account: Account | undefined,
    scheme: S,
    name: DigestName,
  ): Promise<SecretByScheme[S] | undefined> {
    const { nobody } = this.#parts;
    const { id, address, secrets } = account ?? nobody;
    const owned = <Secret>(secret: Secret | undefined) =>
      Promise.resolve(id === undefined || secret === undefined ? undefined : { account: id, ...secret });
    const read = <Secret>(scheme: OpenScheme, parse: (text: string) => Secret) => {
      const secret = parse(secrets[scheme] ?? nobody.secrets[scheme]);
      return owned(secrets[scheme] === undefined ? undefined : secret);
    };
    const readers: { readonly [S in SecretScheme]: () => Promise<SecretByScheme[S] | undefined> } = {
      "plain": async () => {
        const password = await this.#password({ id, address, secrets });
        return await owned(password === undefined ? undefined : { password });
      },
      "digest-md5": async () => {
        const ha1 = await this.#digest({ id, address, secrets }, name);
        return await owned(ha1 && { ha1 });
      },
      "scram-sha-1": () => read("scram-sha-1", parseScram),
      "scram-sha-256": () => read("scram-sha-256", parseScram),
      "scram-sha-512": () => read("scram-sha-512", parseScram),
      "otp": () => read("otp", parseOtp),
    };
    return await readers[scheme]();
  }

  async #schemes(address: Address, password: string, kept: Secrets): Promise<Secrets> {
    const made: Record<string, string> = {};
    for (const scheme of this.#needed) {
      const current = kept[scheme];
      const text = current !== undefined && isUpToDate(scheme, current)
        ? current
        : await this.#make[scheme](address, password);
      if (text !== undefined) made[scheme] = text;
    }
    return made;
  }

  #isComplete(kept: Secrets, password: string): boolean {
    const servable = this.#needed.filter((scheme) => canServe(scheme, password));
    return Object.keys(kept).length === servable.length &&
      servable.every((scheme) => kept[scheme] !== undefined && isUpToDate(scheme, kept[scheme]));
  }

  async #password({ address, secrets: { plain } }: Asked): Promise<string | undefined> {
    const { needed, seal } = this.#parts;
    if (!needed.has("plain")) return undefined;
    return plain === undefined ? await seal.unsealNobodys() : await seal.unseal(address, plain);
  }

  /** Kept for the names that clients usually write; from the password, where that is kept, for others in the same realms. */
  async #digest(asked: Asked, name: DigestName): Promise<Uint8Array | undefined> {
    const { nobody } = this.#parts;
    const kept = asked.id === undefined ? undefined : asked.secrets["digest-md5"];
    const found = kept === undefined
      ? void findDigest(nobody.secrets["digest-md5"], nobody.digestName)
      : findDigest(kept, name);
    // In any case: whether the name is one of those that the account is kept for does not show.
    const password = await this.#password(asked);
    const made = digestSecret(name.user, name.realm, password ?? "");
    const isMade = password !== undefined && isRealmOf(asked.address, name.realm, this.#parts.hostname);
    return found ?? (isMade ? made : undefined);
  }
}

/** What an operator may read of an account's secrets: their names. */
export function namesOfSecrets(secrets: Secrets): string[] {
  return Object.keys(secrets).filter((name) => name !== "mark");
}

/** What stays when a password is set. */
export function notMadeOfPassword({ second, otp, mark }: Secrets): Secrets {
  return {
    ...second !== undefined && { second },
    ...otp !== undefined && { otp },
    ...mark !== undefined && { mark },
  };
}

/** The rest. */
function madeOfPassword({ second: _second, otp: _otp, mark: _mark, ...made }: Secrets): Secrets {
  return made;
}

function isScram(scheme: SecretScheme): scheme is ScramScheme {
  return scheme in scramHashes;
}

/** RFC 5802 §2.2: SCRAM has no keys for passwords that cannot be prepared. */
function canServe(scheme: SecretScheme, password: string): boolean {
  return !isScram(scheme) || prepareStored(password) !== undefined;
}

/** Users that are not there are answered with the iterations of today: so must be all others. */
function isUpToDate(scheme: SecretScheme, text: string): boolean {
  return !isScram(scheme) || parseScram(text).iterations === scramIterations;
}

async function makeScram(scheme: ScramScheme, password: string): Promise<string | undefined> {
  const salt = new Uint8Array(randomBytes(scramSaltLength));
  const keys = await deriveScramKeys(scramHashes[scheme], password, salt);
  return keys && printScram(scheme.toUpperCase(), { salt, iterations: scramIterations, ...keys });
}
