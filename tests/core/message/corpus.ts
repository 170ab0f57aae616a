/** Hard messages, made by hand: each is something that real mail does wrong, or does rarely. One character is one octet. */

/** A message and why it is here. */
export interface HardMessage {
  readonly name: string;
  readonly text: string;
}

/** Octets of a text of one character per octet. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function crlf(...lines: readonly string[]): string {
  return lines.join("\r\n");
}

const nestedForward = crlf(
  "From: outer@example.org",
  'Content-Type: multipart/mixed; boundary="outer"',
  "",
  "preamble",
  "--outer",
  "Content-Type: message/rfc822",
  "",
  "From: inner@example.org",
  "Subject: inner",
  'Content-Type: multipart/alternative; boundary="inner"',
  "",
  "--inner",
  "",
  "plain",
  "--inner",
  "Content-Type: text/html",
  "",
  "<p>html",
  "--inner--",
  "inner epilogue",
  "--outer",
  "Content-Type: text/plain; name=last",
  "",
  "last",
  "--outer--",
  "epilogue",
  "",
);

/** All of them; tests pick by name, or run over every one. */
export const corpus: readonly HardMessage[] = [
  { name: "empty", text: "" },
  { name: "only a line end", text: "\r\n" },
  { name: "only a bare CR", text: "\r" },
  { name: "only NULs", text: "\0\0\0\0" },
  { name: "header without body", text: "Subject: x\r\n" },
  { name: "header without line end", text: "Subject: x" },
  { name: "body without header", text: "\r\njust text\r\n" },
  { name: "text that is no header", text: "Hello there\r\nthis has no fields\r\n" },
  { name: "plain", text: crlf("From: a@example.org", "Subject: hi", "", "line one", "line two", "") },
  { name: "bare LF throughout", text: "From: a@example.org\nSubject: hi\n\nline one\nline two\n" },
  { name: "bare CR throughout", text: "From: a@example.org\rSubject: hi\r\rline one\rline two\r" },
  { name: "mixed line ends", text: "Subject: a\nTo: b@example.org\r\n\nx\r\ny\rz\n\r\r\n" },
  { name: "last line without end", text: "Subject: x\r\n\r\nno end" },
  { name: "mbox line first", text: "From a@example.org Tue Nov 24 07:00:00 2026\r\nSubject: x\r\n\r\nbody\r\n" },
  { name: "NUL in header and body", text: "Sub\0ject: x\r\nTo: a\0b@example.org\r\n\r\nbo\0dy\r\n" },
  {
    name: "8-bit UTF-8 header",
    text: "Subject: Gr\xc3\xbc\xc3\x9fe\r\nFrom: J\xc3\xbcrgen <j@example.org>\r\n\r\nx\r\n",
  },
  { name: "8-bit Latin-1 header", text: "Subject: Gr\xfc\xdfe\r\nFrom: J\xfcrgen <j@example.org>\r\n\r\nx\r\n" },
  { name: "line of white space in a folded field", text: "Subject: a\r\n \r\n b\r\nTo: c@example.org\r\n\r\nx\r\n" },
  { name: "white space before the colon", text: "Subject : x\r\nTo\t: a@example.org\r\n\r\nbody" },
  { name: "continuation as first line", text: " folded from nothing\r\nSubject: x\r\n\r\nbody" },
  { name: "empty field name", text: ": nothing\r\nSubject: x\r\n\r\nbody" },
  { name: "fields twice", text: "Subject: one\r\nSubject: two\r\nTo: a@x.example\r\nTo: b@x.example\r\n\r\nbody" },
  { name: "nested forward", text: nestedForward },
  { name: "nested forward, bare LF", text: nestedForward.replaceAll("\r\n", "\n") },
  {
    name: "boundary never comes",
    text: crlf("Content-Type: multipart/mixed; boundary=abc", "", "text that", "has no boundary", ""),
  },
  {
    name: "multipart without boundary",
    text: crlf("Content-Type: multipart/mixed", "", "--x", "", "text", "--x--", ""),
  },
  {
    name: "empty boundary",
    text: crlf('Content-Type: multipart/mixed; boundary=""', "", "--", "", "text", "----", ""),
  },
  {
    name: "no closing boundary",
    text: crlf("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "", "two", ""),
  },
  {
    name: "closing boundary without line end",
    text: crlf("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b--"),
  },
  {
    name: "boundary inside a part's header",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: text/html",
      "--b",
      "",
      "two",
      "--b--",
    ),
  },
  {
    name: "boundaries one after another",
    text: crlf("Content-Type: multipart/mixed; boundary=b", "", "--b", "--b", "--b", "--b--", ""),
  },
  {
    name: "white space after boundaries",
    text: crlf("Content-Type: multipart/mixed; boundary=b", "", "--b \t ", "", "one", "--b-- \t", "epilogue"),
  },
  {
    name: "boundaries that begin alike",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=a",
      "",
      "--a",
      "Content-Type: multipart/alternative; boundary=ab",
      "",
      "--ab",
      "",
      "one",
      "--ab--",
      "--a",
      "",
      "two",
      "--a--",
    ),
  },
  {
    name: "one boundary on two levels",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: multipart/alternative; boundary=b",
      "",
      "--b",
      "",
      "inner",
      "--b--",
      "--b",
      "",
      "outer",
      "--b--",
    ),
  },
  {
    name: "inner boundary after its end",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=outer",
      "",
      "--outer",
      "Content-Type: multipart/mixed; boundary=inner",
      "",
      "--inner",
      "",
      "one",
      "--outer",
      "Content-Type: multipart/mixed; boundary=other",
      "",
      "--other",
      "",
      "two",
      "--inner",
      "",
      "three",
      "--outer--",
    ),
  },
  {
    name: "junk after a boundary",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b junk",
      "",
      "one",
      "--b--This list is run by",
      "end",
    ),
  },
  {
    name: "8-bit boundary",
    text: crlf('Content-Type: multipart/mixed; boundary="\xfc"', "", "--\xfc", "", "one", "--\xfc--", ""),
  },
  {
    name: "digest",
    text: crlf(
      "Content-Type: multipart/digest; boundary=d",
      "",
      "--d",
      "",
      "Subject: first",
      "",
      "x",
      "--d",
      "",
      "Subject: 2",
    ),
  },
  {
    name: "message with nothing in it",
    text: crlf("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: message/rfc822", "", "--b--"),
  },
  {
    name: "message whose header is cut by a boundary",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: message/rfc822",
      "",
      "Subject: cut",
      "--b--",
    ),
  },
  {
    name: "message with header but no body before a boundary",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: message/rfc822",
      "",
      "Subject: empty",
      "",
      "--b--",
      "",
    ),
  },
  {
    name: "encoded message",
    text: crlf(
      "Content-Type: message/rfc822",
      "Content-Transfer-Encoding: base64",
      "",
      "U3ViamVjdDogeA0KDQp4DQo=",
      "",
    ),
  },
  {
    name: "message in a message in a message",
    text: crlf("Content-Type: message/rfc822", "", "Content-Type: message/global", "", "Subject: deep", "", "end", ""),
  },
  {
    name: "all fields of a part",
    text: crlf(
      'Content-Type: multipart/related; boundary=r; type="text/html"',
      "Content-Language: en, de-CH (Swiss)",
      "Content-Location: http://example.org/",
      "",
      "--r",
      'Content-Type: IMAGE/Png; NAME="a b.png"',
      "Content-ID: <1@example.org>",
      "Content-Description: =?utf-8?q?ein_Bild?=",
      "Content-Transfer-Encoding: BASE64 (of course)",
      "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==",
      "Content-Disposition: inline; filename*=utf-8''%c3%bc.png; size=3",
      "",
      "AAAA",
      "--r--",
    ),
  },
  {
    name: "broken content types",
    text: crlf(
      "Content-Type: multipart; boundary=b",
      "",
      "--b",
      "Content-Type: text",
      "",
      "--b",
      "Content-Type: ;;;",
      "",
      "--b",
      "Content-Type: text/plain charset=utf-8",
      "",
      "--b",
      "Content-Type: application/pdf; name=my file.pdf",
      "",
      "--b",
      "Content-Type:",
      "",
      "--b--",
    ),
  },
  {
    name: "quoted-printable Latin-1",
    text: crlf(
      "Subject: =?iso-8859-1?q?Gr=FC=DFe?=",
      "Content-Type: text/plain; charset=iso-8859-1",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "Gr=FC=",
      "=DFe aus",
      "",
    ),
  },
  {
    name: "UTF-7 and a DOS code page",
    text: crlf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-7",
      "",
      "Hi Mom -+Jjo--!",
      "--b",
      "Content-Type: text/plain; charset=cp850",
      "",
      "\x81ber",
      "--b--",
    ),
  },
];

/** The octets of a message by its name. */
export function hardMessage(name: string): Uint8Array {
  const found = corpus.find((message) => message.name === name);
  if (!found) throw new Error(`no such message in the corpus: ${name}`);
  return octets(found.text);
}
