/** How FETCH tells which section follows (RFC 9051 §7.5.2, `BODY[<section>]`). */
import type { FetchItem } from "../grammar/fetch_items.ts";
import { printSectionSpec } from "../grammar/section.ts";

/** An item that asks for a section. */
export type SectionItem = FetchItem & { readonly item: "BODY[]" };

/** Made once for all the messages of which a section is asked. */
const labels = new WeakMap<SectionItem, string>();

/** The section as its item names it. */
export function labelOf(item: SectionItem): string {
  const known = labels.get(item);
  if (known !== undefined) return known;
  const label = `BODY[${printSectionSpec(item.section)}]`;
  labels.set(item, label);
  return label;
}
