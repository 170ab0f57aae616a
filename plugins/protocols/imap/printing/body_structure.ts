/** BODY and BODYSTRUCTURE (RFC 3501 §7.4.2, RFC 9051 §7.5.2). */
import type { MessageDisposition, MessageParameter, MessagePart } from "../../../../core/contract/mod.ts";
import { printEnvelope } from "./envelope.ts";
import { printNstring, printString, type StringMode } from "./strings.ts";

/** How structures are written to a client. */
export interface StructureMode extends StringMode {
  /** Whether it knows that message/global holds a message (RFC 9051 §9); to RFC 3501 that is a type like any other. */
  readonly rev2: boolean;
}

/** `body` without extension data: the item BODY. */
export function printBody(part: MessagePart, mode: StructureMode): string {
  return printPart(part, mode, false);
}

/** `body` with extension data: the item BODYSTRUCTURE. */
export function printBodyStructure(part: MessagePart, mode: StructureMode): string {
  return printPart(part, mode, true);
}

/** The depth of the tree is bounded (`MimeLimits.depth`). */
function printPart(part: MessagePart, mode: StructureMode, isExtended: boolean): string {
  return part.parts && part.parts.length > 0
    ? printMultipart(part, part.parts, mode, isExtended)
    : printSinglePart(part, mode, isExtended);
}

/** RFC 9051 §9, body-type-mpart: bodies without spaces between them. */
function printMultipart(
  part: MessagePart,
  parts: readonly MessagePart[],
  mode: StructureMode,
  isExtended: boolean,
): string {
  let text = "(";
  for (const child of parts) text += printPart(child, mode, isExtended);
  text += ` ${printString(part.subtype, mode)}`;
  if (isExtended) text += ` ${printParameters(part.parameters, mode)}${printExtension(part, mode)}`;
  return `${text})`;
}

/** RFC 9051 §9, body-type-1part. */
function printSinglePart(part: MessagePart, mode: StructureMode, isExtended: boolean): string {
  const { type, message } = part;
  // A message that is encoded or too deep, and a multipart that is too deep, are not looked into: their types would
  // promise what does not follow.
  const isOpaque = type === "multipart" ||
    (type === "message" && !message && (part.subtype === "rfc822" || part.subtype === "global"));
  const media = isOpaque
    ? '"application" "octet-stream"'
    : `${printString(type, mode)} ${printString(part.subtype, mode)}`;
  // RFC 9051 §7.5.2: octets as transferred, the transfer encoding not undone.
  let text = `(${media} ${printParameters(parametersOf(part), mode)} ${printNstring(part.id, mode)} ${
    printNstring(part.description, mode)
  } ${printString(part.encoding ?? "7bit", mode)} ${part.bodyEnd - part.bodyStart}`;
  if (message && (mode.rev2 || part.subtype === "rfc822")) {
    text += ` ${printEnvelope(message.envelope, mode)} ${printPart(message.structure, mode, isExtended)} ${part.lines}`;
  } else if (type === "text") {
    text += ` ${part.lines}`;
  }
  if (isExtended) text += ` ${printNstring(part.md5, mode)}${printExtension(part, mode)}`;
  return `${text})`;
}

/** RFC 9051 §7.5.2 has fields defaulted: text/plain is US-ASCII where nothing else is said (RFC 2046 §4.1.2). */
function parametersOf({ type, subtype, parameters }: MessagePart): readonly MessageParameter[] {
  if (type !== "text" || subtype !== "plain" || parameters.some(([name]) => name === "charset")) return parameters;
  return [...parameters, ["charset", "us-ascii"]];
}

/** What body-ext-1part and body-ext-mpart have in common. */
function printExtension({ disposition, language, location }: MessagePart, mode: StructureMode): string {
  if (!disposition && !language && location === undefined) return " NIL NIL NIL";
  return ` ${printDisposition(disposition, mode)} ${printLanguage(language, mode)} ${printNstring(location, mode)}`;
}

/**
 * RFC 9051 §9, body-fld-param. Values are decoded (RFC 2231 §6); one that is not ASCII is sent as UTF-8, in rev1 in a
 * literal. What stood in extended form has the name `foo*` in RFC 9051 §7.5.2, which RFC 3501 does not know; since clients
 * look for `foo`, rev2 has both.
 */
function printParameters(parameters: readonly MessageParameter[], mode: StructureMode): string {
  if (parameters.length === 0) return "NIL";
  let text = "";
  for (const [name, value, isExtended] of parameters) {
    for (const told of isExtended && mode.rev2 ? [name, `${name}*`] : [name]) {
      text += `${text === "" ? "(" : " "}${printString(told, mode)} ${printString(value, mode)}`;
    }
  }
  return `${text})`;
}

function printDisposition(disposition: MessageDisposition | undefined, mode: StructureMode): string {
  if (!disposition) return "NIL";
  return `(${printString(disposition.type, mode)} ${printParameters(disposition.parameters, mode)})`;
}

function printLanguage(language: readonly string[] | undefined, mode: StringMode): string {
  if (language === undefined || language.length === 0) return "NIL";
  return `(${language.map((tag) => printString(tag, mode)).join(" ")})`;
}
