/** The server's certificate and key, read from their files and checked before anything stands on them. */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { whyUnreadable } from "../../config/read_config.ts";
import type { ServerConfig, TlsConfig } from "../../config/server_config.ts";
import { firstLineOf } from "../../wire/error_message.ts";
import { ConfigurationError } from "../configuration_error.ts";
import { signatureHash } from "./certificate_fields.ts";

/** What both engines need. */
export interface Certificate {
  /** PEM: the certificate, then its chain. */
  readonly certificate: string;
  /** PEM: its private key. */
  readonly key: string;
  /** PEM: authorities of client certificates; absent: clients are asked for none. */
  readonly clientAuthorities?: string;
  /** Channel binding data of the type tls-server-end-point (RFC 5929 §4.1); undefined where it is not defined. */
  readonly endPoint: Uint8Array<ArrayBuffer> | undefined;
  /** Before this it is worth nothing. */
  readonly validFrom: Date;
  /** After this it is worth nothing. */
  readonly validTo: Date;
}

/** Reads and checks the files; undefined where the configuration has no TLS. @throws ConfigurationError. */
export async function readCertificate({ tls, source }: ServerConfig): Promise<Certificate | undefined> {
  if (tls === undefined) return undefined;
  const read = await Promise.all([
    readParsed("certificate", tls.certificate, parseChain),
    readParsed("key", tls.key, parseKey),
    tls.clientAuthorities === undefined ? undefined : readParsed("client_ca", tls.clientAuthorities, parseChain),
  ]);
  const problems = read.flatMap((file) => typeof file === "string" ? [`${source.file}  ${file}`] : []);
  const [chain, key, authorities] = read;
  if (typeof chain === "string" || typeof key === "string" || typeof authorities === "string") {
    throw new ConfigurationError(problems);
  }
  if (!chain.first.checkPrivateKey(key.key)) {
    const why = `${tls.key} is not the key of the certificate in ${tls.certificate}`;
    throw new ConfigurationError([`${source.file}  tls.key: ${why}; give the one that it was made with`]);
  }
  return {
    certificate: chain.pem,
    key: key.pem,
    ...authorities && { clientAuthorities: authorities.pem },
    endPoint: endPointOf(chain.first),
    validFrom: new Date(chain.first.validFrom),
    validTo: new Date(chain.first.validTo),
  };
}

interface Chain {
  readonly pem: string;
  readonly first: X509Certificate;
}

interface PrivateKey {
  readonly pem: string;
  readonly key: KeyObject;
}

/** What a file holds, or what is wrong with it. */
async function readParsed<T>(key: keyof TlsConfig | "client_ca", path: string, parse: (text: string) => T | string) {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    return `tls.${key}: ${path}: ${whyUnreadable(error, key === "key" ? "key.pem" : "cert.pem")}`;
  }
  const parsed = parse(text);
  return typeof parsed === "string" ? `tls.${key}: ${path} ${parsed}` : parsed;
}

/** The certificates of a PEM file (RFC 7468 §5), which may hold the key as well. */
function parseChain(text: string): Chain | string {
  const found = blocks(text, "CERTIFICATE");
  try {
    const [first] = found.map((block) => new X509Certificate(block));
    if (first === undefined) return 'has no certificate in PEM; expected "-----BEGIN CERTIFICATE-----"';
    return { pem: found.join(""), first };
  } catch (error) {
    return `has a certificate that cannot be read: ${firstLineOf(error)}`;
  }
}

/** The private key of a PEM file (RFC 7468 §10, RFC 5915, RFC 8017 A.1.2), which may hold other things as well. */
function parseKey(text: string): PrivateKey | string {
  const [pem] = blocks(text, "(?:[A-Z]+ )?PRIVATE KEY");
  if (pem === undefined) return 'has no private key in PEM; expected "-----BEGIN PRIVATE KEY-----"';
  if (/ENCRYPTED/.test(pem)) {
    return 'is encrypted, and nobody is there to type its passphrase; "openssl pkey -in OLD -out NEW" decrypts it';
  }
  try {
    const key = createPrivateKey(pem);
    return isServed(key)
      ? { pem, key }
      : "is of a kind that cannot be used; expected ECDSA (P-256), Ed25519, or RSA of 2048 bits";
  } catch (error) {
    return `has a private key that cannot be read: ${firstLineOf(error)}`;
  }
}

/** What the TLS engines take. */
function isServed({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  switch (asymmetricKeyType) {
    case "ec":
      return ["prime256v1", "secp384r1", "secp521r1"].includes(asymmetricKeyDetails?.namedCurve ?? "");
    case "ed25519":
      return true;
    case "rsa":
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
    default:
      return false;
  }
}

/** RFC 7468 §2: what stands around the blocks of a file says nothing. */
function blocks(text: string, label: string): string[] {
  const found = text.matchAll(new RegExp(`-----BEGIN (${label})-----[^]*?-----END \\1-----`, "g"));
  return [...found].map(([block]) => `${block}\n`);
}

/** RFC 5929 §4.1: the certificate's digest by the hash of its signature, or by SHA-256 where that is MD5 or SHA-1. */
function endPointOf({ raw }: X509Certificate): Uint8Array<ArrayBuffer> | undefined {
  const hash = signatureHash(raw);
  if (hash === undefined) return undefined;
  return new Uint8Array(createHash(hash === "md5" || hash === "sha1" ? "sha256" : hash).update(raw).digest());
}
