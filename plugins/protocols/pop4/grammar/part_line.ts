/** The lines of LPRT: what a message is made of, a part a line, in the order of the message. */
import type { MessageParameter, MessagePart } from "../../../../core/contract/mod.ts";
import { printParameter } from "../../../../core/message/parameter_printer.ts";
import { printPartName } from "./part_name.ts";

/** RFC 2045 §5.1. */
const token = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,127}$/;

/** A line for each part of a message. The depth of the tree is bounded when it is made. */
export function* partLines(structure: MessagePart, above: readonly number[] = []): Generator<string> {
  const { parts } = structure;
  if (parts === undefined) return yield* linesOf(structure, [...above, 1]);
  yield partLine(printPartName({ numbers: above, isMessage: true }), structure);
  for (const [index, part] of parts.entries()) yield* linesOf(part, [...above, index + 1]);
}

function* linesOf(part: MessagePart, numbers: readonly number[]): Generator<string> {
  yield partLine(printPartName({ numbers, isMessage: false }), part);
  if (part.message !== undefined) return yield* partLines(part.message.structure, numbers);
  for (const [index, inner] of (part.parts ?? []).entries()) yield* linesOf(inner, [...numbers, index + 1]);
}

function partLine(name: string, part: MessagePart): string {
  const { type, subtype, parameters, encoding = "7bit", disposition } = part;
  const media = token.test(type) && token.test(subtype) ? `${type}/${subtype}` : "application/octet-stream";
  const line = `${name} ${part.bodyEnd - part.bodyStart} ${token.test(encoding) ? encoding : "x-unknown"} ${media}`;
  const described = line + printParameters(parameters);
  if (disposition === undefined) return described;
  // RFC 2183 §2.8: what cannot be understood is an attachment.
  const kind = token.test(disposition.type) ? disposition.type : "attachment";
  return `${described} ${kind}${printParameters(disposition.parameters)}`;
}

/** Those whose names can be written. */
function printParameters(parameters: readonly MessageParameter[]): string {
  return parameters.filter(([name]) => token.test(name)).map(([name, value]) => printParameter(name, value)).join("");
}
