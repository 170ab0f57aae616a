/**
 * SMTP smuggling: sequences that some server takes for the end of a message. None is one here, and none gets through to be
 * one elsewhere: what they separate stays one message, and is refused when a CR or LF stands on its own in it.
 */
import { assert, assertEquals } from "@std/assert";
import { codesOf, talk } from "./talk.ts";

/** Each has been taken for CRLF.CRLF by some server (SEC Consult 2023, CVE-2023-51764, -51765, -51766 and later reports). */
const endings = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r.\r\n",
  "\r\n.\r",
  "\n.\r",
  "\r.\n",
  "\r\r.\r\r",
  "\n\n.\n\n",
  "\r\n.\r\r\n",
  "\r\n\r.\r\n",
  "\n\r.\r\n",
  "\r\n.\n\r\n",
  "\r\n.\r\0\n",
  "\r\n\n.\r\r\n",
  "\r\0\n.\r\n",
];

/** These are only text: nothing in them is a line end. */
const harmless = [
  "\r\n\0.\r\n",
  "\r\n.\0\r\n",
  "\r\n \r\n. \r\n",
  "\x85.\x85",
  "\xe2\x80\xa8.\xe2\x80\xa8",
  "\r\n.\x0b\r\n",
  "\r\n..\r\n",
];

const envelope = "EHLO bar.com\r\nMAIL FROM:<Smith@bar.com>\r\nRCPT TO:<Jones@foo.com>\r\n";
const smuggled = "MAIL FROM:<admin@foo.com>\r\nRCPT TO:<Brown@foo.com>\r\nDATA\r\nFrom: admin@foo.com\r\n\r\nGotcha";

for (const ending of [...endings, ...harmless]) {
  const isRefused = endings.includes(ending);
  const name = JSON.stringify(ending);
  const content = `Subject: x\r\n\r\nfirst${ending}${smuggled}\r\n`;

  Deno.test(`smtp smuggling: DATA: ${name} ends no message${isRefused ? ", and a message with it is refused" : ""}`, async () => {
    const { output, delivery } = await talk(`${envelope}DATA\r\n${content}.\r\nNOOP\r\nQUIT\r\n`);
    assertEquals(codesOf(output), [220, 250, 250, 250, 354, isRefused ? 550 : 250, 250, 221]);
    assertEquals(delivery.kept.length, isRefused ? 0 : 1);
  });

  Deno.test(`smtp smuggling: DATA: ${name} ends no message wherever the input is cut`, async () => {
    const start = `${envelope}DATA\r\nSubject: x\r\n\r\nfirst`;
    const all = `${start}${ending}${smuggled}\r\n.\r\nQUIT\r\n`;
    for (let cut = start.length - 1; cut <= start.length + ending.length + 1; cut++) {
      const { delivery } = await talk([all.slice(0, cut), all.slice(cut)]);
      assert(delivery.kept.length <= 1 && delivery.kept.every(({ text }) => text.includes("Gotcha")));
    }
  });

  Deno.test(`smtp smuggling: BDAT: ${name} is ${isRefused ? "refused" : "text"} unless the body is binary`, async () => {
    for (const [body, code] of [["8BITMIME", isRefused ? 550 : 250], ["BINARYMIME", 250]] as const) {
      const mail = envelope.replace("com>\r\nRCPT", `com> BODY=${body}\r\nRCPT`);
      const { output, delivery } = await talk(`${mail}BDAT ${content.length} LAST\r\n${content}NOOP\r\nQUIT\r\n`);
      assertEquals(codesOf(output), [220, 250, 250, 250, code, 250, 221]);
      if (code === 250) assert(delivery.kept[0]?.text.endsWith(content));
      else assertEquals(delivery.kept, []);
    }
  });
}

Deno.test("smtp smuggling: a bare CR or LF ends no command and hides none", async () => {
  const commands = ["NOOP\nMAIL FROM:<a@b.example>", "NOOP\rQUIT", "MAIL FROM:<a@b.example>\nRCPT TO:<Jones@foo.com>"];
  for (const line of commands) {
    const { output } = await talk(`EHLO bar.com\r\n${line}\r\nRCPT TO:<Jones@foo.com>\r\nQUIT\r\n`);
    assertEquals(codesOf(output), [220, 250, 500, 503, 221]);
  }
});

Deno.test("smtp smuggling: commands sent before TLS are not taken for commands sent under it", async () => {
  const { output } = await talk([
    "EHLO bar.com\r\nSTARTTLS\r\nMAIL FROM:<evil@bar.com>\r\nRCPT TO:<Jones@foo.com>\r\n",
    "RCPT TO:<Jones@foo.com>\r\nQUIT\r\n",
  ], { canStartTls: true });
  // RFC 3207 §4.2: the session starts anew, so RCPT has no transaction.
  assertEquals(codesOf(output), [220, 250, 220, 503, 221]);
});
