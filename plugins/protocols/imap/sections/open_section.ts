/** BODY[section] (RFC 9051 §6.4.5): which octets of a message a section names. */
import type { Body, MessagePart } from "../../../../core/contract/mod.ts";
import { partAt } from "../../../../core/message/part_at.ts";
import { transformed } from "../../../../core/message/transformed_view.ts";
import type { Section } from "../grammar/section.ts";
import { FieldFilter, WantedFields } from "./field_filter.ts";
import { type Octets, RangeView } from "./views.ts";

/** Octets, or a promise where they have to be read first. */
export type Opened = Octets | Promise<Octets>;

/**
 * The octets of a section, as they are stored; undefined where the message has no such section: NIL (RFC 9051 §4.5).
 *
 * @param structure Of the whole message, which `body` holds.
 */
export function openSection(section: Section, structure: MessagePart, body: Body): Opened | undefined {
  if (section.part.length === 0) {
    return section.what === "content" ? body : openMessageSection(section, structure, body);
  }
  const part = partAt(structure, section.part);
  if (part === undefined) return undefined;
  if (section.what === "content") return new RangeView(body, part.bodyStart, part.bodyEnd);
  if (section.what === "mime") return new RangeView(body, part.headerStart, part.bodyStart);
  // RFC 9051 §6.4.5.1: the others are of messages only.
  return part.message && openMessageSection(section, part.message.structure, body);
}

/** Of a message, or of a message in it. */
export function openMessageSection(
  section: Section,
  { headerStart, bodyStart, bodyEnd }: Pick<MessagePart, "headerStart" | "bodyStart" | "bodyEnd">,
  body: Body,
): Opened {
  if (section.what === "text") return new RangeView(body, bodyStart, bodyEnd);
  const header = new RangeView(body, headerStart, bodyStart);
  if (section.what !== "fields" && section.what !== "other-fields") return header;
  const wanted = wantedFields(section);
  const fields = transformed(header, () => new FieldFilter(wanted));
  return fields instanceof Promise ? fields.then(({ octets }) => octets) : fields.octets;
}

/** Made once for all the messages of which they are asked: a section is of one command. */
const wantedBySection = new WeakMap<Section, WantedFields>();

function wantedFields(section: Section & { readonly what: "fields" | "other-fields" }): WantedFields {
  const known = wantedBySection.get(section);
  if (known !== undefined) return known;
  const wanted = new WantedFields(section.names, section.what === "fields");
  wantedBySection.set(section, wanted);
  return wanted;
}
