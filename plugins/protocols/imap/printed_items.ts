/** Items of FETCH that are printed once (`kept.ts`). */
import type { FetchItem } from "./grammar/fetch_items.ts";
import { labelOf } from "./sections/section_label.ts";
import type { Session } from "./session.ts";

/** Names of items that are made of what was parsed alone. */
export type ParsedItem = "ENVELOPE" | "BODY" | "BODYSTRUCTURE";

/** What the text of an item depends on beside the message; undefined where it is not kept. */
export function printedForm(session: Session, item: FetchItem): string | undefined {
  const { extensions: { isUtf8, isRev2 }, stringMode } = session;
  switch (item.item) {
    case "ENVELOPE":
    case "BODY":
    case "BODYSTRUCTURE":
      return `${item.item}${isUtf8 ? " utf8" : ""}${isRev2 ? " rev2" : ""}`;
    case "BODY[]":
      // Lists of messages are made of these; sections of other kinds are fetched once.
      return item.section.what === "fields" && item.range === undefined ? labelOf(item, stringMode) : undefined;
    default:
      return undefined;
  }
}
