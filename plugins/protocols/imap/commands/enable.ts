/** ENABLE (RFC 5161, RFC 9051 §6.3.1). */
import type { Extension } from "../extensions.ts";
import { type Command, command } from "../command.ts";
import { expectEnableArguments } from "../grammar/session_arguments.ts";
import { MetadataNews } from "../metadata_news.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** What can be enabled, by the names in CAPABILITY; clients may write those in any case. */
const known: ReadonlyMap<string, readonly [name: string, extension: Extension]> = new Map([
  ["IMAP4REV2", ["IMAP4rev2", "IMAP4rev2"]],
  ["CONDSTORE", ["CONDSTORE", "CONDSTORE"]],
  ["QRESYNC", ["QRESYNC", "QRESYNC"]],
  ["UTF8=ACCEPT", ["UTF8=ACCEPT", "UTF8=ACCEPT"]],
  ["UIDONLY", ["UIDONLY", "UIDONLY"]],
  ["METADATA", ["METADATA", "METADATA"]],
  ["METADATA-SERVER", ["METADATA-SERVER", "METADATA"]],
]);

/** The command. */
export const enable: Command = command({
  capabilities: ["ENABLE", "UTF8=ACCEPT", "UIDONLY"],
  // RFC 5161 §3.1 has it in the authenticated state only; RFC 9051 §6.3.1 says the same. Clients enable later as well.
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectEnableArguments(scanner);
  },
  async run(session, { user }, names) {
    const { extensions } = session;
    const hadModseq = extensions.hasModseq;
    // RFC 5161 §3.1: those that are not known are ignored; those that were enabled already are not listed again.
    const enabled = new Map<string, Extension>();
    for (const given of names) {
      const [name, extension] = known.get(given) ?? [];
      if (name !== undefined && extension !== undefined && !extensions.has(extension)) enabled.set(name, extension);
    }
    for (const extension of enabled.values()) extensions.enable(extension);
    // RFC 5464 §4.1: from now on the client is told which entries others change.
    if (extensions.hasMetadata && session.metadataNews === undefined) {
      await MetadataNews.begin(session, user);
    }
    session.untagged(["ENABLED", ...enabled.keys()].join(" "));
    if (extensions.hasModseq && !hadModseq) session.tellModseq();
    return { reply: ok("Enabled") };
  },
});
