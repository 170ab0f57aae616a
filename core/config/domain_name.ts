/** Names of domains in the configuration. */
import { value, type ValueSchema } from "../options/values.ts";

/** A domain, in lower case. */
export const domain: ValueSchema<string> = value('a domain such as "example.org"', domainName);

/** Where mail goes: a domain, or `*`, which is all that nobody else names. */
export const destination: ValueSchema<string> = value(
  'a domain such as "archive.example.org", or "*" for all others',
  (given) => given === "*" ? given : domainName(given),
);

/** RFC 1123 §2.1, with the letters of other languages (RFC 5890); lower case. */
export function domainName(given: unknown): string | undefined {
  if (typeof given !== "string" || given.length > 253) return undefined;
  const labels = given.split(".");
  const isName = labels.every((label) =>
    label.length <= 63 && /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u.test(label)
  );
  // All digits is no name: a number that lost its quotes, or an address.
  return isName && !/^[\d.]+$/.test(given) ? given.normalize("NFC").toLowerCase() : undefined;
}
