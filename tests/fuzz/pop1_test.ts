/** POP1: mailboxes come back as they were, and any octets from the first one on do no harm. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { FromQuoter } from "../../plugins/protocols/pop1/mbox.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { pop1 } from "../plugins/protocols/pop1/serve.ts";

const line = fc.array(fc.constantFrom(">", "From", " ", "x", ".", "From me", "\xe4"), { maxLength: 4 })
  .map((parts) => parts.join(""));
const message = fc.array(line, { maxLength: 8 }).map((lines) => lines.map((text) => `${text}\r\n`).join(""));

Deno.test("pop1 fuzz: quoted lines are the same however a message is split, and can be had back", () => {
  fc.assert(
    fc.property(message, fc.array(fc.nat(60), { maxLength: 5 }), (text, cuts) => {
      const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
      const quoter = new FromQuoter();
      const pieces = places.slice(1).map((end, index) =>
        latin1(quoter.push(latin1Bytes(text.slice(places[index], end))))
      );
      const quoted = pieces.join("") + latin1(quoter.finish());
      assert(!/^From /m.test(quoted));
      assertEquals(quoted.replace(/^>(>*From )/gm, "$1"), text);
    }),
    { numRuns: 500 },
  );
});

/** What a reader of mailbox files makes of one. */
function parted(mailbox: string): string[] {
  return mailbox.split(/^From .*\r\n/m).slice(1).map((text) => text.slice(0, -2).replace(/^>(>*From )/gm, "$1"));
}

Deno.test("pop1 fuzz: whatever is in a mailbox, its messages are told apart again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 4 }), async (messages) => {
      const { serve, content } = await pop1({ mail: { INBOX: messages } });
      const received = await converse(serve, "USER smith\r\nPASS secret\r\nRDEL inbox\r\nRCEV\r\nRCVD\r\n");
      const [, size, rest = ""] = /^(?:\+OK.*\r\n){3}#(\d+)\r\n(.*)$/s.exec(received) ?? [];
      assertEquals(parted(rest.slice(0, Number(size))), messages);
      assertEquals(rest.slice(Number(size)), "+OK\r\n");
      assertEquals(await content(), []);
    }),
    { numRuns: 200 },
  );
});

Deno.test("pop1 fuzz: whatever octets come, every line is answered, mail stays and is unlocked, and nothing fails", async () => {
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map(latin1),
      fc.constantFrom(
        "USER smith\r\n",
        "PASS secret\r\n",
        "RDEL inbox\r\n",
        "RCEV\r\n",
        "RSET\r\n",
        "\r\n",
        "RETR ",
        "\n",
      ),
    ),
    { maxLength: 15, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(octets, async (pieces) => {
      const { serve, content, isUnlocked, log } = await pop1({ mail: { INBOX: ["A: 1\r\n\r\nx\r\n"] } });
      assert((await converse(serve, pieces, { log })).startsWith("+OK "));
      assertEquals([await content(), await isUnlocked()], [["A: 1\r\n\r\nx\r\n"], true]);
      assert(!log.lines.some((entry) => entry.startsWith("error")), log.lines.join("\n"));
    }),
    { numRuns: 300 },
  );
});
