/**
 * PHP's imap extension, which is the c-client of the University of Washington (Alpine is built on it): a session over
 * IMAPS with what it has functions for, and a maildrop over POP3S.
 */
import { assertEquals } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, mailServer } from "./server.ts";

const programs = [
  { name: "php", packageName: "php-cli" },
  { name: "/usr/lib/libc-client.so.2007e.0", packageName: "php-imap" },
] as const;

const messages = [
  "From: Bob <bob@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@example.org>\r\n" +
  "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
  "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\u00fc\u00dfe\r\n" +
  "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nwithin\r\n" +
  "--b\r\nContent-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n",
  "From: Carol <carol@example.org>\r\nSubject: beta\r\nMessage-ID: <2@example.org>\r\n\r\n.one dot\r\n",
  "From: Bob <bob@example.org>\r\nSubject: Re: beta\r\nMessage-ID: <3@example.org>\r\n" +
  "References: <2@example.org>\r\n\r\nanswer\r\n",
];

const imapSession = `
$server = $argv[1];
$box = imap_open($server . "INBOX", $argv[2], $argv[3], 0, 1) or die(imap_last_error());
$said = fn(array $lines) => array_map(fn($line) => str_replace($server, "", $line), $lines);
$new = $server . "K&AOQ-se/New";
$out = [];
$out["created"] = imap_createmailbox($box, $new) && imap_subscribe($box, $server . "INBOX");
$out["listed"] = $said(imap_list($box, $server, "*"));
$out["subscribed"] = $said(imap_lsub($box, $server, "*"));
$structure = imap_fetchstructure($box, 1);
$out["types"] = array_map(fn($part) => "$part->type/$part->subtype", $structure->parts);
$out["inner"] = imap_fetchbody($box, 1, "2.1", FT_PEEK);
$out["image"] = imap_fetchbody($box, 1, "3", FT_PEEK);
$out["unseen"] = imap_status($box, $server . "INBOX", SA_ALL)->unseen;
$out["body"] = imap_body($box, 2);
$out["subject"] = imap_mime_header_decode(imap_headerinfo($box, 1)->subject)[0]->text;
$out["found"] = imap_search($box, "BODY \\"Gr\\u{fc}\\u{df}e\\"", SE_UID, "UTF-8");
$out["of bob"] = imap_search($box, "UNSEEN FROM \\"bob\\"");
$out["sorted"] = imap_sort($box, SORTFROM, true);
$numbers = fn(array $tree) => array_filter($tree, fn($key) => str_ends_with($key, "num"), ARRAY_FILTER_USE_KEY);
$out["threads"] = array_values($numbers(imap_thread($box)));
$out["flagged"] = imap_setflag_full($box, "1,3", "\\\\Flagged Mine") && imap_clearflag_full($box, "3", "\\\\Flagged");
$kept = "Subject: kept\\r\\n\\r\\nx\\r\\n";
$out["appended"] = imap_append($box, $new, $kept, "\\\\Seen", "01-Jan-2024 10:00:00 +0100");
$out["copied"] = imap_mail_copy($box, "1", "K&AOQ-se/New");
$out["nowhere"] = [imap_mail_copy($box, "1", "Nowhere"), ...imap_errors()];
$out["moved"] = imap_mail_move($box, "2", "K&AOQ-se/New") && imap_expunge($box) && imap_num_msg($box) === 2;
$out["reopened"] = imap_reopen($box, $new) && imap_num_msg($box) === 3;
$out["date"] = imap_headerinfo($box, 1)->MailDate;
$out["rights"] = imap_setacl($box, "INBOX", $argv[2], "lrswipkxtecda") && is_array(imap_getacl($box, "INBOX"));
$out["deleted"] = imap_reopen($box, $server . "INBOX") && imap_deletemailbox($box, $new);
$out["errors"] = imap_errors();
imap_close($box);
echo json_encode($out, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
`;

const popSession = `
$box = imap_open($argv[1] . "INBOX", $argv[2], $argv[3], 0, 1) or die(imap_last_error());
$out = [];
foreach (range(1, imap_num_msg($box)) as $number) {
  $out[] = imap_fetchheader($box, $number) . imap_body($box, $number);
  imap_delete($box, $number);
}
imap_close($box, CL_EXPUNGE);
echo json_encode($out, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
`;

/** Runs a script for a mailbox in the notation of c-client, and reads what it prints. */
async function php(home: ClientHome, script: string, server: string): Promise<unknown> {
  const file = await home.write("session.php", `<?php${script}`);
  const { code, stdout, stderr } = await home.run(programs[0], [file, server, alice.address, alice.password]);
  assertEquals(code, 0, stdout + stderr);
  return JSON.parse(stdout);
}

interopTest("PHP: a session of c-client over IMAPS", programs, async (home) => {
  await using server = await mailServer();
  for (const message of messages) await server.deliver(alice, message);
  const said = await php(home, imapSession, `{localhost:${server.ports.imaps}/imap/ssl/novalidate-cert}`);
  assertEquals(said, {
    created: true,
    listed: ["INBOX", "K&AOQ-se", "K&AOQ-se/New"],
    subscribed: ["INBOX"],
    types: ["0/PLAIN", "2/RFC822", "5/PNG"],
    inner: "within",
    image: "AAEC",
    unseen: 3,
    body: ".one dot\r\n",
    subject: "Grüße",
    found: [1],
    "of bob": [1, 3],
    sorted: [2, 1, 3],
    threads: [1, 2, 3],
    flagged: true,
    appended: true,
    copied: true,
    nowhere: [false, "[TRYCREATE] There is no such mailbox"],
    moved: true,
    reopened: true,
    date: " 1-Jan-2024 09:00:00 +0000",
    rights: true,
    deleted: true,
    errors: false,
  });
  const { messages: left } = await server.storage.messages((await server.mailbox(alice, "INBOX")).id);
  assertEquals(left.map(({ flags }) => [...flags].sort()), [["Mine", "\\Flagged"], ["Mine"]]);
});

interopTest("PHP: c-client empties a maildrop over POP3S", programs, async (home) => {
  await using server = await mailServer();
  for (const message of messages) await server.deliver(alice, message);
  const maildrop = `{localhost:${server.ports.pop3s}/pop3/ssl/novalidate-cert}`;
  assertEquals(await php(home, popSession, maildrop), messages);
  assertEquals(await server.inbox(alice), []);
});
