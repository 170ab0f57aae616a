/** Searches by the index against searches without: what is found must be the same. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { loadCharsets } from "../../../../../core/message/charset.ts";
import { searchTextOf } from "../../../../../core/message/search_text.ts";
import { corpus, octets } from "../../../../core/message/corpus.ts";
import { openSqlite } from "../../../../storage/sqlite/open_storage.ts";
import { logIn, testService } from "../talk.ts";
import { anyComposed, anyText } from "./composed.ts";
import { append, found, literal, type Made } from "./searching.ts";
import { parseMime } from "../../../../core/message/parse_mime.ts";

const long = 200_000;

/** Texts that stand somewhere in the corpus, and texts that do not. */
async function corpusTexts(messages: readonly Made[]): Promise<string[]> {
  const decode = await loadCharsets();
  const texts: string[] = ["nowhere to be found"];
  for (const { text = "" } of messages) {
    const message = octets(text);
    const read = (start: number, end: number) => message.subarray(start, end);
    for (const piece of searchTextOf(parseMime(message), read, { header: true }, decode)) {
      const characters = Array.from(piece.text);
      for (let at = 0; at + 3 < characters.length; at += Math.ceil(characters.length / 4)) {
        texts.push(characters.slice(at, at + 3 + at % 12).join("").replaceAll("\0", ""));
      }
    }
  }
  return [...new Set(texts)].filter((text) => text !== "" && text.isWellFormed());
}

Deno.test("imap search: the index changes nothing but the time that it takes", async () => {
  const { storage, close } = await openSqlite();
  try {
    const plain = await testService(), indexed = await testService({ storage });
    const messages: Made[] = [
      ...corpus.filter(({ text }) => text.length < long),
      ...fc.sample(anyComposed, { numRuns: 60, seed: 7 }).map(({ made }) => made),
    ];
    for (const tested of [plain, indexed]) await append(tested, "INBOX", messages);
    await storage.indexed();
    await using slow = await logIn(plain);
    await using quick = await logIn(indexed);
    for (const client of [slow, quick]) await client.run("EXAMINE INBOX");
    const all = await corpusTexts(messages);
    const texts = [...all.filter((_, index) => index % 10 === 0), ...fc.sample(anyText, { numRuns: 50, seed: 8 })];
    let hits = 0;
    for (const [index, text] of texts.entries()) {
      const wanted = literal(text), other = literal(texts[(index * 7) % texts.length] ?? "");
      const others = [
        `NOT TEXT ${wanted} SUBJECT ${other}`,
        `OR BODY ${wanted} HEADER Subject ${other}`,
        `OR FROM ${wanted} TO ${other}`,
        `FUZZY TEXT ${wanted}`,
      ];
      for (const program of [`TEXT ${wanted}`, others[index % others.length] ?? ""]) {
        const expected = await found(slow, program);
        assertEquals(await found(quick, program), expected, program);
        if (typeof expected !== "string" && expected.length > 0) hits++;
      }
    }
    assert(hits > texts.length);
  } finally {
    await close();
  }
});

Deno.test("imap search: a mailbox that is indexed while it grows and shrinks is searched right at every moment", async () => {
  const { storage, close } = await openSqlite();
  try {
    const tested = await testService({ storage });
    await using client = await logIn(tested);
    await client.run("SELECT INBOX");
    const word = (n: number) => `word${n % 7}end`;
    for (let round = 0; round < 12; round++) {
      await append(tested, "INBOX", Array.from({ length: 25 }, (_, n) => ({ text: `\r\n${word(round * 25 + n)}` })));
      const indexing = round % 3 === 0 ? storage.indexed() : Promise.resolve();
      await client.run("NOOP");
      await client.run(`UID STORE ${round * 11 + 1}:${round * 11 + 3} +FLAGS.SILENT (\\Deleted)`);
      await client.run("EXPUNGE");
      const uids = (await client.run("UID SEARCH ALL"))[0]?.split(" ").slice(2).map(Number) ?? [];
      for (let n = 0; n < 7; n++) {
        const lines = await client.run(`UID SEARCH BODY ${word(n)}`);
        const expected = uids.filter((uid) => (uid - 1) % 7 === n);
        assertEquals(lines[0]?.split(" ").slice(2).map(Number), expected);
      }
      await indexing;
    }
  } finally {
    await close();
  }
});
