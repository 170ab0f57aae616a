/** What is answered (RFC 4511 §4.1.9, §4.5.2), and how that is printed. */
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { application, context, type Element, printElement, universal } from "./ber.ts";

/** RFC 4511 appendix A, as far as there is an occasion. */
const codes = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  compareFalse: 5,
  compareTrue: 6,
  authMethodNotSupported: 7,
  strongerAuthRequired: 8,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  saslBindInProgress: 14,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  noSuchObject: 32,
  invalidDNSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
} as const;

/** Their names. */
export type ResultCode = keyof typeof codes;

/** How a request went. */
export interface Result {
  /** In one word. */
  readonly code: ResultCode;
  /** For people. */
  readonly text?: string;
  /** The last entry on the way that there is, where the one that was named is not. */
  readonly matched?: string;
}

/** A result. */
export function result(code: ResultCode, text?: string): Result {
  return text === undefined ? { code } : { code, text };
}

/** An attribute as it is sent. */
export interface SentAttribute {
  /** Its description. */
  readonly name: string;
  /** Its values; none where only types were asked for. */
  readonly values: readonly string[];
}

/** RFC 4511 §4.4.1. */
const noticeOfDisconnection = "1.3.6.1.4.1.1466.20036";

/** OCTET STRING, or what stands for it. */
export function octetString(value: string | Uint8Array, tag: number = universal.octetString): Element {
  return { tag, octets: typeof value === "string" ? encodeUtf8(value) : value };
}

/** SEQUENCE. */
export function sequence(...elements: readonly Element[]): Element {
  return { tag: universal.sequence, elements };
}

/** INTEGER, or ENUMERATED, that is not negative: in as few octets as it needs. */
export function integer(value: number, tag: number = universal.integer): Element {
  const octets = [];
  for (let left = value; left > 0 || octets.length === 0 || (octets[0] ?? 0) > 0x7f; left = Math.floor(left / 256)) {
    octets.unshift(left % 256);
  }
  return { tag, octets: Uint8Array.from(octets) };
}

/** A message with a result; further fields of its kind, and controls, follow. */
export function printResult(
  id: number,
  tag: number,
  { code, text = "", matched = "" }: Result,
  further: readonly Element[] = [],
  controls: readonly Element[] = [],
): Uint8Array {
  const fields = [integer(codes[code], universal.enumerated), octetString(matched), octetString(text)];
  const operation: Element = { tag, elements: [...fields, ...further] };
  return printElement(sequence(
    integer(id),
    operation,
    ...controls.length === 0 ? [] : [{ tag: context(0, true), elements: controls }],
  ));
}

/** An entry that was found. */
export function printEntry(id: number, name: string, attributes: readonly SentAttribute[]): Uint8Array {
  const list = attributes.map(({ name, values }) =>
    sequence(octetString(name), { tag: universal.set, elements: values.map((value) => octetString(value)) })
  );
  return printElement(
    sequence(integer(id), { tag: application(4), elements: [octetString(name), sequence(...list)] }),
  );
}

/** §4.4.1: why the server leaves. */
export function printNotice(reason: Result): Uint8Array {
  return printResult(0, application(24), reason, [octetString(noticeOfDisconnection, context(10))]);
}
