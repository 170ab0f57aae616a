/** BODY[section] (RFC 9051 §6.4.5): which octets of a message a section names. */
import type { Body, MessagePart } from "../../../../core/contract/mod.ts";
import { FieldFilter } from "./field_filter.ts";
import { partAt } from "./part_at.ts";
import type { Section, SectionText } from "./section.ts";
import { transformed } from "./transformed_view.ts";
import { type Octets, RangeView } from "./views.ts";

/**
 * The octets of a section, as they are stored; undefined where the message has no such section: NIL (RFC 9051 §4.5).
 *
 * @param structure Of the whole message, which `body` holds.
 */
export async function openSection(
  { part: numbers, text }: Section,
  structure: MessagePart,
  body: Body,
): Promise<Octets | undefined> {
  if (numbers.length === 0) return text === undefined ? body : await openText(text, structure, body);
  const part = partAt(structure, numbers);
  if (part === undefined) return undefined;
  if (text === undefined) return new RangeView(body, part.bodyStart, part.bodyEnd);
  if (text === "MIME") return new RangeView(body, part.headerStart, part.bodyStart);
  // RFC 9051 §6.4.5.1: the others are of messages only.
  return part.message && await openText(text, part.message.structure, body);
}

/** Part of a message, or of a message in it. */
async function openText(text: SectionText, message: MessagePart, body: Body): Promise<Octets | undefined> {
  if (text === "TEXT") return new RangeView(body, message.bodyStart, message.bodyEnd);
  // RFC 9051 §9: the grammar has no MIME without part numbers.
  if (text === "MIME") return undefined;
  const header = new RangeView(body, message.headerStart, message.bodyStart);
  return text === "HEADER" ? header : (await transformed(header, () => new FieldFilter(text))).octets;
}
