import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ReadableBody } from "../../../core/message/search_text.ts";
import { messagePreview } from "../../../core/message/preview.ts";
import { summarize } from "../../../core/message/summary.ts";
import { encodeBase64Body } from "../../../core/message/base64.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { brokenMime } from "../../fuzz/mime_arbitrary.ts";
import { corpus, hardMessage, octets } from "./corpus.ts";

interface CountingBody extends ReadableBody {
  readonly readInAll: number;
}

function bodyOf(message: Uint8Array): CountingBody {
  let readInAll = 0;
  return {
    size: message.length,
    get readInAll() {
      return readInAll;
    },
    read(start, end) {
      readInAll += end - start;
      return Promise.resolve(message.slice(start, end));
    },
  };
}

/** The preview of a message of these lines, in UTF-8. */
function preview(...lines: readonly string[]): Promise<string> {
  const message = encodeUtf8(lines.join("\r\n"));
  return messagePreview(summarize(message).structure, bodyOf(message));
}

Deno.test("RFC 8970 §3.3: the text, decoded, white space folded", async () => {
  assertEquals(await preview("Subject: x", "", "Preview", "  text!", "", ""), "Preview text!");
  assertEquals(
    await preview(
      "Content-Transfer-Encoding: quoted-printable",
      "Content-Type: text/plain; charset=utf-8",
      "",
      "Gr=C3=BC=",
      "=C3=9Fe",
    ),
    "Grüße",
  );
});

Deno.test("RFC 8970 §3.3: at most 200 characters, each of which may be several octets", async () => {
  for (const character of ["x", "ü", "😀"]) {
    const found = await preview("Content-Type: text/plain; charset=utf-8", "", character.repeat(1000));
    assertEquals(found, character.repeat(200));
  }
});

Deno.test("RFC 8970 §3.2: the empty string where there is nothing to read", async () => {
  assertEquals(await preview("Content-Type: image/png", "", "x"), "");
  assertEquals(await preview("Subject: x", "", ""), "");
  assertEquals(await preview("Content-Type: text/html", "", "<style>p{}</style><img src=x>"), "");
  assertEquals(await preview("Content-Type: text/plain", "Content-Disposition: attachment", "", "x"), "");
  assertEquals(await preview("Content-Type: text/calendar", "", "BEGIN:VCALENDAR"), "");
});

Deno.test("RFC 8970 §3.3: markup is removed", async () => {
  assertEquals(
    await preview(
      "Content-Type: text/html",
      "",
      "<html><head><title>t</title></head><body><p>Dear&nbsp;you,<p>hi &amp; bye",
    ),
    "Dear you, hi & bye",
  );
});

Deno.test("preview: of alternatives the plain text, unless it says nothing", async () => {
  const alternatives = (plain: string) => [
    "Content-Type: multipart/alternative; boundary=b",
    "",
    "--b",
    "Content-Type: text/html",
    "",
    "<p>rich",
    "--b",
    "",
    plain,
    "--b--",
  ];
  assertEquals(await preview(...alternatives("plain")), "plain");
  assertEquals(await preview(...alternatives("  ")), "rich");
});

Deno.test("preview: what is answered is not said again, unless nothing else is", async () => {
  assertEquals(await preview("", "> you said", ">> I said", "I agree", " > quoted", "bye"), "I agree bye");
  assertEquals(await preview("", "> you said", ""), "> you said");
});

Deno.test("preview: characters without width are no filling", async () => {
  assertEquals(
    await preview("Content-Type: text/html; charset=utf-8", "", `Hello${"&zwnj;&nbsp;\u200b ".repeat(100)}you`),
    "Hello you",
  );
  // Within a word they belong to it.
  assertEquals(
    await preview("Content-Type: text/plain; charset=utf-8", "", "👨\u200d👩 می\u200cخواهم"),
    "👨\u200d👩 می\u200cخواهم",
  );
});

Deno.test("preview: a message in a message, and charsets that are rare", async () => {
  assertEquals(await preview("Content-Type: message/rfc822", "", "Subject: x", "", "inner"), "inner");
  const message = hardMessage("UTF-7 and a DOS code page");
  assertEquals(await messagePreview(summarize(message).structure, bodyOf(message)), "Hi Mom -☺-!");
});

Deno.test("preview: markup at the start is read past, but not for ever", async () => {
  const html = (style: number) =>
    encodeUtf8(`Content-Type: text/html\r\n\r\n<style>${"p{}".repeat(style)}</style>the text`);
  const large = html(20_000), endless = html(2_000_000);
  assertEquals(await messagePreview(summarize(large).structure, bodyOf(large)), "the text");
  const body = bodyOf(endless);
  assertEquals(await messagePreview(summarize(endless).structure, body), "");
  assert(body.readInAll < 300_000);
});

Deno.test("preview: a large text costs a small read, and no character is cut", async () => {
  const message = encodeUtf8(`Content-Type: text/plain; charset=utf-8\r\n\r\n${"€".repeat(1_000_000)}`);
  const body = bodyOf(message);
  assertEquals(await messagePreview(summarize(message).structure, body), "€".repeat(200));
  assert(body.readInAll < 20_000);
  const encoded = octets(
    `Content-Transfer-Encoding: base64\r\n\r\n${encodeBase64Body(encodeUtf8("ü ".repeat(100_000)))}`,
  );
  assertEquals(await messagePreview(summarize(encoded).structure, bodyOf(encoded)), "ü ".repeat(100).trim());
});

Deno.test("RFC 8970 §3.3: whatever the message, at most 200 characters on one line", async () => {
  const examples = corpus.map(({ text }): [Uint8Array] => [octets(text)]);
  await fc.assert(
    fc.asyncProperty(brokenMime, async (message) => {
      const found = await messagePreview(summarize(message).structure, bodyOf(message));
      assert(Array.from(found).length <= 200);
      assert(!/[\p{Cc}\u2028\u2029]/u.test(found));
    }),
    { numRuns: 300, examples },
  );
});
