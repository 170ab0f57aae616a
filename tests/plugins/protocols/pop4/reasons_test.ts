/** What is told of refusals, in the languages of LANG. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { languages } from "../../../../plugins/protocols/pop3/languages/languages.ts";
import { type Reason, reasonTexts } from "../../../../plugins/protocols/pop4/reasons.ts";
import { pop4 } from "./serve.ts";

Deno.test("pop4: RFC 6856 §3: every language of LANG has texts of its own for every refusal", () => {
  assertEquals(Object.keys(reasonTexts), languages.map(({ tag }) => tag));
  const { en: english, ...others } = reasonTexts;
  assert(english !== undefined);
  for (const [reason, text] of Object.entries(english)) {
    // RFC 1939 §3: before LANG, what is said is ASCII.
    assert(/^[ -~]+$/.test(text), text);
    for (const texts of Object.values(others)) {
      const translated = texts[reason as Reason];
      assertNotEquals(translated, text);
      // RFC 2449 §3: it cannot be taken for a response code.
      assert(/^[^[\]\p{Cc}]+$/u.test(translated), translated);
    }
  }
});

Deno.test("pop4: RFC 6856 §3: after LANG, refusals are in its language", async () => {
  const server = await pop4();
  const lines = await server.say("LANG de\r\nSFLD x\r\nSTOR x\r\nLANG fr\r\nDFLD INBOX\r\n");
  assertEquals(lines.filter((line) => line.startsWith("-ERR")), [
    "-ERR [FOLDER/MISSING] es gibt keinen solchen Ordner",
    "-ERR [FOLDER/MISSING] es gibt keinen solchen Ordner",
    "-ERR [FOLDER/INBOX] INBOX reste tel quel",
  ]);
});
