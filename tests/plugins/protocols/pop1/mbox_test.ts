/** A mailbox as one run of octets. */
import { assert, assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { FromQuoter, inMailbox, printSeparator } from "../../../../plugins/protocols/pop1/mbox.ts";

const date = new Date("2026-11-04T07:08:09Z");

Deno.test("pop1: RFC 4155 appendix A: the separator has an address and a date as ctime writes it, in UTC", () => {
  assertEquals(
    printSeparator({ sender: "joe@example.org", date }),
    "From joe@example.org Wed Nov  4 07:08:09 2026\r\n",
  );
  assertEquals(printSeparator({ sender: "", date: new Date(NaN) }), "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\r\n");
});

Deno.test("pop1: an address with blanks or line ends in it makes no other line of the separator", () => {
  const line = printSeparator({ sender: '"a b\r\nFrom x"@example.org', date });
  assertEquals(line, 'From "abFromx"@example.org Wed Nov  4 07:08:09 2026\r\n');
});

function quoted(...pieces: string[]): string {
  const quoter = new FromQuoter();
  return pieces.map((piece) => latin1(quoter.push(latin1Bytes(piece)))).join("") + latin1(quoter.finish());
}

Deno.test("pop1: lines that look like separators are quoted, and so are those that are quoted already", () => {
  const text = "From a\r\n>From b\r\n From c\r\nFrom\r\nFromage\r\nxFrom d\r\n>>From e";
  assertEquals(quoted(text), ">From a\r\n>>From b\r\n From c\r\nFrom\r\nFromage\r\nxFrom d\r\n>>>From e");
});

Deno.test("pop1: what a line begins with is seen across pieces, and held back no longer than it has to be", () => {
  assertEquals(quoted("x\r\nFr", "om y\r", "\nFrom", " z\r\n", ">", ">Fr", "om"), "x\r\n>From y\r\n>From z\r\n>>From");
  const quoter = new FromQuoter();
  assertEquals(quoter.push(latin1Bytes(">".repeat(5000))).length, 5000);
});

Deno.test("pop1: a message stands between its separator and an empty line", async () => {
  const pieces = inMailbox(
    { sender: "joe@example.org", date },
    ReadableStream.from([latin1Bytes("A: 1\r\n\r\nFrom me\r\n")]),
  );
  const text = (await Array.fromAsync(pieces)).map(latin1).join("");
  assert(text.startsWith("From joe@example.org "));
  assertEquals(text.slice(text.indexOf("\n") + 1), "A: 1\r\n\r\n>From me\r\n\r\n");
});
