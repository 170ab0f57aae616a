import { assert, assertEquals } from "@std/assert";
import { parseMime } from "../../../core/message/mime_tree.ts";
import { type ReadableBody, searchText, searchTextOf } from "../../../core/message/search_text.ts";
import { loadCharsets } from "../../../core/message/charset.ts";
import { hardMessage, octets } from "./corpus.ts";

function textOf(message: Uint8Array, header: boolean): string[] {
  return [...searchTextOf(parseMime(message), message, { header })];
}

function bodyOf(message: Uint8Array): ReadableBody {
  return { size: message.length, read: (start, end) => Promise.resolve(message.subarray(start, end)) };
}

Deno.test("RFC 9051 §6.4.4: TEXT has the header, BODY has not; encoded words and charsets are decoded", () => {
  const message = hardMessage("quoted-printable Latin-1");
  const [header, body, ...more] = textOf(message, true);
  assert(header?.startsWith("Subject: Grüße\n"));
  assertEquals([body, more], ["Grüße aus\r\n", []]);
  assertEquals(textOf(message, false), ["Grüße aus\r\n"]);
});

Deno.test("headers and text of messages inside are part of the body", () => {
  const texts = textOf(hardMessage("nested forward"), false);
  assert(texts.some((text) => text.includes("Subject: inner\n")));
  assert(texts.includes("<p>html") && texts.includes("last"));
  assert(!texts.some((text) => text.includes("outer@example.org") || text.includes("preamble")));
});

Deno.test("names of attachments are found, whatever their form", () => {
  const texts = textOf(hardMessage("all fields of a part"), false).join("");
  assert(texts.includes("ü.png") && texts.includes("ein Bild"));
  assert(!texts.includes("AAAA"));
});

Deno.test("rare charsets: loaded where a message needs them", async () => {
  const message = hardMessage("UTF-7 and a DOS code page");
  const texts: string[] = [];
  for await (const text of searchText(parseMime(message), bodyOf(message), { header: false })) texts.push(text);
  assert(texts.includes("Hi Mom -☺-!") && texts.includes("über"));
  const known = await loadCharsets();
  assertEquals([...searchTextOf(parseMime(message), message, { header: false }, known)], texts);
});

Deno.test("parts are searched up to the limit", () => {
  const message = octets(`\r\n${"x".repeat(1000)}`);
  assertEquals([...searchTextOf(parseMime(message), message, { header: false, partBytes: 10 })], ["x".repeat(10)]);
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
