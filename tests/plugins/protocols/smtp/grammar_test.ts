import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readCommandLine } from "../../../../plugins/protocols/smtp/command_line.ts";
import { decodeXtext, mailOptions, readParameters } from "../../../../plugins/protocols/smtp/parameters.ts";
import { replyLines } from "../../../../plugins/protocols/smtp/replies.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("smtp commands: RFC 5321 §2.4, §4.1.1: verbs in any case, blanks around the argument mean nothing", () => {
  assertEquals(readCommandLine(bytes("mail  FROM:<a@b> \t")), { verb: "MAIL", argument: "FROM:<a@b>" });
  assertEquals(readCommandLine(bytes("NOOP")), { verb: "NOOP", argument: "" });
  assertEquals(readCommandLine(bytes("Noop\t")), { verb: "NOOP", argument: "" });
  assertEquals(readCommandLine(bytes("")), { verb: "", argument: "" });
});

Deno.test("smtp commands: a line with control characters or octets that are no UTF-8 is no command", () => {
  const lines = ["NOOP\nQUIT", "NOOP\rQUIT", "NOOP \0", "\x16\x03\x01", "NOOP \x7f"].map(bytes);
  for (const line of [...lines, Uint8Array.of(78, 0xff), Uint8Array.of(0xc0, 0x8a)]) {
    assertEquals(readCommandLine(line), undefined);
  }
});

Deno.test("smtp commands: any octets are a command line or none", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (line) => {
    const read = readCommandLine(line);
    // deno-lint-ignore no-control-regex -- these are what must not be there
    if (read) assert(!/[\0-\x08\x0a-\x1f\x7f]/.test(read.verb + read.argument));
  }));
});

Deno.test("smtp parameters: RFC 5321 §4.1.2: keywords with and without value", () => {
  assertEquals(readParameters(" size=1  BODY=8bitmime SMTPUTF8", 0), [
    { keyword: "SIZE", value: "1" },
    { keyword: "BODY", value: "8bitmime" },
    { keyword: "SMTPUTF8", value: undefined },
  ]);
  assertEquals(readParameters("<>", 2), []);
  for (const bad of ["SIZE=1", " SIZE=", " -A", " A=b=c", " A B=", " A A", " a=1 A=2", " A=\0", " ="]) {
    assertEquals(readParameters(bad, 0), undefined, bad);
  }
});

Deno.test("smtp parameters: values of MAIL", () => {
  const read = (text: string) => {
    const options = mailOptions(readParameters(` ${text}`, 0) ?? []);
    return "code" in options ? options.code : options;
  };
  assertEquals(read("SIZE=12345 BODY=7bit"), { size: 12345, bodyType: "7bit", smtpUtf8: false });
  assertEquals(read("BODY=BinaryMime SMTPUTF8"), { bodyType: "binarymime", smtpUtf8: true });
  assertEquals(read("BODY=8BITMIME AUTH=e+3Dmc2@example.com"), { bodyType: "8bitmime", smtpUtf8: false });
  assertEquals(read("AUTH=<>"), { bodyType: "7bit", smtpUtf8: false });
  // RFC 1870 §5: 20 digits.
  assertEquals(read(`SIZE=${"9".repeat(20)}`), { size: 1e20, bodyType: "7bit", smtpUtf8: false });
  for (
    const bad of [
      "SIZE",
      "SIZE=x",
      "SIZE=-1",
      `SIZE=${"9".repeat(21)}`,
      "BODY",
      "BODY=9BIT",
      "SMTPUTF8=yes",
      "AUTH",
      "AUTH=x",
      "AUTH=a+4@b",
    ]
  ) {
    assertEquals(read(bad), 501, bad);
  }
  // RFC 5321 §4.1.1.11.
  assertEquals(read("RET=FULL"), 555);
});

Deno.test("smtp parameters: RFC 3461 §4: xtext", () => {
  assertEquals(decodeXtext("e+3Dmc2@example.com"), "e=mc2@example.com");
  assertEquals(decodeXtext("+2B+20"), "+ ");
  // RFC 4954 §8: what is not US-ASCII comes as octets, which are UTF-8 (RFC 6531 §3.2).
  assertEquals(decodeXtext("+C3+80+D0+94@example.com"), "ÀД@example.com");
  assertEquals(decodeXtext(""), "");
  for (const bad of ["+", "+2", "+GG", "a=b", "a b", "é", "+2+3D", "+C3", "+FF"]) {
    assertEquals(decodeXtext(bad), undefined, bad);
  }
});

Deno.test("smtp replies: RFC 2034 §4: each line has the status, which agrees with the code", () => {
  assertEquals(replyLines({ code: 551, enhanced: "5.7.1", text: ["one", "two"] }), ["551-5.7.1 one", "551 5.7.1 two"]);
  assertEquals(replyLines({ code: 451, enhanced: "5.7.1", text: "x" }), ["451 4.7.1 x"]);
  assertEquals(replyLines({ code: 250, text: ["host", "SIZE 1"] }), ["250-host", "250 SIZE 1"]);
  // RFC 4954 §4: an empty challenge has its space.
  assertEquals(replyLines({ code: 334, text: "" }), ["334 "]);
});

Deno.test("smtp replies: no text ends its reply, is not ASCII, or makes a line of more than 512 octets", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
    const lines = replyLines({ code: 550, enhanced: "5.7.1", text });
    for (const [index, line] of lines.entries()) {
      assert(/^[\t -~]*$/.test(line) && line.length <= 510);
      assert(line.startsWith(index === lines.length - 1 ? "550 5.7.1 " : "550-5.7.1 "), line);
    }
  }));
  const long = replyLines({ code: 550, enhanced: "5.7.1", text: "word ".repeat(300).trim() });
  assertEquals(long.map((line) => line.slice(10)).join(" "), "word ".repeat(300).trim());
});
