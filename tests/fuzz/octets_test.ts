/** Mail that SMTP has taken comes out of POP3 and of IMAP octet for octet, however it was sent and cut on its way. */
import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { alice, testServer } from "../support/test_server.ts";

/** What is special for somebody on the way, and lines about as long as buffers are. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("\r\n", "\r\n.", "\r\n..", "\r\n.\r\n", ".", " ", "\t", "From x\r\n") },
  { weight: 2, arbitrary: fc.constantFrom("abc", "\xff\xfe", "\xc3\xa9", "\x01", "--b\r\n", "\r\n\r\n") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(998, 1023, 1024, 1025, 16_384, 65_536, 131_072).map((size) => "z".repeat(size)),
  },
);
const bare = fc.constantFrom("\r", "\n", "\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n", "\r\n.\r", "\r\r\n", "\n\r");
const header = fc.array(fc.constantFrom("Subject: x\r\n", "X-A: \xc3\xa9\r\n", "X-B: a\r\n b\r\n"), {
  minLength: 1,
  maxLength: 3,
});
const message = fc.record({
  way: fc.constantFrom("DATA", "BDAT", "BINARYMIME"),
  header: header.map((fields) => fields.join("")),
  body: fc.array(fc.oneof({ weight: 40, arbitrary: piece }, { weight: 1, arbitrary: bare }), { maxLength: 20 }),
  /** Where chunks end. */
  chunks: fc.array(fc.nat(200), { maxLength: 3 }),
});
type Message = typeof message extends fc.Arbitrary<infer Kind> ? Kind : never;

/** What is said for a message, what is answered, and what is kept. */
function conversation({ way, header, body, chunks }: Message) {
  const text = `${header}\r\n${body.join("")}${way === "DATA" ? "\r\n" : ""}`;
  const isTaken = way === "BINARYMIME" || !/\r(?!\n)|(?<!\r)\n/.test(text);
  const mail = `MAIL FROM:<a@example.net>${
    way === "BINARYMIME" ? " BODY=BINARYMIME" : ""
  }\r\nRCPT TO:<${alice.address}>\r\n`;
  const last = isTaken ? "250" : "550", kept = isTaken ? [text] : [];
  if (way === "DATA") {
    const stuffed = `\r\n${text}`.replaceAll("\r\n.", "\r\n..").slice(2);
    return { said: `${mail}DATA\r\n${stuffed}.\r\n`, replies: ["250", "250", "354", last], kept };
  }
  const ends = [...chunks.filter((end) => end < text.length).sort((a, b) => a - b), text.length];
  const said = ends.map((end, at) => {
    const chunk = text.slice(at === 0 ? 0 : ends[at - 1], end);
    return `BDAT ${chunk.length}${at === ends.length - 1 ? " LAST" : ""}\r\n${chunk}`;
  });
  return { said: mail + said.join(""), replies: ["250", "250", ...ends.slice(1).map(() => "250"), last], kept };
}

/** Octets as text, one character each. */
async function connect(port: number) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(65_536);
  let arrived = "";
  /** Up to what is found; its match. */
  async function upTo(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(arrived);
      if (found !== null) {
        arrived = arrived.slice(found.index + found[0].length);
        return found;
      }
      const read = await connection.read(buffer);
      if (read === null) throw new Error(`closed after ${JSON.stringify(arrived.slice(0, 200))}`);
      arrived += latin1(buffer.subarray(0, read));
    }
  }
  return {
    upTo,
    /** Writes it in pieces of so many octets. */
    async say(text: string, size = text.length): Promise<void> {
      const octets = latin1Bytes(text);
      for (let from = 0; from < octets.length; from += size) {
        const piece = octets.subarray(from, from + size);
        for (let at = 0; at < piece.length;) at += await connection.write(piece.subarray(at));
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** Without the fields that the server put before it (RFC 5321 §4.4). */
const withoutTrace = (text: string) => text.replace(/^Return-Path: .*\r\nReceived: .*\r\n(?:\t.*\r\n)+/, "");
/** As POP3 sends it: every line ends in CRLF. */
const inLines = (text: string) => text.replace(/\r\n|\r|\n/g, "\r\n").replace(/(?<!\r\n)$/, "\r\n");

for (const storage of ["memory", "sqlite"] as const) {
  Deno.test(`fuzz mail: what SMTP takes comes out of POP3 and IMAP octet for octet (${storage})`, async () => {
    await using server = await testServer({ storage, cleartextAuth: true, limits: { message: "10MB" } });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 200, max: 70_000 }),
        async (messages, size) => {
          const parts = messages.map(conversation);
          const kept = parts.flatMap(({ kept }) => kept);
          using smtp = await connect(server.ports.smtp);
          // All of it at once: what may not be pipelined in earnest is in order all the same.
          await smtp.say(`EHLO x\r\n${parts.map(({ said }) => said).join("")}QUIT\r\n`, size);
          await smtp.upTo(/^250 .*\r\n/m);
          for (const code of [...parts.flatMap(({ replies }) => replies), "221"]) {
            assertEquals((await smtp.upTo(/^(\d+) .*\r\n/))[1], code);
          }
          using imap = await connect(server.ports.imap);
          await imap.say(`a LOGIN ${alice.address} "${alice.password}"\r\nb ENABLE UTF8=ACCEPT\r\nc SELECT INBOX\r\n`);
          assertMatch((await imap.upTo(/^c .*\r\n/m))[0], /^c OK/);
          for (const [at, text] of kept.entries()) {
            await imap.say(`d FETCH ${at + 1} BODY.PEEK[]\r\n`);
            const octets = Number((await imap.upTo(/BODY\[\] \{(\d+)\}\r\n/))[1]);
            assertEquals(withoutTrace((await imap.upTo(new RegExp(`^[^]{${octets}}`)))[0]), text);
            await imap.upTo(/^d OK .*\r\n/m);
          }
          using pop3 = await connect(server.ports.pop3);
          await pop3.say(`UTF8\r\nUSER ${alice.address}\r\nPASS ${alice.password}\r\n`);
          await pop3.upTo(/(?:^\+OK.*\r\n){4}/m);
          for (const [at, text] of kept.entries()) {
            await pop3.say(`LIST ${at + 1}\r\nRETR ${at + 1}\r\nDELE ${at + 1}\r\n`);
            const octets = Number((await pop3.upTo(/^\+OK \d+ (\d+)\r\n\+OK.*\r\n/))[1]);
            const sent = (await pop3.upTo(/^([^]*?\r\n)\.\r\n\+OK message .*\r\n/))[1] ?? "";
            const unstuffed = `\r\n${sent}`.replaceAll("\r\n..", "\r\n.").slice(2);
            assertEquals(unstuffed.length, octets);
            assertEquals(withoutTrace(unstuffed), inLines(text));
          }
          await pop3.say("QUIT\r\n");
          await pop3.upTo(/^\+OK.*\r\n/);
        },
      ),
      { numRuns: 25 },
    );
  });
}
