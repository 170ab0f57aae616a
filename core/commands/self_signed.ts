/** A self-signed certificate (RFC 5280) with a P-256 key, to begin with. */
// The library's decorators need it, and need it first.
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";
import { writeLasting } from "../server/lasting.ts";

/** A certificate and its key. */
export interface CertificateText {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** Days that it is valid: longer than most clients' patience with a first look, shorter than what some refuse. */
const VALID_DAYS = 397;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Makes one for these names; names that are IP addresses are named as such (RFC 5280 §4.2.1.6). */
export async function selfSigned(names: readonly [string, ...string[]], now: Date): Promise<CertificateText> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [commonName] = names;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    // Clocks differ.
    notBefore: new Date(now.getTime() - 3_600_000),
    notAfter: new Date(now.getTime() + VALID_DAYS * 86_400_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new SubjectAlternativeNameExtension(names.map(generalName)),
      // A client that takes it as an authority trusts it for this server alone.
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await privateKeyText(keys.privateKey) };
}

/** Writes both; the key only for its owner. @throws Deno.errors.AlreadyExists: a certificate is never replaced. */
export async function writeCertificate(folder: string, { certificate, key }: CertificateText): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await writeLasting(`${folder}/key.pem`, key, { isNew: true, mode: 0o600 });
  await writeLasting(`${folder}/cert.pem`, certificate, { isNew: true });
}

function generalName(name: string): JsonGeneralName {
  return { type: isIP(name) === 0 ? "dns" : "ip", value: name };
}

/** RFC 7468 §10. */
async function privateKeyText(key: CryptoKey): Promise<string> {
  const octets = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  const lines = octets.toBase64().match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}
