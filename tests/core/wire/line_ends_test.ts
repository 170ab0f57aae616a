/** What ends a line: CRLF alone, or a LF too where the protocol says so. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../../core/wire/ascii.ts";
import { fakeConnection } from "../../support/fake_connection.ts";

/** All lines that a reader makes of these pieces. */
async function linesOf(pieces: readonly string[], endsAtLineFeeds: boolean): Promise<string[]> {
  const { connection: { reader }, client } = fakeConnection();
  if (endsAtLineFeeds) reader.endLinesAtLineFeeds();
  for (const piece of pieces) client.send(piece);
  client.close();
  const lines: string[] = [];
  for (let line = await reader.readLine(100); line !== undefined; line = await reader.readLine(100)) {
    lines.push(latin1(line));
  }
  return lines;
}

Deno.test("wire: RFC 5321 §2.3.8: a CR or LF on its own ends no line", async () => {
  assertEquals(await linesOf(["one\ntwo\rthree\r\n", "four\r\n"], false), ["one\ntwo\rthree", "four"]);
});

Deno.test("wire: where the protocol says so a LF ends a line as CRLF does, and a CR does not", async () => {
  assertEquals(await linesOf(["one\ntwo\r\n\n", "thr\ree\n", "rest"], true), ["one", "two", "", "thr\ree"]);
});

Deno.test("wire: lines that end in LF are the same however they are split", async () => {
  const texts = fc.array(fc.constantFrom("a", "\r", "\n", "\r\n"), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(texts, fc.nat(12), async (parts, cut) => {
      const text = parts.join("");
      const expected = text.split("\n").slice(0, -1).map((line) => line.replace(/\r$/, ""));
      assertEquals(await linesOf([text.slice(0, cut), text.slice(cut)], true), expected);
    }),
  );
});
