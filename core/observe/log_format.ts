/** Formatters for `@std/log`: one line an event, as text or as JSON. No peer can forge a line or a field. */
import type { LogRecord } from "@std/log";
import { plainFields, type PlainValue } from "./field_value.ts";

/** `2026-11-24T08:30:00.000Z INFO  session closed connection=c1 peer=192.0.2.1 reason="said goodbye"`. */
export function formatText(record: LogRecord): string {
  const head = `${record.datetime.toISOString()} ${record.levelName.padEnd(5)} ${escapeControls(record.msg)}`;
  const fields = Object.entries(fieldsOf(record)).map(([name, value]) => ` ${fieldName(name)}=${textValue(value)}`);
  return head + fields.join("");
}

/** `{"time":"…","level":"info","message":"session closed","connection":"c1"}`. */
export function formatJson(record: LogRecord): string {
  const event = { time: record.datetime.toISOString(), level: record.levelName.toLowerCase(), message: record.msg };
  const fields = Object.entries(fieldsOf(record)).map(([name, value]) => // A field must not take the place of what every event has.
  [Object.hasOwn(event, name) ? `${name}_` : name, value]);
  return escapeControls(JSON.stringify({ ...event, ...Object.fromEntries(fields) }));
}

function fieldsOf(record: LogRecord): Record<string, PlainValue> {
  const [fields] = record.args;
  return typeof fields === "object" && fields !== null ? plainFields(fields) : {};
}

function textValue(value: PlainValue): string {
  if (typeof value !== "string") return escapeControls(JSON.stringify(value));
  // Bare only where nothing in it could be taken for the end of the value.
  return /^[\p{L}\p{N}_.:@\/+<>[\]-]+$/u.test(value) ? value : escapeControls(JSON.stringify(value));
}

function fieldName(name: string): string {
  return name.replace(/[^\p{L}\p{N}_.-]/gu, "_");
}

/** Controls (C0, DEL, C1), line and paragraph separators, and marks that turn the direction of text: `\u000a`. */
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
