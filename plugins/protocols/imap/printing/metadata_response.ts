/** METADATA responses (RFC 5464 §4.4). */
import { latin1 } from "../../../../core/wire/ascii.ts";
import type { MetadataEntry } from "../grammar/metadata_entry.ts";
import type { NameForm } from "../grammar/scanner.ts";
import { printName } from "./mailbox_names.ts";
import type { ResponseBuilder } from "./response_builder.ts";
import { printAstring, printString } from "./strings.ts";

/** Octets of the longest value that is quoted. */
const LONGEST_QUOTED = 1024;

/** What stands before the first entry with its value. */
export function beginMetadata(response: ResponseBuilder, owner: string, form: NameForm): void {
  response.text(`* METADATA ${printMetadataOwner(owner, form)} (`);
}

/** An entry and its value: NIL, quoted, a literal, or where that may not be one a literal8 (RFC 5464 §5). */
export function addEntry(response: ResponseBuilder, entry: MetadataEntry, value: Uint8Array | undefined): void {
  response.text(`${printEntry(entry)} `);
  if (value === undefined) response.text("NIL");
  else if (value.length <= LONGEST_QUOTED && value.every((octet) => octet >= 0x20 && octet < 0x7f)) {
    response.text(printString(latin1(value), { utf8: false }));
  } else if (value.includes(0)) response.literal8(value);
  else response.literal(value);
}

/** Names of entries that have changed (RFC 5464 §4.4.2), without the asterisk. */
export function printChangedEntries(owner: string, entries: readonly MetadataEntry[], form: NameForm): string {
  return `METADATA ${printMetadataOwner(owner, form)} ${entries.map(printEntry).join(" ")}`;
}

function printMetadataOwner(owner: string, form: NameForm): string {
  return owner === "" ? '""' : printName(owner, form);
}

function printEntry({ scope, name }: MetadataEntry): string {
  return printAstring(`/${scope}${name}`, { utf8: false });
}
