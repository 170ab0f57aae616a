/** The Content-* fields of a part's header (RFC 2045, RFC 2183, RFC 3282) as BODYSTRUCTURE has them (RFC 9051 §7.5.2). */
import type { MessageDisposition, MessageParameter } from "../contract/message.ts";
import { isBlank, trimBlanks } from "./field_text.ts";
import { parseParameters, skipComments } from "./parameters.ts";

/** A media type with its parameters; type and subtype in lower case. */
export interface ContentType {
  /** `text`. */
  readonly type: string;
  /** `plain`. */
  readonly subtype: string;
  /** In order, names in lower case. */
  readonly parameters: readonly MessageParameter[];
}

/** RFC 2045 §5.2: what a part without Content-Type is. */
export const defaultContentType: ContentType = {
  type: "text",
  subtype: "plain",
  parameters: [["charset", "us-ascii"]],
};

/** RFC 2046 §5.1.5: what a part of a multipart/digest without Content-Type is. */
export const digestContentType: ContentType = { type: "message", subtype: "rfc822", parameters: [] };

/** RFC 6838 §4.2 bounds names at 127 characters. */
const typeAndSubtype = /\s*"?([^\s\/;"(]{1,127})\s*\/\s*([^\s;"(]{1,127})"?/y;
const typeOnly = /\s*([a-z]{1,127})(?=\s*(?:;|$|\())/iy;
const dispositionType = /\s*"?([^\s;="(]{1,127})"?\s*(?=;|$|\()/y;
const encodingName = /["'\s]*([^\s;"'(]{1,127})/y;

/**
 * Reads Content-Type. RFC 2045 §5.2: a value that cannot be read means text/plain; `text` and `multipart` alone, which are
 * seen, are taken for text/plain and multipart/mixed.
 */
export function parseContentType(value: string): ContentType {
  const start = skipComments(value);
  const full = matchAt(typeAndSubtype, value, start);
  const match = full ?? matchAt(typeOnly, value, start);
  const type = match?.[1]?.toLowerCase();
  if (!match || type === undefined || (!full && type !== "text" && type !== "multipart")) {
    return { ...defaultContentType, parameters: [] };
  }
  const subtype = full?.[2]?.toLowerCase() ?? (type === "text" ? "plain" : "mixed");
  return { type, subtype, parameters: parseParameters(value, start + match[0].length) };
}

/** Reads Content-Disposition. RFC 2183 §2.8: an unknown type is an attachment; so is a missing one. */
export function parseDisposition(value: string): MessageDisposition {
  const start = skipComments(value);
  const word = matchAt(dispositionType, value, start);
  const type = word?.[1]?.toLowerCase() ?? "attachment";
  return { type, parameters: parseParameters(value, start + (word?.[0].length ?? 0)) };
}

/** Reads Content-Transfer-Encoding: lower case, comments and what follows the first word gone; undefined for 7bit. */
export function parseEncoding(value: string): string | undefined {
  const name = matchAt(encodingName, value, skipComments(value))?.[1]?.toLowerCase();
  return name === "7bit" ? undefined : name;
}

/** Reads Content-Language: tags in order, without comments (RFC 3282 §2). */
export function parseLanguage(value: string): string[] {
  return value.replace(/\([^()]*\)/g, " ").split(",").map(trimBlanks).filter((tag) => tag !== "" && !hasBlank(tag));
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function hasBlank(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (isBlank(text.charCodeAt(at))) return true;
  return false;
}
