import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeAuthentication } from "../plugins/protocols/smtp/fake_authentication.ts";
import { codesOf, talk } from "../plugins/protocols/smtp/talk.ts";

/** Commands that get somewhere, so that random ones meet every state. */
const sensible = [
  "EHLO bar.com\r\n",
  "HELO bar.com\r\n",
  "MAIL FROM:<Smith@bar.com>\r\n",
  "MAIL FROM:<> BODY=BINARYMIME SMTPUTF8\r\n",
  "RCPT TO:<Jones@foo.com>\r\n",
  "RCPT TO:<Green@foo.com>\r\n",
  "DATA\r\n",
  "DATA\r\nSubject: x\r\n\r\n..text\r\n.\r\n",
  "BDAT 3\r\nabc",
  "BDAT 5 LAST\r\na: b\r",
  "BDAT 0 LAST\r\n",
  "STARTTLS\r\n",
  "AUTH PLAIN\r\n",
  "AUTH PLAIN AGEAYg==\r\n",
  "AUTH PLAIN AHNtaXRoAHNlY3JldA==\r\n",
  "MAIL FROM:<smith@foo.com>\r\n",
  "RSET\r\n",
  "NOOP\r\n",
  "HELP\r\n",
  "VRFY x\r\n",
];
const noise = fc.oneof(
  fc.constantFrom(".\r\n", "\r\n.\r\n", "\r\n", "\n", "\r", "\0", "*\r\n", "=\r\n", "BDAT ", "MAIL FROM:<", ">\r\n"),
  fc.string({ unit: "binary-ascii", maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }).map((octets) => String.fromCharCode(...octets)),
);
const input = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...sensible) }, noise), { maxLength: 25 });
const cuts = fc.array(fc.nat(400), { maxLength: 6 });

function cut(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.filter((place) => place < text.length).sort((a, b) => a - b), text.length];
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end)).filter((piece) => piece !== "");
}

/** Message ids differ from run to run. */
const withoutIds = (output: string) => output.replaceAll(/Accepted as \w+/g, "Accepted");

Deno.test("fuzz smtp: no input makes a session fail, answer badly, or take a message that has no end", async () => {
  await fc.assert(
    fc.asyncProperty(input, cuts, async (pieces, places) => {
      const text = pieces.join("");
      const { output, delivery, log } = await talk(cut(text, places), {
        canStartTls: places.length % 2 === 0,
        authentication: new FakeAuthentication(),
        options: { mode: places.length % 3 === 0 ? "submission" : "mx" },
      });
      for (const line of output.split("\r\n").slice(0, -1)) assert(/^[2345]\d\d[ -][\t -~]*$/.test(line), line);
      assert(output === "" || output.endsWith("\r\n"));
      assert(!log.some((line) => line.startsWith("error")), log.join("\n"));
      assertEquals(delivery.kept.length, [...output.matchAll(/^250 2\.0\.0 Accepted/gm)].length);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("fuzz smtp: where the input is cut makes no difference", async () => {
  await fc.assert(
    fc.asyncProperty(input, cuts, async (pieces, places) => {
      const text = pieces.join("");
      const whole = await talk(text);
      const split = await talk(cut(text, places));
      assertEquals(withoutIds(split.output), withoutIds(whole.output));
      assertEquals(split.delivery.kept.length, whole.delivery.kept.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("fuzz smtp: a session cut at any octet", async () => {
  const text =
    "EHLO bar.com\r\nMAIL FROM:<Smith@bar.com>\r\nRCPT TO:<Jones@foo.com>\r\nDATA\r\nSubject: x\r\n\r\n..y\r\n.\r\n" +
    "MAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<Jones@foo.com>\r\nBDAT 12\r\nSubject: y\r\nBDAT 5 LAST\r\n\r\n\n.\nQUIT\r\n";
  const whole = await talk(text);
  assertEquals(codesOf(whole.output), [220, 250, 250, 250, 354, 250, 250, 250, 250, 250, 221]);
  for (let at = 1; at < text.length; at++) {
    const { output, delivery } = await talk([text.slice(0, at), text.slice(at)]);
    assertEquals(withoutIds(output), withoutIds(whole.output));
    assertEquals(
      delivery.kept.map((kept) => kept.text.slice(kept.text.indexOf("+0000"))),
      whole.delivery.kept.map((kept) => kept.text.slice(kept.text.indexOf("+0000"))),
    );
    // And a client that is gone there has left only what it was told is kept.
    const gone = await talk(text.slice(0, at));
    assertEquals(gone.delivery.kept.length, [...gone.output.matchAll(/Accepted as/g)].length);
  }
});
