import { assertEquals } from "@std/assert";
import { found, literal, searching, utf8 } from "./searching.ts";

Deno.test("imap search: RFC 9051 §6.4.4: flags and keywords, without regard to case", async () => {
  await using given = await searching([
    { flags: ["\\Seen"] },
    { flags: ["\\Answered", "$Forwarded"] },
    { flags: ["\\Deleted", "\\Draft"] },
    { flags: ["\\Flagged", "work"] },
  ]);
  const { client } = given;
  for (
    const [program, expected] of [
      ["ALL", [1, 2, 3, 4]],
      ["SEEN", [1]],
      ["UNSEEN", [2, 3, 4]],
      ["ANSWERED", [2]],
      ["UNANSWERED", [1, 3, 4]],
      ["DELETED", [3]],
      ["UNDELETED", [1, 2, 4]],
      ["DRAFT", [3]],
      ["UNDRAFT", [1, 2, 4]],
      ["FLAGGED", [4]],
      ["UNFLAGGED", [1, 2, 3]],
      ["KEYWORD $forwarded", [2]],
      ["KEYWORD WORK", [4]],
      ["UNKEYWORD work", [1, 2, 3]],
      ["KEYWORD none", []],
      ["UNSEEN UNDELETED", [2, 4]],
      ["OR SEEN FLAGGED", [1, 4]],
      ["NOT OR SEEN FLAGGED", [2, 3]],
      ["NOT (SEEN FLAGGED)", [1, 2, 3, 4]],
      ["(UNSEEN) (OR (DRAFT DELETED) ANSWERED)", [2, 3]],
      ["SAVEDATESUPPORTED", [1, 2, 3, 4]],
    ] as const
  ) assertEquals(await found(client, program), expected, program);
});

Deno.test("imap search: RFC 3501 §6.4.4: RECENT, NEW and OLD, of the session", async () => {
  await using given = await searching([{ flags: ["\\Seen"] }, {}]);
  const { client } = given;
  assertEquals(await found(client, "RECENT"), [1, 2]);
  assertEquals(await found(client, "NEW"), [2]);
  assertEquals(await found(client, "OLD"), []);
  await client.run("EXAMINE INBOX");
  assertEquals([await found(client, "RECENT"), await found(client, "OLD")], [[], [1, 2]]);
});

Deno.test("imap search: RFC 9051 §6.4.4: days of INTERNALDATE, without its time", async () => {
  await using given = await searching([
    { receivedAt: "2026-02-01T00:00:00Z" },
    { receivedAt: "2026-02-01T23:59:59Z" },
    { receivedAt: "2026-02-02T00:00:00Z" },
  ]);
  const { client } = given;
  assertEquals(await found(client, "BEFORE 1-Feb-2026"), []);
  assertEquals(await found(client, "BEFORE 2-Feb-2026"), [1, 2]);
  assertEquals(await found(client, 'ON "1-Feb-2026"'), [1, 2]);
  assertEquals(await found(client, "SINCE 2-feb-2026"), [3]);
  assertEquals(await found(client, "SINCE 1-Feb-2026 BEFORE 2-Feb-2026"), [1, 2]);
});

Deno.test("imap search: RFC 9051 §6.4.4: days of the Date field are the sender's, whatever the zone", async () => {
  const dated = (date: string) => ({ text: `Date: ${date}\r\n\r\nx` });
  await using given = await searching([
    dated("Sun, 1 Feb 2026 23:30:00 -0800"),
    dated("Mon, 2 Feb 2026 00:30:00 +0900"),
    dated("no date at all"),
    { text: "Subject: none\r\n\r\nx" },
  ]);
  const { client } = given;
  assertEquals(await found(client, "SENTON 1-Feb-2026"), [1]);
  assertEquals(await found(client, "SENTON 2-Feb-2026"), [2]);
  assertEquals(await found(client, "SENTBEFORE 2-Feb-2026"), [1]);
  assertEquals(await found(client, "SENTSINCE 1-Feb-2026"), [1, 2]);
  assertEquals(await found(client, "NOT SENTSINCE 1-Jan-1970"), [3, 4]);
});

Deno.test("imap search: RFC 8514 §4.3: days on which a message came into the mailbox", async () => {
  await using given = await searching([{ receivedAt: "2001-01-01T00:00:00Z" }]);
  const { client } = given;
  assertEquals(await found(client, "SAVEDON 24-Nov-2026"), [1]);
  assertEquals(await found(client, "SAVEDBEFORE 24-Nov-2026"), []);
  assertEquals(await found(client, "SAVEDSINCE 24-Nov-2026"), [1]);
});

Deno.test("imap search: RFC 5032 §2: OLDER and YOUNGER, both ends included, to the second", async () => {
  await using given = await searching([
    { receivedAt: "2026-11-24T06:59:58.900Z" },
    { receivedAt: "2026-11-24T06:59:50.100Z" },
    { receivedAt: "2026-11-24T06:59:49.999Z" },
  ], { now: () => new Date("2026-11-24T07:00:00.500Z") });
  const { client } = given;
  assertEquals(await found(client, "OLDER 10"), [2, 3]);
  assertEquals(await found(client, "YOUNGER 10"), [1, 2]);
  assertEquals(await found(client, "OLDER 11"), [3]);
  assertEquals(await found(client, "YOUNGER 1"), []);
  assertEquals(await found(client, "YOUNGER 2"), [1]);
});

Deno.test("imap search: RFC 9051 §6.4.4: sizes are octets, and neither end is included", async () => {
  await using given = await searching(["", "12", "1234"].map((text) => ({ text: `\r\n${text}` })));
  const { client } = given;
  assertEquals(await found(client, "LARGER 4"), [3]);
  assertEquals(await found(client, "SMALLER 4"), [1]);
  assertEquals(await found(client, "NOT LARGER 4 NOT SMALLER 4"), [2]);
});

Deno.test("imap search: RFC 9051 §6.4.4, RFC 7377 §2: sets, also beyond the last message", async () => {
  await using given = await searching([{}, {}, {}, {}]);
  const { client } = given;
  await client.run("UID STORE 2 +FLAGS (\\Deleted)");
  await client.run("EXPUNGE");
  // UIDs 1, 3 and 4 are messages 1, 2 and 3.
  for (
    const [program, expected] of [
      ["1", [1]],
      ["2:*", [2, 3]],
      ["*", [3]],
      ["3,1", [1, 3]],
      ["2:100", [2, 3]],
      ["50:100", []],
      ["50:*", [3]],
      ["NOT 50:100", [1, 2, 3]],
      ["UID 3", [2]],
      ["UID 2", []],
      ["UID 2:3", [2]],
      ["UID *", [3]],
      ["UID 900:*", [3]],
      ["UID 900:901", []],
      ["1:2 UID 3:4", [2]],
      ["OR 1 UID 4", [1, 3]],
      ["NOT UID 3", [1, 3]],
    ] as const
  ) assertEquals(await found(client, program), expected, program);
  assertEquals(await client.run("UID SEARCH 2:3"), ["* SEARCH 3 4", "OK Searched"]);
  await client.run("STORE 1:* +FLAGS.SILENT (\\Deleted)");
  await client.run("EXPUNGE");
  for (const program of ["1", "1:*", "*", "UID *", "UID 1:*", "ALL"]) assertEquals(await found(client, program), []);
});

Deno.test("imap search: RFC 8474 §6: EMAILID and THREADID, letter by letter", async () => {
  await using given = await searching([
    { text: "Message-ID: <a@x>\r\n\r\n" },
    { text: "Message-ID: <b@x>\r\nReferences: <a@x>\r\n\r\n" },
    { text: "Message-ID: <c@x>\r\n\r\n" },
  ]);
  const { client } = given;
  const [line = ""] = await client.run("FETCH 2 (EMAILID THREADID)");
  const [, email = "", thread = ""] = /EMAILID \(([^)]+)\) THREADID \(([^)]+)\)/.exec(line) ?? [];
  assertEquals(await found(client, `EMAILID ${email}`), [2]);
  assertEquals(await found(client, `THREADID ${thread}`), [1, 2]);
  assertEquals(await found(client, `EMAILID ${email.toLowerCase()}`), []);
  assertEquals(await found(client, "OR EMAILID nothing THREADID nothing"), []);
});

Deno.test("imap search: RFC 9051 §6.4.4: fields of the envelope, decoded, in any case, empty texts where the field is", async () => {
  await using given = await searching([
    {
      text: 'From: "Public, Joe \\"Q\\"" <joe@example.org>\r\nTo: a@x.example,\r\n b@y.example (Bea)\r\n' +
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= aus\r\n =?iso-8859-1?q?K=F6ln?=\r\nCc: team: c@z.example;\r\n\r\nx",
    },
    {
      text: "Subject: first\r\nSubject: second\r\nBcc: hidden@x.example\r\nTo: a@x.example\r\nTo: d@x.example\r\n\r\nx",
    },
    { text: "X-To: a@x.example\r\n\r\nSubject: in the body\r\n" },
  ]);
  const { client } = given;
  for (
    const [program, expected] of [
      ["FROM JOE@EXAMPLE", [1]],
      [`FROM ${literal('Joe "Q" <joe')}`, [1]],
      [`FROM ${literal('Public, Joe "Q" <joe@example.org>')}`, [1]],
      [`FROM ${literal('Joe \\"Q\\"')}`, [1]],
      ['FROM ""', [1]],
      ["TO a@x", [1, 2]],
      ["TO Bea", [1]],
      ['TO "Bea <b@y.example>"', [1]],
      ["TO d@x.example", [2]],
      ["CC c@z", [1]],
      ['CC ""', [1]],
      ["BCC hidden", [2]],
      [`SUBJECT ${literal("GRÜßE AUS KÖLN")}`, [1]],
      [`SUBJECT ${literal("grüsse")}`, []],
      ["SUBJECT first", [2]],
      ["SUBJECT second", []],
      ["HEADER Subject second", [2]],
      ["SUBJECT body", []],
      ["HEADER to a@x", [1, 2]],
      ["HEADER X-TO a@x", [3]],
      ['HEADER "x-to" ""', [3]],
      ["HEADER X-Nothing {0+}\r\n", []],
    ] as const
  ) assertEquals(await found(client, program), expected, program);
});

Deno.test("imap search: RFC 5255 §4.2: i;unicode-casemap: letters in any case, composed or not", async () => {
  await using given = await searching([
    { text: `Subject: ${utf8("ΣΊΣΥΦΟΣ")}\r\n\r\n${utf8("e\u0301t\u00e9 \u01c6")}` },
  ]);
  const { client } = given;
  assertEquals(await found(client, `SUBJECT ${literal("σίσυφοσ")}`), [1]);
  assertEquals(await found(client, `BODY ${literal("\u00c9TE\u0301")}`), [1]);
  assertEquals(await found(client, `BODY ${literal("\u01c4")}`), [1]);
  assertEquals(await found(client, `BODY ${literal("ete")}`), []);
});
