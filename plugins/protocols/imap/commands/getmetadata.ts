/** GETMETADATA (RFC 5464 §4.2). */
import { type Command, command } from "../command.ts";
import { expectGetMetadataArguments } from "../grammar/metadata_arguments.ts";
import { openMetadata, readEntries } from "../metadata.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";
import { tellMetadata } from "../tell_metadata.ts";

/** The command. */
export const getMetadata: Command = command({
  // RFC 5464 §1: whoever looks for the server's entries alone finds them too.
  capabilities: ["METADATA", "METADATA-SERVER"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectGetMetadataArguments(scanner);
  },
  async run(session, { user }, { mailbox, options: { depth, maxSize = Infinity }, entries }) {
    const { context } = session.service;
    const owner = await openMetadata(context, user, mailbox);
    const found = await readEntries(context, user, owner, entries, depth);
    await tellMetadata(session, owner.name, found.filter(([, value]) => (value?.length ?? 0) <= maxSize));
    // RFC 5464 §4.2.1: the size of the largest that was left out.
    const largest = Math.max(...found.map(([, value]) => value?.length ?? 0));
    return { reply: ok("That is all", largest > maxSize ? `METADATA LONGENTRIES ${largest}` : undefined) };
  },
});
