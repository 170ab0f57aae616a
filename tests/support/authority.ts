/** A certificate authority for tests (RFC 5280). */
// The library's decorators need it, and need it first.
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** What is to be certified. */
export interface Request {
  /** Whom it is for. */
  readonly names: readonly JsonGeneralName[];
  /** Days from now from which and until which it is valid; default: from yesterday until tomorrow. */
  readonly days?: readonly [number, number];
}

/** Issues certificates. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  /** Certifies. */
  issue(request: Request): Promise<Issued>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Makes one. */
export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const own = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    ...validity([-1, 1]),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    certificate: pem(own),
    async issue({ names, days = [-1, 1] }) {
      const { publicKey, privateKey } = await newKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: [{ CN: ["somebody"] }],
        issuer: own.subjectName,
        ...validity(days),
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [new SubjectAlternativeNameExtension([...names])],
      });
      return { certificate: pem(certificate), key: await privateKeyText(privateKey) };
    },
  };
}

/** A mail address, as a certificate names it. */
export function mailName(value: string): JsonGeneralName {
  return { type: "email", value };
}

/** What clients of tests call the server. */
export const serverNames: readonly JsonGeneralName[] = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
];

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function validity([from, until]: readonly [number, number]): { notBefore: Date; notAfter: Date } {
  const at = (days: number) => new Date(Date.now() + days * 86_400_000);
  return { notBefore: at(from), notAfter: at(until) };
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function privateKeyText(key: CryptoKey): Promise<string> {
  const octets = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  return `-----BEGIN PRIVATE KEY-----\n${octets.toBase64()}\n-----END PRIVATE KEY-----\n`;
}
