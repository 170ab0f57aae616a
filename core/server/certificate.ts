/** The server's certificate and key, read from their files and checked before anything stands on them. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import type { ServerConfig, TlsConfig } from "../config/server_config.ts";
import { ConfigurationError } from "./configuration_error.ts";

/** What both engines need. */
export interface Certificate {
  /** PEM: the certificate, then its chain. */
  readonly certificate: string;
  /** PEM: its private key. */
  readonly key: string;
  /** PEM: authorities of client certificates; absent: clients are asked for none. */
  readonly clientAuthorities?: string;
  /** Channel binding data of the type tls-server-end-point (RFC 5929 §4.1); undefined where it is not defined. */
  readonly endPoint: Uint8Array | undefined;
  /** After this it is worth nothing. */
  readonly validTo: Date;
}

/** Reads and checks the files; undefined where the configuration has no TLS. @throws ConfigurationError. */
export async function readCertificate({ tls, source }: ServerConfig): Promise<Certificate | undefined> {
  if (tls === undefined) return undefined;
  const problems: string[] = [];
  const attempt = async <T>(key: string, file: string, expected: string, parse: (text: string) => T) => {
    try {
      const text = await Deno.readTextFile(file);
      return { text, parsed: parse(text) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`${source.file}  tls.${key}: ${file} cannot be used: expected ${expected} (${reason})`);
      return undefined;
    }
  };
  const chain = await attempt(
    ...["certificate", tls.certificate] as const,
    "a PEM file of the certificate and its chain",
    (text) => new X509Certificate(text),
  );
  const key = await attempt("key", tls.key, "a PEM file of its private key", (text) => createPrivateKey(text));
  const authorities = await readAuthorities(tls, attempt);
  if (chain && key && !chain.parsed.checkPrivateKey(key.parsed)) {
    problems.push(`${source.file}  tls.key: ${tls.key} is not the key of the certificate in ${tls.certificate}`);
  }
  if (chain === undefined || key === undefined || problems.length > 0) throw new ConfigurationError(problems);
  return {
    certificate: chain.text,
    key: key.text,
    ...authorities && { clientAuthorities: authorities.text },
    endPoint: endPointOf(chain.parsed),
    validTo: new Date(chain.parsed.validTo),
  };
}

async function readAuthorities(
  { clientAuthorities }: TlsConfig,
  attempt: <T>(
    key: string,
    file: string,
    expected: string,
    parse: (text: string) => T,
  ) => Promise<{ readonly text: string } | undefined>,
): Promise<{ readonly text: string } | undefined> {
  if (clientAuthorities === undefined) return undefined;
  const expected = "a PEM file of the authorities of client certificates";
  return await attempt("client_ca", clientAuthorities, expected, (text) => new X509Certificate(text));
}

/** RFC 5929 §4.1: the certificate's digest by the hash of its signature, or by SHA-256 where that is MD5 or SHA-1. */
function endPointOf(certificate: X509Certificate): Uint8Array | undefined {
  const hash = signatureHash(certificate.raw);
  return hash === undefined ? undefined : new Uint8Array(createHash(hash).update(certificate.raw).digest());
}

/** Object identifiers of signature algorithms, as DER has them, and their hashes (RFC 5280 §4.1.1.2, RFC 8017, 5758). */
const signatureHashes: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "sha256", // md5WithRSAEncryption
  "2a864886f70d010105": "sha256", // sha1WithRSAEncryption
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d0401": "sha256", // ecdsa-with-SHA1
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER … }, … }. */
function signatureHash(der: Uint8Array): string | undefined {
  const outer = element(der, 0);
  const signed = outer && element(der, outer.start);
  const algorithm = signed && element(der, signed.end);
  const identifier = algorithm && element(der, algorithm.start);
  return identifier && signatureHashes[der.subarray(identifier.start, identifier.end).toHex()];
}

/** Where the content of the DER element at `at` starts and ends (X.690 §8.1.3). */
function element(der: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = der[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  const start = at + 2 + count;
  const length = der.subarray(at + 2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  return count > 4 || start + length > der.length ? undefined : { start, end: start + length };
}
