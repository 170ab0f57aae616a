/** What a field of an event becomes: plain, short, free of secrets, and finite whatever it was. */
import { hidden, isLineName, isSecretName, redactLine, redactUrls } from "./redact.ts";

/** A value that JSON can say. */
export type PlainValue = string | number | boolean | null | readonly PlainValue[] | {
  readonly [name: string]: PlainValue;
};

const longestText = 1000;
const mostItems = 32;
const mostDepth = 4;

/** The fields of an event, ready to be written; fields that are undefined are left out. */
export function plainFields(fields: object): Record<string, PlainValue> {
  const plain: Record<string, PlainValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) plain[name] = plainValue(name, value, 0);
  }
  return plain;
}

function plainValue(name: string, value: unknown, depth: number): PlainValue {
  if (isSecretName(name)) return hidden;
  switch (typeof value) {
    case "string":
      return short(isLineName(name) ? redactLine(value) : redactUrls(value));
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "object":
      return value === null ? null : plainObject(name, value, depth);
    default:
      return short(String(value));
  }
}

function plainObject(name: string, value: object, depth: number): PlainValue {
  if (value instanceof Error) return short(redactUrls(describeError(value)));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  // Octets of the wire may be anything, passwords too.
  if (ArrayBuffer.isView(value)) return `${value.byteLength} octets`;
  if (depth >= mostDepth) return "…";
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item: unknown) => plainValue(name, item, depth + 1));
  if (value instanceof Set) return plainObject(name, [...value], depth);
  const entries = (value instanceof Map ? [...value] : Object.entries(value)).slice(0, mostItems);
  return Object.fromEntries(entries.map(([key, item]) => [String(key), plainValue(String(key), item, depth + 1)]));
}

/** `NotFound: no such file (caused by …)`; without the stack, which is a line of its own at debug. */
function describeError(error: Error, depth = 0): string {
  const own = `${error.name}: ${error.message}`;
  if (!(error.cause instanceof Error) || depth >= mostDepth) return own;
  return `${own} (caused by ${describeError(error.cause, depth + 1)})`;
}

function short(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;
}
