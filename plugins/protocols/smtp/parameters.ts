/** ESMTP parameters (RFC 5321 §4.1.2) and what MAIL's mean: SIZE, BODY, SMTPUTF8, AUTH. Pure; RCPT has none. */
import type { Envelope } from "../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../core/wire/ascii.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import type { Extension } from "./extensions.ts";
import { isMailbox } from "./path_parser.ts";
import { type Reply, reply } from "./replies.ts";

/** A parameter: its keyword in upper case, its value if it has one. */
export interface Parameter {
  /** Upper case. */
  readonly keyword: string;
  /** What stands after "=". */
  readonly value: string | undefined;
}

/** What the parameters of MAIL say. */
export interface MailOptions {
  /** RFC 1870: octets of the message, as the client guesses. */
  readonly size?: number;
  /** RFC 6152, RFC 3030. */
  readonly bodyType: Envelope["bodyType"];
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
}

/** A parameter of MAIL, and the extension that brings it. */
interface MailParameter {
  readonly extensions: readonly Extension[];
  /** Undefined when the value is none of its values. */
  read(value: string | undefined): Partial<MailOptions> | undefined;
}

// RFC 6531 §3.3: esmtp-value takes characters beyond ASCII.
const parameter = /[ \t]+([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u{a0}-\u{10ffff}]+))?(?=[ \t]|$)/uy;

const bodyTypes: ReadonlyMap<string, Envelope["bodyType"]> = new Map([
  ["7BIT", "7bit"],
  ["8BITMIME", "8bitmime"],
  ["BINARYMIME", "binarymime"],
]);

/** What MAIL takes, by keyword. */
export const mailParameters: ReadonlyMap<string, MailParameter> = new Map<string, MailParameter>([
  ["SIZE", {
    extensions: [({ largestMessage }) => `SIZE ${largestMessage}`],
    // RFC 1870 §5: up to 20 digits.
    read: (value) => value !== undefined && /^\d{1,20}$/.test(value) ? { size: Number(value) } : undefined,
  }],
  ["BODY", {
    extensions: [() => "8BITMIME", () => "BINARYMIME"],
    read: (value) => {
      const bodyType = bodyTypes.get((value ?? "").toUpperCase());
      return bodyType && { bodyType };
    },
  }],
  ["SMTPUTF8", {
    extensions: [() => "SMTPUTF8"],
    // RFC 6531 §3.4: it must not have a value.
    read: (value) => value === undefined ? { smtpUtf8: true } : undefined,
  }],
  ["AUTH", {
    // The AUTH command has the line of EHLO.
    extensions: [],
    // RFC 4954 §5: no client is trusted to name another submitter, so the value is checked and dropped.
    read: (value) => {
      const decoded = decodeXtext(value ?? "");
      return decoded === "<>" || (decoded !== undefined && isMailbox(decoded)) ? {} : undefined;
    },
  }],
]);

/** Parameters up to the end of a text without blanks there; undefined when they are malformed or one comes twice. */
export function readParameters(text: string, start: number): readonly Parameter[] | undefined {
  const found: Parameter[] = [];
  for (let at = start; at < text.length; at = parameter.lastIndex) {
    parameter.lastIndex = at;
    const match = parameter.exec(text);
    if (match === null) return undefined;
    found.push({ keyword: (match[1] ?? "").toUpperCase(), value: match[2] });
  }
  return new Set(found.map(({ keyword }) => keyword)).size === found.length ? found : undefined;
}

/** What they mean, or why they are refused. */
export function mailOptions(parameters: readonly Parameter[]): MailOptions | Reply {
  let options: MailOptions = { bodyType: "7bit", smtpUtf8: false };
  for (const { keyword, value } of parameters) {
    const known = mailParameters.get(keyword);
    // RFC 5321 §4.1.1.11.
    if (known === undefined) return reply(555, "5.5.4", `MAIL has no parameter ${keyword} here`);
    const read = known.read(value);
    if (read === undefined) return reply(501, "5.5.4", `The value of ${keyword} is malformed`);
    options = { ...options, ...read };
  }
  return options;
}

/**
 * RFC 3461 §4: "+" and two upper-case hexadecimal digits stand for an octet, beyond ASCII for one of UTF-8 (RFC 6531 §3.2);
 * undefined when it is no xtext.
 */
export function decodeXtext(text: string): string | undefined {
  // Lower-case digits are taken too: some clients write them, and they can mean nothing else.
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})*$/.test(text)) return undefined;
  const octets = text.replace(
    /\+(..)/g,
    (_hexchar, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return decodeUtf8(latin1Bytes(octets));
}
