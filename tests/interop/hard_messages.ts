/**
 * Some hundred messages that servers disagree about, for the comparison with another server: those made by hand, the
 * hard values of single fields, random MIME trees (always the same ones), and what an installed Python tests its parser
 * with. One character is one octet.
 */
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { corpus, type HardMessage } from "../core/message/corpus.ts";
import { brokenMime, mimeNode, printMime } from "../fuzz/mime_arbitrary.ts";

/** Of random trees: the same in each run. */
const seed = 20240101;

/** All of them, each with a name of its own. */
export async function hardMessages(): Promise<readonly HardMessage[]> {
  return [...corpus, ...ofFields(), ...ofTrees(), ...await ofPython()];
}

function ofFields(): HardMessage[] {
  const body = "\r\nGr\xc3\xbc\xc3\x9fe\r\n";
  const message = (kind: string, before = "Subject: x\r\n") => (value: string): HardMessage => ({
    name: `${kind}: ${value}`,
    text: `${before}${kind}: ${value}\r\n${body}`,
  });
  // Without the first some servers look at no other field of a part.
  const ofPart = (kind: string) => message(kind, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
  return [
    ...addresses.flatMap((value) => [message("From")(value), message("Cc")(value)]),
    ...addresses.slice(0, 8).flatMap((value) => [message("Sender")(value), message("Reply-To")(value)]),
    ...texts.flatMap((value) => ["Date", "In-Reply-To", "Message-ID"].map((kind) => message(kind)(value))),
    ...subjects.map(message("Subject", "")),
    ...contentTypes.map(message("Content-Type", "MIME-Version: 1.0\r\n")),
    ...dispositions.map(ofPart("Content-Disposition")),
    ...encodings.map(ofPart("Content-Transfer-Encoding")),
    ...languages.map(ofPart("Content-Language")),
    ...texts.flatMap((value) =>
      ["Content-ID", "Content-Description", "Content-Location"].map((kind) => ofPart(kind)(value))
    ),
  ];
}

function ofTrees(): HardMessage[] {
  const whole = fc.sample(mimeNode, { seed, numRuns: 50 }).map((node) => printMime(node));
  // A CR that ends no line is lost in a Maildir where it stands before CRLF; such messages are among those made by hand.
  const broken = fc.sample(brokenMime, { seed, numRuns: 50 }).map((octets) =>
    latin1(octets).replaceAll(/\r(?!\n)/g, "\r\n")
  );
  return [
    ...whole.map((text, at) => ({ name: `tree ${at}`, text: `Subject: tree\r\nMIME-Version: 1.0\r\n${text}` })),
    ...broken.map((text, at) => ({ name: `broken tree ${at}`, text })),
  ];
}

/** Messages of Python's own tests; none where it has no tests. */
async function ofPython(): Promise<HardMessage[]> {
  const { success, stdout } = await new Deno.Command("python3", {
    args: ["-c", "import os, test.test_email as tests; print(os.path.dirname(tests.__file__) + '/data', end='')"],
    stderr: "null",
  }).output().catch(() => ({ success: false, stdout: new Uint8Array() }));
  if (!success) {
    console.warn("NOT COMPARED: the messages of Python's own tests (Debian: libpython3-testsuite)");
    return [];
  }
  const folder = new TextDecoder().decode(stdout);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    /^msg_\d+\.txt$/.test(name)
  );
  return await Promise.all(
    names.sort().map(async (name) => {
      const text = latin1(await Deno.readFile(`${folder}/${name}`));
      // They are kept with the line ends of a file.
      return { name: `Python: ${name}`, text: text.replaceAll(/\r?\n/g, "\r\n") };
    }),
  );
}

const addresses = [
  "a@example.org",
  "A Name <a@example.org>",
  '"Quoted, Name" <a@example.org>',
  '"Quoted \\"inside\\" name" <a@example.org>',
  "=?utf-8?q?J=C3=B6rg?= <j@example.org>",
  "J\xc3\xb6rg <j@example.org>",
  "a@example.org, b@example.org",
  "A Group: a@example.org, B <b@example.org>;",
  "Undisclosed recipients:;",
  "A (comment) Name <a@example.org>",
  "a@example.org (A Name)",
  "<a@example.org>",
  "<@route.example,@other.example:a@example.org>",
  '"a b"@example.org',
  "a@[192.0.2.1]",
  "a . b @ example . org",
  "a.@example.org",
  "a",
  "A Name",
  "A Name <>",
  "<>",
  ",",
  "a@example.org,, b@example.org",
  "a@example.org;b@example.org",
  "First. Last <a@example.org>",
  "a@b@c.example",
  "A Name <a@example.org",
  "A <a@example.org> trailing",
  "(comment only)",
  "A Group: inner: a@example.org;;",
  "A Group: a@example.org",
  "",
  "\r\n a@example.org,\r\n\tb@example.org",
  "a@example.org (nested (comment) here)",
  '"unclosed <a@example.org>',
];

const texts = [
  "<1@example.org>",
  "<1@example.org> <2@example.org>",
  "no brackets",
  "",
  "  spaces   inside  ",
  "\r\n folded\r\n\ttwice",
  "(a comment) and more",
  'quote " and \\ backslash',
  "Gr\xc3\xbc\xc3\x9fe",
  "Mon, 1 Jan 2024 10:00:00 +0000",
];

const subjects = [
  ...texts,
  "=?utf-8?b?R3LDvMOfZQ==?=",
  "=?utf-8?q?a?= =?utf-8?q?b?=",
  "=?unknown?q?a?=",
  "\t tabs \t",
  "a\tb",
  "x".repeat(1100),
];

const contentTypes = [
  "text/html",
  "TEXT/HTML; CHARSET=UTF-8",
  'text/plain; charset="us-ascii"; format=flowed',
  "text/plain; charset = utf-8",
  'text/plain; name="a\\"b"',
  "text/plain; name*=utf-8''%c3%bc",
  "text/plain; name*0=one; name*1=two",
  "text/plain; name*0*=utf-8''%c3%bc; name*1=two",
  "text/plain; a=1; a=2",
  "text/plain;",
  "text/plain; charset",
  "text/plain; charset=",
  'text/plain; charset=""',
  "text / plain (comment); charset=(x)utf-8",
  "text",
  "/plain",
  "text/",
  "image/png; name=a b.png",
  'application/octet-stream; name="J\xc3\xb6rg"',
  "message/rfc822",
  "message/delivery-status",
  "message/partial; number=1; total=2; id=x",
  "message/external-body; access-type=local-file; name=x",
  "multipart/alternative; boundary=never",
  'multipart/report; report-type=delivery-status; boundary="never"',
  "x-type/x-subtype",
  "",
];

const dispositions = [
  "attachment",
  'ATTACHMENT; filename="a b.txt"',
  "inline; filename*=utf-8''%e2%82%ac.txt; size=10",
  "attachment; filename=a b.txt",
  "attachment filename=x",
  "; filename=x",
  "",
];

const encodings = [
  "7bit",
  "8BIT",
  "binary",
  "quoted-printable",
  "BASE64",
  "x-uuencode",
  "7bit (comment)",
  "7 bit",
  "",
  "base64;x",
];

const languages = ["en", "en, de-CH", "en (English), de", "", ",", "en de"];
