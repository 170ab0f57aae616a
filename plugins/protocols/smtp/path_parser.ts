/**
 * Paths of MAIL and RCPT (RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3). Pure; linear in the length of the input.
 * The local part comes out unquoted and is printed with as little quoting as it needs, for "all quoted forms MUST be
 * treated as equivalent" (§4.1.2): `<"Joe"@a.example>` is `<Joe@a.example>`.
 *
 * One deviation: dots may stand anywhere in an unquoted local part (`a..b@`, `a.@`). Some Japanese carriers gave such
 * addresses out, and they are printed quoted, which is correct.
 */
import { addressSpec } from "../../../core/message/address_printer.ts";
import { isAddressLiteral } from "./address_literal.ts";

/** A reverse-path or forward-path. */
export interface Path {
  /** `local@domain`; `postmaster` for `<Postmaster>`; the empty string for the null path. */
  readonly address: string;
  /** Whether it needs no SMTPUTF8. */
  readonly isAscii: boolean;
}

/** What was read, and where reading stopped. */
export type PathReading =
  | { readonly ok: true; readonly path: Path; readonly end: number }
  | { readonly ok: false; readonly problem: string };

/**
 * RFC 5321 §4.5.3.1.3 asks for 256 octets at least; longer local parts than its 64 are in use (VERP, SRS). The lines of
 * Return-Path and Received, which hold a path whole, have 998 octets at most (RFC 5322 §2.1.1).
 */
export const LONGEST_PATH = 900;
/** RFC 5321 §4.5.3.1.2. */
const LONGEST_DOMAIN = 255;

// RFC 6531 §3.3: atext and qtextSMTP take any character beyond ASCII; the C1 controls have no place in an address.
const localWord = /[\w!#$%&'*+\-/=?^`{|}~.\u{a0}-\u{10ffff}]+/uy;
const quotedString = /"((?:[ !#-[\]-~\u{a0}-\u{10ffff}]|\\[ -~])*)"/uy;
// RFC 5321 §4.1.2: labels of letters, digits and inner hyphens; an underscore must be refused. RFC 6531 §3.3: or U-labels.
const label = String
  .raw`(?:[A-Za-z0-9\p{L}\p{M}\p{N}·・\u200c\u200d]+(?:-+[A-Za-z0-9\p{L}\p{M}\p{N}·・\u200c\u200d]+)*)`;
const domainName = new RegExp(String.raw`${label}(?:\.${label})*`, "uy");
const literal = /\[[!-Z^-~]+\]/y;
const hop = new RegExp(String.raw`@${domainName.source}`, "uy");
const encoder = new TextEncoder();

/** Reads a path in angle brackets from `start`; `<>` where the null path is allowed, `<Postmaster>` where that is. */
export function readPath(text: string, start: number, special: "null" | "postmaster"): PathReading {
  if (text.charAt(start) !== "<") return wrong("put the address in angle brackets: <user@example.org>");
  let at = start + 1;
  if (special === "null" && text.charAt(at) === ">") return right("", at + 1);
  const route = skipSourceRoute(text, at);
  if (route === undefined) return wrong("the source route is malformed");
  at = route;
  const local = readLocalPart(text, at);
  if (local === undefined) return wrong("the local part is malformed");
  at = local.end;
  // RFC 5321 §4.1.1.3: in any case, and without a domain.
  if (special === "postmaster" && text.charAt(at) === ">" && /^postmaster$/i.test(local.value) && route === start + 1) {
    return right("postmaster", at + 1);
  }
  if (text.charAt(at) !== "@") return wrong("the address has no domain");
  const domain = readDomain(text, at + 1);
  if (domain === undefined) return wrong("the domain is malformed");
  if (text.charAt(domain.end) !== ">") return wrong("the address is malformed, or its closing bracket is missing");
  if (isLonger(domain.value, LONGEST_DOMAIN)) return wrong("the domain is too long");
  const reading = right(addressSpec({ mailbox: local.value, host: domain.value }), domain.end + 1);
  return isLonger(text.slice(start, domain.end), LONGEST_PATH - 1) ? wrong("the path is too long") : reading;
}

/** Whether the whole text is a Mailbox, as the AUTH parameter has it (RFC 4954 §5). */
export function isMailbox(text: string): boolean {
  const reading = readPath(`<${text}>`, 0, "null");
  return reading.ok && reading.end === text.length + 2 && reading.path.address !== "";
}

/** RFC 5321 §4.1.2 and appendix C: a source route must be accepted, and is ignored. Gives where the mailbox begins. */
function skipSourceRoute(text: string, start: number): number | undefined {
  if (text.charAt(start) !== "@") return start;
  for (let at = start;;) {
    const found = matchAt(hop, text, at);
    if (found === undefined) return undefined;
    at += found[0].length;
    const separator = text.charAt(at++);
    if (separator === ":") return at;
    if (separator !== ",") return undefined;
  }
}

interface Piece {
  readonly value: string;
  readonly end: number;
}

function readLocalPart(text: string, start: number): Piece | undefined {
  const quoted = matchAt(quotedString, text, start);
  if (quoted) return { value: (quoted[1] ?? "").replace(/\\(.)/g, "$1"), end: start + quoted[0].length };
  const word = matchAt(localWord, text, start);
  return word && { value: word[0], end: start + word[0].length };
}

function readDomain(text: string, start: number): Piece | undefined {
  if (text.charAt(start) !== "[") {
    const name = matchAt(domainName, text, start);
    return name && { value: name[0], end: start + name[0].length };
  }
  const bracketed = matchAt(literal, text, start);
  if (!bracketed || !isAddressLiteral(bracketed[0])) return undefined;
  return { value: bracketed[0], end: start + bracketed[0].length };
}

/** Whether it has more octets; a character takes three at most for each of its units. */
function isLonger(text: string, octets: number): boolean {
  return text.length * 3 > octets && encoder.encode(text).length > octets;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function right(address: string, end: number): PathReading {
  return { ok: true, path: { address, isAscii: /^[\0-\x7f]*$/.test(address) }, end };
}

function wrong(problem: string): PathReading {
  return { ok: false, problem };
}
