/** How FETCH tells which section follows (RFC 9051 §7.5.2, `BODY[<section>]`). */
import type { FetchItem } from "../grammar/fetch_items.ts";
import { printSectionSpec } from "../grammar/section.ts";
import { printAstring, type StringMode } from "../printing/strings.ts";

/** An item that asks for a section. */
export type SectionItem = FetchItem & { readonly item: "BODY[]" };

/** Made once for all the messages of which a section is asked: an item is of one command. */
const labels = new WeakMap<SectionItem, string>();

/** The section as its item names it, fields' names as they were asked for. */
export function labelOf(item: SectionItem, mode: StringMode): string {
  const known = labels.get(item);
  if (known !== undefined) return known;
  const label = `BODY[${printSectionSpec(item.section, (name) => printAstring(name, mode))}]`;
  labels.set(item, label);
  return label;
}
