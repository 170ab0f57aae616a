import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CharsetDecoder, loadCharsets } from "../../../core/message/charset.ts";
import { Header } from "../../../core/message/header.ts";
import {
  addressText,
  type ReadableBody,
  readField,
  readValue,
  type SearchPiece,
  searchText,
  searchTextOf,
  type SearchTextOptions,
} from "../../../core/message/search_text.ts";
import { summarize } from "../../../core/message/summary.ts";
import { hardMessage, octets } from "./corpus.ts";
import { parseMime } from "./parse_mime.ts";

function piecesOf(message: Uint8Array, options: SearchTextOptions): SearchPiece[] {
  return [...searchTextOf(parseMime(message), (start, end) => message.subarray(start, end), options)];
}

function textsOf(message: Uint8Array, header: boolean): string[] {
  return piecesOf(message, { header }).map(({ text }) => text);
}

function bodyOf(message: Uint8Array): ReadableBody {
  return { size: message.length, read: (start, end) => Promise.resolve(message.subarray(start, end)) };
}

Deno.test("RFC 9051 §6.4.4: TEXT has the header, BODY has not; encoded words and charsets are decoded", () => {
  const message = hardMessage("quoted-printable Latin-1");
  const [header, body, ...more] = piecesOf(message, { header: true });
  assert(header?.isHeader && header.text.startsWith("Subject: Grüße\n"));
  assertEquals([body, more], [{ isHeader: false, continues: false, text: "Grüße aus\r\n" }, []]);
  assertEquals(textsOf(message, false), ["Grüße aus\r\n"]);
});

Deno.test("RFC 9051 §6.4.4: BODY has no header fields, those of messages and parts inside neither; TEXT has them all", () => {
  const message = hardMessage("nested forward");
  assertEquals(textsOf(message, false), ["plain", "<p>html", "last"]);
  const all = piecesOf(message, { header: true });
  const headers = all.filter(({ isHeader }) => isHeader).map(({ text }) => text).join("");
  assert(headers.includes("Subject: inner\n") && headers.includes("From: outer@example.org\n"));
  assert(headers.includes("Content-Type: text/plain; name=last\nlast\n"));
  assert(!all.some(({ text }) => text.includes("preamble") || text.includes("epilogue")));
});

Deno.test("names of attachments are found, whatever their form", () => {
  const texts = textsOf(hardMessage("all fields of a part"), true).join("");
  assert(texts.includes("ü.png") && texts.includes("ein Bild"));
  assert(!texts.includes("AAAA"));
});

Deno.test("what was not taken apart is searched as it is decoded", () => {
  const message = octets(
    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogaW4=\r\n",
  );
  assertEquals(textsOf(message, false), ["Subject: in"]);
  const deep = octets(
    'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' +
      "--b\r\n\r\nfound\r\n--b--\r\n--a--\r\n",
  );
  const structure = parseMime(deep, { depth: 2 });
  const texts = [...searchTextOf(structure, (start, end) => deep.subarray(start, end), { header: false })];
  assert(texts.some(({ text }) => text.includes("found")));
});

Deno.test("rare charsets: loaded where a message needs them, in parts and in encoded words", async () => {
  const message = hardMessage("UTF-7 and a DOS code page");
  const pieces = await Array.fromAsync(searchText(parseMime(message), bodyOf(message), { header: false }));
  const texts = pieces.map(({ text }) => text);
  assert(texts.includes("Hi Mom -☺-!") && texts.includes("über"));
  const known = await loadCharsets();
  const read = (start: number, end: number) => message.subarray(start, end);
  assertEquals([...searchTextOf(parseMime(message), read, { header: false }, known)], pieces);

  const word = octets("Subject: =?cp850?Q?=81ber?=\r\n\r\n");
  const [header] = await Array.fromAsync(searchText(parseMime(word), bodyOf(word), { header: true }));
  assertEquals(header?.text, "Subject: über\n");
});

Deno.test("RFC 5255 §4.6 (c): octets come with what is not what its charset says, and with everything where asked", () => {
  const message = (charset: string, text: string) =>
    octets(`Content-Type: text/plain${charset === "" ? "" : `; charset=${charset}`}\r\n\r\n${text}`);
  const octetsOf = (charset: string, text: string) => piecesOf(message(charset, text), { header: false })[0]?.octets;
  assertEquals(octetsOf("utf-8", "plain"), undefined);
  assertEquals(octetsOf("utf-8", "\xc3\xbc"), undefined);
  assertEquals(octetsOf("utf-8", "a\xffb"), "a\xffb");
  assertEquals(octetsOf("", "a\xffb"), "a\xffb");
  assertEquals(octetsOf("x-none", "a\xffb"), "a\xffb");
  assertEquals(octetsOf("x-none", "\xc3\xbc"), undefined);
  assertEquals(octetsOf("iso-8859-1", "a\xffb"), undefined);
  assertEquals(piecesOf(message("utf-8", "\xc3\xbc"), { header: false, octets: true })[0]?.octets, "\xc3\xbc");
});

Deno.test("RFC 5255 §4.6 (c): fields that are no text have octets, encoded words taken out of their encoding", () => {
  const read = (line: string, always = false) => {
    const header = new Header(octets(line));
    const [field] = header.fields;
    assert(field);
    return readField(header, field, new CharsetDecoder().decode, always);
  };
  assertEquals(read("A: =?utf-8?Q?=C3=BC?=\r\n"), { text: "ü" });
  assertEquals(read("A: \xc3\xbc\r\n"), { text: "ü" });
  assertEquals(read("A: \xfc\r\n"), { text: "ü", octets: "\xfc" });
  assertEquals(read("A: x\r\n =?utf-8?Q?=FF?=\r\n"), { text: "x \ufffd", octets: "x \xff" });
  assertEquals(read("A: \xc3\xbc\r\n", true), { text: "ü", octets: "\xc3\xbc" });
  assertEquals(readValue("ü =?utf-8?Q?=FF?=", new CharsetDecoder().decode), {
    text: "ü \ufffd",
    octets: "\xc3\xbc \xff",
  });
});

Deno.test("a long part comes in pieces that make the same text, whatever its encoding and charset", async () => {
  const charsets = ["utf-8", "iso-8859-1", "shift_jis", "utf-16le", "iso-2022-jp", ""];
  const line = fc.string({ unit: fc.constantFrom("a", "é", "テ", "☺", "\n", " ", "=", "😀"), maxLength: 80 });
  const texts = fc.array(line, { minLength: 900, maxLength: 3000 });
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom(...charsets), fc.boolean(), async (lines, charset, isBase64) => {
      const body = new TextEncoder().encode(lines.join("\r\n"));
      const type = charset === "" ? "text/plain" : `text/plain; charset=${charset}`;
      const encoded = isBase64 ? octets(btoa(String.fromCharCode(...body.subarray(0, 60_000))).repeat(3)) : body;
      const head = octets(
        `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${isBase64 ? "base64" : "8bit"}\r\n\r\n`,
      );
      const message = new Uint8Array([...head, ...encoded]);
      const pieces = await Array.fromAsync(searchText(parseMime(message), bodyOf(message), { header: false }));
      assert(pieces.every(({ continues }, index) => continues === index > 0));
      const raw = isBase64 ? repeated(body.subarray(0, 60_000), 3) : encoded;
      const whole = new TextDecoder(charset || "utf-8", { ignoreBOM: true }).decode(raw);
      assertEquals(pieces.map(({ text }) => text).join(""), whole);
    }),
    { numRuns: 30 },
  );
});

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: bytes.length * times }, (_, at) => bytes[at % bytes.length] ?? 0);
}

Deno.test("a header as long as a message comes in pieces", () => {
  const fields = Array.from({ length: 20_000 }, (_, n) => `X-${n}: value ${n}\r\n`).join("");
  const pieces = piecesOf(octets(`${fields}\r\nbody`), { header: true });
  assert(pieces.length > 3 && pieces.every(({ text }) => text.length < 70_000));
  assert(pieces.map(({ text }) => text).join("").includes("X-19999: value 19999\n"));
});

Deno.test("a header is decoded a piece at a time, and what is longer than a field can be is left as it is", async () => {
  const word = "=?utf-8?q??=\r\n ";
  const block = octets(`A: ${word.repeat(10_000)}b\r\nC: ${word.repeat(20_000)}d\r\n\r\n`);
  const decoder = new CharsetDecoder();
  const pieces = await Array.fromAsync(searchText(parseMime(block), bodyOf(block), { header: true }, decoder));
  assertEquals(pieces.map(({ text }) => text.length > 250_000 ? "long" : text), ["A:  b\n", "long", ""]);
  assertEquals(pieces.map(({ continues }) => continues), [false, true, true]);
  const header = new Header(block), [, second] = header.fields;
  assert(second !== undefined);
  const { text, octets: raw } = readField(header, second, decoder.decode, true);
  assertEquals([text.startsWith("=?"), raw], [true, text]);
});

Deno.test("addresses as ENVELOPE has them: without quotes and comments, encoded words decoded", () => {
  const { envelope } = summarize(octets(
    'From: "Joe \\"Q\\" Public" <joe@example.org>, =?utf-8?q?J=C3=BCrgen?= <j@example.org>, plain@example.org\r\n' +
      "To: team: a@example.org (Ann), b@example.org;\r\n\r\n",
  ));
  assertEquals(
    addressText(envelope.from ?? []),
    'Joe "Q" Public <joe@example.org>, Jürgen <j@example.org>, plain@example.org',
  );
  assert(addressText(envelope.to ?? []).includes("Ann <a@example.org>"));
});

Deno.test("only what is text is read", async () => {
  const message = octets("Content-Type: image/png\r\n\r\nbinary");
  let read = 0;
  const body: ReadableBody = {
    size: message.length,
    read: (start, end) => {
      read += end - start;
      return Promise.resolve(message.subarray(start, end));
    },
  };
  for await (const _text of searchText(parseMime(message), body, { header: false }));
  assertEquals(read, 0);
});

Deno.test("a header is looked at up to a mebibyte: neither memory nor time grows with what a stranger sends", async () => {
  const folded = `Subject:${" x\r\n".repeat(500_000)}X-Late: yes\r\n`;
  const inParts = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${folded}\r\nx\r\n--b--\r\n`;
  for (const text of [`${folded}\r\nx`, inParts, `${"X: y\r\n".repeat(400_000)}\r\nx`]) {
    const message = octets(text);
    const structure = parseMime(message);
    let most = 0;
    const read = (start: number, end: number) => {
      most = Math.max(most, end - start);
      return message.subarray(start, end);
    };
    const pieces = [...searchTextOf(structure, read, { header: true })];
    assertEquals(most, 1_048_576);
    assert(pieces.every(({ text }) => text.length <= most && !text.includes("X-Late")));
    const body = { size: message.length, read: (start: number, end: number) => Promise.resolve(read(start, end)) };
    assertEquals(await Array.fromAsync(searchText(structure, body, { header: true })), pieces);
    assertEquals(most, 1_048_576);
  }
});
