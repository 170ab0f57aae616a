import { assert, assertEquals } from "@std/assert";
import { openSqlite } from "../../../../storage/sqlite/open_storage.ts";
import { afterLogin, fred, testService } from "../talk.ts";

const multipart = [
  "Subject: parts\r\nFrom: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
  "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nAGEAYgA=\r\n",
  "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nna=C3=AFve\r\n",
  "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\nTo: b@example.org\r\n\r\ndeep\r\n--b--\r\n",
].join("");
const messages = [
  "Subject: plain\r\nTo: a@example.org\r\n\r\ntext\r\n",
  "Subject: NUL\r\n\r\nbefore\x00after",
  "Subject: N\x00L\r\nX-Other: y\r\n\r\nclean",
  multipart,
  "",
  "Subject: 8bit \xe9\xff\r\n\r\n\xc3",
  `Subject: large\r\n\r\n${"0123456789abcdef\r\n".repeat(5000)}`,
  `Subject: larger\r\n\r\n${"0123456789abcdef\r\n".repeat(10_000)}\x00`,
  multipart.replace("deep", "d\x00p"),
];
const items = [
  ...["BODY.PEEK[]", "BODY.PEEK[]<3.20>", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]", "BODY.PEEK[TEXT]<2.9>", "RFC822"],
  ...["BODY.PEEK[HEADER.FIELDS (SUBJECT TO)]", "BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT)]", "BODY.PEEK[1]<0.5>"],
  ...["BODY.PEEK[2.MIME]", "BODY.PEEK[3.HEADER.FIELDS (TO)]", "BODY.PEEK[3.TEXT]", "BODY.PEEK[9]", "RFC822.HEADER"],
  ...["BINARY.PEEK[1]", "BINARY.PEEK[2]<1.9>", "BINARY.SIZE[1]", "PREVIEW", "(BODY.PEEK[] UID BODY.PEEK[TEXT] FLAGS)"],
];

Deno.test("RFC 9051 §6.4.5: sections are the same whether octets are at hand, one message or many", async () => {
  const sqlite = await openSqlite();
  try {
    const stored = await testService({ storage: sqlite.storage }), inMemory = await testService();
    for (const tested of [stored, inMemory]) await tested.fill(fred, "INBOX", messages, ["\\Seen"]);
    const { id } = await stored.mailbox(fred);
    const bodies = (await sqlite.storage.messages(id)).messages.map(({ body }) => body);
    assert((await sqlite.storage.openBodies(bodies)).some(({ clean }) => clean !== undefined), "some are at hand");
    for (const set of ["1:*", "1", "3", "4", "2,9"]) {
      const commands = items.map((item, n) => `a${n} FETCH ${set} ${item}\r\n`).join("");
      const [found, expected] = await Promise.all(
        [stored, inMemory].map((tested) => afterLogin(tested, `a EXAMINE INBOX\r\n${commands}`)),
      );
      assertEquals(withoutIds(found), withoutIds(expected));
    }
  } finally {
    await sqlite.close();
  }
});

/** What a storage may choose: UIDVALIDITY, and ids of objects. */
function withoutIds(lines: readonly string[] = []): readonly string[] {
  return lines.filter((line) => !/UIDVALIDITY|MAILBOXID/.test(line));
}
