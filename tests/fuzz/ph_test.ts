/** Ph: words come back as they were, and any octets from the first one on get answers. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { printWord, readCommandLine, readWords, type Word } from "../../plugins/protocols/ph/command_line.ts";
import { Pattern } from "../../plugins/protocols/ph/pattern.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { here, ph } from "../plugins/protocols/ph/serve.ts";

const value = fc.string({
  unit: fc.constantFrom("a", "B", " ", "\t", "\n", '"', "\\", "=", "*", "é", "n"),
  maxLength: 8,
});
const word = fc.record({
  attribute: fc.option(fc.constantFrom("name", "e-mail", "x_1"), { nil: undefined }),
  value,
}).map(({ attribute, value }): Word => ({
  ...attribute !== undefined && { attribute },
  value,
  isQuoted: !/^[aBénN*]+$/.test(value),
}));

Deno.test("ph fuzz: RFC 2378 §2.1: words are what they were once they are printed and read again", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      assertEquals(readWords(words.map(printWord).join(" \t")), words);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ph fuzz: any text as a line gives a keyword and words, or nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const read = readCommandLine(text);
      if (read !== undefined) assert(/^[!#-<>-[\]-~]+$/.test(read.keyword), JSON.stringify(read));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ph fuzz: wildcards mean what a regular expression says", () => {
  const part = fc.constantFrom("a", "b", "*", "+", "?", "[ab]", "[b]");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.stringMatching(/^[abc]{0,6}$/), (parts, text) => {
      const meant = parts.map((part) => part.replace(/^[*+]$/, ".$&").replace("?", ".")).join("");
      assertEquals(new Pattern(parts.join("")).matches(text), new RegExp(`^${meant}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("ph fuzz: whatever octets come, each command ends with a code of 200 or more, and nothing fails", async () => {
  const { serve, log } = await ph(["alice@example.org", "bob@example.org"]);
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map(latin1),
      fc.constantFrom(
        "query alice\n",
        "query ",
        "return ",
        '"',
        "set echo=on\n",
        "set charset=utf-8\r\n",
        "\n",
        "fields\n",
        "[",
        "*",
      ),
    ),
    { maxLength: 15, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(octets, async (pieces) => {
      const input = pieces.join("");
      const received = await converse(serve, pieces, { ...here, log });
      const lines = received.split("\r\n").slice(0, -1);
      assert(lines.every((line) => /^-?\d{3}:/.test(line)), received);
      const ends = lines.filter((line) => /^[2-5]\d\d:/.test(line)).length;
      assert(ends <= input.split("\n").length - 1);
      if (!/quit|exit|stop/i.test(input)) assertEquals(ends, input.split("\n").length - 1);
      assert(!log.lines.some((line) => line.startsWith("error")), log.lines.join("\n"));
    }),
    { numRuns: 300 },
  );
});
