/** Dovecot's dsync takes a whole account away over IMAP (its storage `imapc`), as people do who move to another server. */
import { assertEquals } from "@std/assert";
import { latin1 } from "../../core/wire/ascii.ts";
import { type ClientHome, interopTest } from "./client.ts";
import { hardMessages } from "./hard_messages.ts";
import { RawImapClient } from "./imap_client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const doveadm = { name: "doveadm", packageName: "dovecot-core" };
const setpriv = { name: "setpriv", packageName: "util-linux" };
const env = { name: "env", packageName: "coreutils" };

/** Who runs dsync where the tests are run by root: for root it does nothing. */
const nobody = 65_534;

interopTest(
  "dsync: folders, messages and flags are taken away whole, and later what has changed",
  [doveadm, setpriv, env],
  async (home) => {
    await using server = await mailServer({ cleartextAuth: true });
    await using writer = await RawImapClient.connect(server.ports.imap);
    await writer.do(`LOGIN "${alice.address}" "${alice.password}"`);
    await writer.do('CREATE "Work/D&AOk-j&AOA- vu"');
    // RFC 6855 §4: only so are headers beyond ASCII taken.
    await writer.do("ENABLE UTF8=ACCEPT");
    // Of a CR at the very end dsync makes nothing.
    const messages = (await hardMessages()).map(({ text }) => text).filter((text) => !/^$|\r$/.test(text));
    for (const text of messages) {
      await writer.do(`APPEND INBOX (\\Seen $Forwarded) " 1-Jan-2024 23:30:00 +0000" {${text.length}}`, text);
    }
    const config = await configure(home, server);
    await dsync(home, config);
    assertEquals(await folders(home), ["", ".Work", ".Work.D&AOk-j&AOA- vu"]);
    assertEquals(await maildir(home, ""), messages.map(asKept).sort());

    await writer.do("SELECT INBOX");
    await writer.do("UID MOVE 1:3 Work");
    await writer.do("UID STORE 4:5 +FLAGS.SILENT (\\Deleted)");
    await writer.do("UID EXPUNGE 4:5");
    await dsync(home, config);
    assertEquals(await maildir(home, ""), messages.slice(5).map(asKept).sort());
    assertEquals(await maildir(home, ".Work"), messages.slice(0, 3).map(asKept).sort());
  },
);

async function configure(home: ClientHome, server: MailServer): Promise<string> {
  const config = await home.write(
    "dovecot.conf",
    `base_dir = ${home.folder}/run
state_dir = ${home.folder}/state
ssl = no
first_valid_uid = 100
mail_uid = ${nobody}
mail_gid = ${nobody}
mail_location = maildir:~/Maildir
mail_prefetch_count = 20
imapc_host = 127.0.0.1
imapc_port = ${server.ports.imap}
imapc_user = ${alice.address}
imapc_password = ${alice.password}
imapc_features = rfc822.size fetch-headers fetch-bodystructure search modseq delay-login
namespace inbox {
  inbox = yes
  separator = /
}
`,
  );
  if (Deno.uid() === 0) { for (const path of [home.folder, config]) await Deno.chown(path, nobody, nobody); }
  return config;
}

/** One run: what is near becomes what is far. */
async function dsync(home: ClientHome, config: string): Promise<void> {
  const reuid = [setpriv.name, `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const { code, stdout, stderr } = await home.run(env, [
    ...["USER=alice", ...Deno.uid() === 0 ? reuid : []],
    ...[doveadm.name, "-c", config, "-v", "backup", "-R", "imapc:"],
  ]);
  assertEquals(code, 0, stdout + stderr);
}

/** Names of the Maildir's folders; that of INBOX is empty. */
async function folders(home: ClientHome): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(`${home.folder}/Maildir`), ({ name }) => name);
  return ["", ...names.filter((name) => name.startsWith("."))].sort();
}

/** The messages of a folder; each was seen. */
async function maildir(home: ClientHome, folder: string): Promise<string[]> {
  const path = `${home.folder}/Maildir/${folder}/cur`;
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  assertEquals(names.filter((name) => !/:2,[A-Z]*S/.test(name)), []);
  return (await Promise.all(names.map(async (name) => latin1(await Deno.readFile(`${path}/${name}`))))).sort();
}

/** A Maildir has LF for CRLF. RFC 9051 §4.3: no octet of a literal is zero; here it comes as another. */
function asKept(message: string): string {
  return message.replaceAll("\r\n", "\n").replaceAll("\0", "\x80");
}
