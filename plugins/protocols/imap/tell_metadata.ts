/** METADATA responses that answer a command (RFC 5464 §4.4.1). */
import type { EntryValue } from "./metadata.ts";
import { addEntry, beginMetadata } from "./printing/metadata_response.ts";
import { ResponseBuilder } from "./printing/response_builder.ts";
import type { Session } from "./session.ts";

/** Tells entries with their values; nothing where there is none (RFC 5464 §5). */
export async function tellMetadata(
  { connection: { writer }, nameForm }: Session,
  owner: string,
  entries: readonly EntryValue[],
): Promise<void> {
  if (entries.length === 0) return;
  const response = new ResponseBuilder(writer);
  beginMetadata(response, owner, nameForm);
  for (const [index, [entry, value]] of entries.entries()) {
    if (index > 0) response.text(" ");
    addEntry(response, entry, value);
    if (writer.isFull) await writer.flush();
  }
  response.text(")").end();
}
