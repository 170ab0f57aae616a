/**
 * Delivers into Maildirs (cr.yp.to/proto/maildir.html), one for each recipient, for programs that read mail from there.
 *
 *     transports:
 *       - { use: ./maildir.ts, for: [archive.example.org], options: { folder: /var/mail/archive }, sandbox:
 *           { read: [/var/mail/archive], write: [/var/mail/archive] } }
 */
import { type Body, definePlugin, type DeliveryResult, options, text } from "@quetzal/server";

/** Octets that are read at a time: a large message is never whole in memory. */
const PIECE = 256 * 1024;

const done: DeliveryResult = { outcome: "delivered", remoteReply: "in the Maildir" };

export default definePlugin({
  apiVersion: 1,
  kind: "transport",
  name: "maildir",
  summary: "Delivers into one Maildir for each recipient",
  options: options({ folder: text("the folder of the Maildirs") }),
  setup: ({ hostname, now, log }, { folder }) => ({
    async deliver({ id, envelope }, body) {
      const results = new Map<string, DeliveryResult>();
      for (const recipient of envelope.recipients) {
        try {
          const name = `${Math.floor(now().getTime() / 1000)}.Q${id}.${hostname.replace(/[^\w.-]/g, "_")}`;
          await deliverInto(`${folder}/${folderName(recipient)}`, name, envelope.sender, body);
          results.set(recipient, done);
        } catch (error) {
          // Nothing is said of it: the queue tries this recipient again.
          log.warn("a Maildir cannot be written", { recipient, error });
        }
      }
      return results;
    },
  }),
});

/** A recipient is whatever a stranger likes: no name of a folder above this one, and nobody else's. */
function folderName(recipient: string): string {
  return encodeURIComponent(recipient.toLowerCase()).replaceAll("%40", "@").replace(/^\./, "%2E");
}

/** Into tmp, to the disk, and only then into new: who looks there never sees half a message. */
async function deliverInto(maildir: string, name: string, sender: string, body: Body): Promise<void> {
  for (const part of ["tmp", "new", "cur"]) await Deno.mkdir(`${maildir}/${part}`, { recursive: true, mode: 0o700 });
  const draft = [maildir, "tmp", name].join("/");
  {
    using file = await Deno.open(draft, { write: true, create: true, truncate: true, mode: 0o600 });
    // RFC 5321 §4.4: final delivery says where a message came from.
    await writeAll(file, new TextEncoder().encode(`Return-Path: <${sender}>\r\n`));
    for (let at = 0; at < body.size; at += PIECE) await writeAll(file, await body.read(at, at + PIECE));
    await file.sync();
  }
  await Deno.rename(draft, `${maildir}/new/${name}`);
  // A loss of power takes no name back: the message's, nor that of a folder which was made for it.
  for (const path of [`${maildir}/new`, maildir, `${maildir}/..`]) {
    using folder = await Deno.open(path);
    await folder.sync();
  }
}

async function writeAll(file: Deno.FsFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
}
