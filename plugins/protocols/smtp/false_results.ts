/**
 * Authentication-Results (RFC 8601) that come with a message and claim to be ours: readers believe what this server has
 * found, so nobody else may say it (§5). Pure.
 */
import { domainToASCII } from "node:url";
import type { Header, HeaderField } from "../../../core/message/header.ts";
import { skipComments } from "../../../core/message/parameters.ts";

/** Fields that name one of these as who has verified, or are of a version that nobody knows. */
export function falseResults(header: Header, ours: readonly string[]): HeaderField[] {
  const results = header.fields.filter(({ key }) => key === "authentication-results");
  // Most messages have none.
  if (results.length === 0) return results;
  const own = new Set(ours.map(asciiName));
  return results.filter((field) => {
    const { server, version } = readClaim(header.value(field));
    // RFC 8601 §5: what is not of version 1 goes as well, for it does not come from a server that we trust.
    return version !== "1" || own.has(asciiName(server));
  });
}

interface Claim {
  readonly server: string;
  readonly version: string;
}

/** RFC 8601 §2.2: `[CFWS] authserv-id [CFWS version]`, the id a token or a quoted string (RFC 2045 §5.1), also a cut one. */
function readClaim(value: string): Claim {
  const id = matchAt(/"((?:[^"\\]|\\.)*)"?|([^\s;"(),/:<=>?@[\\\]]+)/sy, value, skipComments(value));
  if (id === null) return { server: "", version: "1" };
  const [whole, quoted, token = ""] = id;
  const [version = "1"] = matchAt(/\d+/y, value, skipComments(value, id.index + whole.length)) ?? [];
  return { server: quoted?.replace(/\\(.)/gs, "$1") ?? token, version };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** RFC 8601 §5: A-labels and U-labels are one name. A dot at its end is no other name either. */
function asciiName(name: string): string {
  const lower = name.trim().toLowerCase().replace(/\.$/, "");
  return domainToASCII(lower) || lower;
}
