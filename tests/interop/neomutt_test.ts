/** neomutt and mutt, without a person in front of them: mailboxes are opened, messages searched, saved, marked, deleted. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest, type Program } from "./client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const programs: readonly Program[] = [
  { name: "neomutt", packageName: "neomutt" },
  { name: "mutt", packageName: "mutt" },
];
/** It gives the client a terminal. */
const script = { name: "script", packageName: "bsdutils" };

const messageOf = (number: number) =>
  `From: bob@example.org\r\nTo: alice@example.org\r\nSubject: number ${number}\r\nMessage-ID: <${number}@example.org>\r\n` +
  `Date: Mon, 1 Jan 2024 10:00:0${number} +0000\r\n\r\ntext ${number}\r\n`;

/** One run: keys as a person would press them. */
async function press(
  home: ClientHome,
  server: MailServer,
  program: Program,
  { port, settings = "", keys }: { port: "imap" | "imaps"; settings?: string; keys: string },
): Promise<string> {
  const url = `${port}://localhost:${server.ports[port]}/`;
  const config = await home.write(
    "muttrc",
    `set imap_user="${alice.address}" imap_pass="${alice.password}" folder="${url}" spoolfile="${url}INBOX"
set certificate_file="${server.certificate}" ssl_force_tls=${port === "imap" && settings === "" ? "yes" : "no"}
set ssl_verify_host=no delete=yes confirmappend=no confirmcreate=no move=no mark_old=no imap_idle=no
set header_cache="" message_cachedir="" wait_key=no sleep_time=0 beep=no timeout=5 sort=mailbox-order
set record="" postponed="" copy=no quit=yes
${settings}
push "${keys}"
`,
  );
  // Where the tests run there may be no terminal.
  const command = `TERM=xterm ${program.name} -n -F ${config}`;
  const { code, stdout, stderr } = await home.run(script, ["-qec", command, `${home.folder}/typescript`]);
  assertEquals(code, 0, stdout + stderr);
  return stdout;
}

async function numbersIn(server: MailServer, name: string): Promise<(readonly [number: string, flags: string])[]> {
  const { storage } = server;
  const { messages } = await storage.messages((await server.mailbox(alice, name)).id);
  return await Promise.all(messages.map(async ({ body, flags }) => {
    const { messageId = "" } = await storage.summary(body);
    return [messageId.replace("@example.org", ""), [...flags].sort().join(" ")] as const;
  }));
}

for (const program of programs) {
  for (
    const [way, port, settings] of [
      ["STARTTLS", "imap", ""],
      ["IMAPS", "imaps", ""],
      ["IMAPS, compressed, CONDSTORE and QRESYNC", "imaps", "set imap_deflate=yes imap_condstore=yes imap_qresync=yes"],
      ["CRAM-MD5 in the clear", "imap", "set ssl_starttls=no imap_authenticators=cram-md5"],
    ] as const
  ) {
    interopTest(`${program.name}: ${way}`, [program, script], async (home) => {
      await using server = await mailServer();
      for (const number of [1, 2, 3, 4, 5]) await server.deliver(alice, messageOf(number));
      // Saves the second to a new mailbox, flags the third, reads the fourth, deletes what its search finds: the fifth.
      const keys = [
        "<jump>2<enter><save-message>=Saved<enter>",
        "<jump>3<enter><flag-message>",
        "<jump>4<enter><display-message><exit>",
        "<delete-pattern>~b 'text 5'<enter>",
        "<sync-mailbox><quit>",
      ].join("");
      const said = await press(home, server, program, { port, settings, keys });
      assertStringIncludes(said, "number 1");
      assertEquals(await numbersIn(server, "INBOX"), [["1", ""], ["3", "\\Flagged"], ["4", "\\Seen"]]);
      assertEquals(await numbersIn(server, "Saved"), [["2", ""]]);
      // Another run, of what is left.
      await press(home, server, program, {
        ...{
          port,
          settings,
          keys: "<change-folder>=Saved<enter><jump>1<enter><save-message>=INBOX<enter><sync-mailbox><quit>",
        },
      });
      assertEquals((await numbersIn(server, "INBOX")).map(([number]) => number), ["1", "3", "4", "2"]);
      assert((await server.mailbox(alice, "Saved")).messages === 0);
    });
  }
}
