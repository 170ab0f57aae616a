/**
 * What is needed of certificates (RFC 5280) and the runtime does not tell, or not safely: Node's text of a certificate's
 * names has them in one line, in which the name `a, email:b@example.org` cannot be told from two.
 */

/** Object identifiers of signature algorithms, as DER has them, and their hashes (RFC 4055, 5758, 8017). */
const signatureHashes: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "md5",
  "2a864886f70d010105": "sha1",
  "2a864886f70d01010e": "sha224",
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d0401": "sha1",
  "2a8648ce3d040301": "sha224",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/** `id-ce-subjectAltName` (RFC 5280 §4.2.1.6). */
const SUBJECT_ALT_NAME = "551d11";
/** Context-specific tags: `extensions [3]` of a certificate, `rfc822Name [1]` of a name. */
const EXTENSIONS = 0xa3, RFC822_NAME = 0x81;

/** An element of DER: its tag in one octet, and what it holds. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

const nothing: Element = { tag: 0, content: new Uint8Array(0) };

/**
 * The hash of the algorithm that a certificate was signed with; undefined where that has none of its own, or is not
 * known.
 *
 * @param certificate DER.
 */
export function signatureHash(certificate: Uint8Array): string | undefined {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … }
  const [whole = nothing] = elementsOf(certificate);
  const [, algorithm = nothing] = elementsOf(whole.content);
  const [identifier = nothing] = elementsOf(algorithm.content);
  return signatureHashes[identifier.content.toHex()];
}

/** The mail addresses that a certificate is for; none where it cannot be read. @param certificate DER. */
export function mailAddressesOf(certificate: Uint8Array): string[] {
  const [whole = nothing] = elementsOf(certificate);
  const [signed = nothing] = elementsOf(whole.content);
  const [extensions = nothing] = elementsOf(signed.content).filter(({ tag }) => tag === EXTENSIONS).flatMap(inner);
  // Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
  return inner(extensions).map(inner)
    .filter(([identifier]) => identifier?.content.toHex() === SUBJECT_ALT_NAME)
    .flatMap((fields) => inner(fields.at(-1) ?? nothing))
    .flatMap(inner)
    .filter(({ tag }) => tag === RFC822_NAME)
    .flatMap(({ content }) => mailAddress(content) ?? []);
}

/** RFC 5280 §4.2.1.6: an IA5String with the form of a Mailbox, which has no spaces and no controls. */
function mailAddress(content: Uint8Array): string | undefined {
  return /^[!-?A-~]+@[!-?A-~]+$/.exec(new TextDecoder().decode(content))?.[0];
}

function inner({ content }: Element): Element[] {
  return elementsOf(content);
}

/** The elements that stand one after the other (X.690 §8.1); none where they are not well-formed. */
function elementsOf(der: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < der.length;) {
    const [tag = 0, first = 0] = der.subarray(at, at + 2);
    const count = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + count;
    const length = count === 0 ? first : der.subarray(at + 2, start).reduce((sum, octet) => sum * 256 + octet, 0);
    if (count > 4 || start + length > der.length) return [];
    elements.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}
