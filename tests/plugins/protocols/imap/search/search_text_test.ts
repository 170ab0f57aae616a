import { assertEquals } from "@std/assert";
import { found, literal, searching, utf8 } from "./searching.ts";

const nested = [
  "From: outer@example.org",
  'Content-Type: multipart/mixed; boundary="b"',
  "",
  "preamble",
  "--b",
  "Content-Type: text/plain; charset=iso-8859-1",
  "Content-Transfer-Encoding: quoted-printable",
  "X-Part: parting",
  "",
  "sch=F6n and a soft=",
  "ly broken line",
  "--b",
  "Content-Type: message/rfc822",
  "",
  "Subject: =?utf-8?q?inn=C3=A9r?=",
  "",
  "inside",
  "--b",
  "Content-Type: application/octet-stream",
  "Content-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf",
  "Content-Transfer-Encoding: base64",
  "",
  "YXR0YWNobWVudA==",
  "--b",
  "Content-Type: text/plain; charset=koi8-r",
  "Content-Transfer-Encoding: base64",
  "",
  "8NLJ18XU",
  "--b--",
  "epilogue",
  "",
].join("\r\n");

Deno.test("imap search: RFC 9051 §6.4.4: TEXT is the header, MIME headers and text; BODY the text alone", async () => {
  await using given = await searching([{ text: nested }]);
  const { client } = given;
  for (
    const [text, inBody, inText] of [
      ["schön and a softly", true, true],
      ["SCHÖN", true, true],
      ["inside", true, true],
      ["Привет", true, true],
      ["привет", true, true],
      ["outer@example.org", false, true],
      ["From: outer", false, true],
      ["parting", false, true],
      ["innér", false, true],
      ["résumé.pdf", false, true],
      ["attachment; filename", false, true],
      ["8NLJ18XU", false, false],
      ["YXR0", false, false],
      ["preamble", false, false],
      ["epilogue", false, false],
      ["soft=", false, false],
      ["line\r\ninside", false, false],
    ] as const
  ) {
    assertEquals(await found(client, `BODY ${literal(text)}`), inBody ? [1] : [], `BODY ${text}`);
    assertEquals(await found(client, `TEXT ${literal(text)}`), inText ? [1] : [], `TEXT ${text}`);
    assertEquals(await found(client, `NOT TEXT ${literal(text)}`), inText ? [] : [1], `NOT TEXT ${text}`);
  }
  assertEquals(await found(client, 'TEXT "" BODY ""'), [1]);
});

Deno.test("imap search: RFC 2231: names of files in fields of the message itself", async () => {
  await using given = await searching([{
    text: "Content-Type: application/pdf; name*0*=utf-8''r%C3%A9; name*1=sum.pdf\r\n" +
      "Content-Disposition: attachment; filename*=utf-8''%C3%BC.pdf\r\n\r\nx",
  }]);
  const { client } = given;
  assertEquals(await found(client, `HEADER Content-Type ${literal("résum.pdf")}`), [1]);
  assertEquals(await found(client, `HEADER Content-Disposition ${literal("Ü.PDF")}`), [1]);
  assertEquals(await found(client, `HEADER Subject ${literal("Ü.PDF")}`), []);
});

Deno.test("imap search: RFC 9051 §6.4.4: texts in any charset that is known, BADCHARSET for others", async () => {
  await using given = await searching([{ text: `Subject: ${utf8("Привет über")}\r\n\r\nx` }]);
  const { client } = given;
  assertEquals(await found(client, "CHARSET UTF-8 SUBJECT {2+}\r\n\xc3\xbc"), [1]);
  assertEquals(await found(client, "CHARSET us-ascii SUBJECT ber"), [1]);
  assertEquals(await found(client, "CHARSET KOI8-R SUBJECT {3+}\r\n\xf0\xd2\xc9"), [1]);
  assertEquals(await found(client, 'CHARSET "iso-8859-1" SUBJECT {4+}\r\n\xfcber'), [1]);
  assertEquals(await found(client, "CHARSET cp850 SUBJECT {4+}\r\n\x81ber"), [1]);
  for (const charset of ["x-none", '""', "x-unknown", "binary"]) {
    assertEquals(
      await found(client, `CHARSET ${charset} SUBJECT x`),
      "NO [BADCHARSET (UTF-8 US-ASCII)] That charset is not known here",
    );
  }
});

Deno.test("imap search: RFC 6855 §3: once UTF8=ACCEPT is enabled, a charset makes SEARCH BAD; SORT needs one", async () => {
  await using given = await searching([{ text: `Subject: ${utf8("über")}\r\n\r\n` }]);
  const { client } = given;
  await client.run("ENABLE UTF8=ACCEPT");
  assertEquals(await found(client, `SUBJECT "${utf8("ÜBER")}"`), [1]);
  for (const command of ["SEARCH CHARSET UTF-8 ALL", "UID SEARCH CHARSET US-ASCII ALL", "ESEARCH CHARSET UTF-8 ALL"]) {
    assertEquals((await client.run(command)).at(-1)?.slice(0, 4), "BAD ", command);
  }
  assertEquals(await client.run("SORT (DATE) UTF-8 ALL"), ["* SORT 1", "OK Sorted"]);
});

Deno.test("imap search: RFC 5255 §4.6 (c): what is no text in its charset is compared by its octets", async () => {
  const plain = (charset: string, text: string) => ({
    text: `Content-Type: text/plain; charset=${charset}\r\n\r\n${text}`,
  });
  await using given = await searching([
    plain("utf-8", "Caf\xe9 cr\xc3\xa8me"),
    plain("utf-8", utf8("Café")),
    plain("x-none", "Caf\xe9"),
    { text: "Subject: =?utf-8?q?Caf=E9?=\r\n\r\n" },
    { text: "Subject: Caf\xe9\r\n\r\n" },
  ]);
  const { client } = given;
  // The octets as they were sent, for these are no UTF-8.
  assertEquals(await found(client, "BODY {4+}\r\nCaf\xe9"), [1, 3]);
  assertEquals(await found(client, "BODY {4+}\r\ncaf\xe9"), []);
  assertEquals(await found(client, "SUBJECT {4+}\r\nCaf\xe9"), [4, 5]);
  assertEquals(await found(client, "TEXT {2+}\r\nf\xe9"), [1, 3, 4, 5]);
  assertEquals(await found(client, `BODY ${literal("crème")}`), [1]);
  // As far as a text can be read, it is found in any case.
  assertEquals(await found(client, `BODY ${literal("CAF")}`), [1, 2, 3]);
  assertEquals(await found(client, `TEXT ${literal("café")}`), [2, 3, 5]);
});

Deno.test("imap search: a header that is too large to be kept is read again", async () => {
  const many = Array.from({ length: 3000 }, (_, n) => `X-Filler: ${n}\r\n`).join("");
  const far = "Subject: far down\r\nDate: Sun, 1 Feb 2026 12:00:00 +0000\r\nX-Last: =?utf-8?q?l=C3=A4st?=\r\n";
  const long = `X-Long: ${"x".repeat(200_000)} the end\r\n`;
  await using given = await searching([
    { text: `${many}${far}\r\nX-Last: in the body` },
    { text: `${many}${long}\r\nx` },
    { text: `${many}\r\nX-Last: l\xc3\xa4st` },
  ]);
  const { client } = given;
  assertEquals(await found(client, `HEADER X-Last ${literal("LÄST")}`), [1]);
  assertEquals(await found(client, 'HEADER X-Last ""'), [1]);
  assertEquals(await found(client, 'HEADER X-Long "the end"'), [2]);
  assertEquals(await found(client, "HEADER X-Filler 2999"), [1, 2, 3]);
  assertEquals(await found(client, 'SUBJECT "far down"'), [1]);
  assertEquals(await found(client, "SENTON 1-Feb-2026"), [1]);
  assertEquals(await found(client, "HEADER X-Last body"), []);
});

Deno.test("imap search: long texts are found wherever they stand, also across the pieces that are looked at", async () => {
  const filler = (length: number) => "the quick brown fox ".repeat(Math.ceil(length / 20)).slice(0, length);
  const places = [0, 65_000, 65_530, 131_060, 131_072, 262_130, 400_000];
  const needle = `needle${filler(300)}haystäck`;
  await using given = await searching(
    places.map((at) => ({
      text: `Content-Type: text/plain; charset=utf-8\r\n\r\n${filler(at)}${utf8(needle)}${filler(1000)}`,
    })),
  );
  const { client } = given;
  const all = places.map((_, index) => index + 1);
  assertEquals(await found(client, `BODY ${literal(needle.toUpperCase())}`), all);
  assertEquals(await found(client, `BODY ${literal("haysta\u0308ck")}`), all);
  assertEquals(await found(client, `BODY ${literal(`${needle}x`)}`), []);
});

Deno.test("imap search: so many texts at once are refused that one message would stall others", async () => {
  await using given = await searching([{}]);
  const { client } = given;
  assertEquals(await found(client, "TEXT body ".repeat(120).trim()), [1]);
  assertEquals(
    await found(client, "TEXT body ".repeat(200).trim()),
    "NO [LIMIT] Too many texts are looked for at once",
  );
});

Deno.test("imap search: a header is looked at up to a mebibyte, whatever is sought and however", async () => {
  const many = "X-Many: of them\r\n";
  const text = `${many.repeat(60_000)}X-Early: early\r\n${many.repeat(10_000)}X-Late: late\r\nTo: late\r\n\r\nbody\r\n`;
  await using given = await searching([{ text }]);
  const { client } = given;
  for (const early of ["HEADER X-Early early", "TEXT X-Early", "TEXT body"]) {
    assertEquals(await found(client, early), [1], early);
  }
  for (const late of ['HEADER X-Late ""', "TO late", "TEXT late", "FUZZY TEXT late"]) {
    assertEquals(await found(client, late), [], late);
  }
});
