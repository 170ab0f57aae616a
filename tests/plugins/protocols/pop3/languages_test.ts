/** LANG (RFC 6856 §3), CAPA (RFC 2449 §5) and the options of both. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { command, type CommandTable, noArgument } from "../../../../plugins/protocols/pop3/command.ts";
import { pop3Commands } from "../../../../plugins/protocols/pop3/commands.ts";
import { english } from "../../../../plugins/protocols/pop3/languages/english.ts";
import { isLanguageRange, languages, lookUpLanguage } from "../../../../plugins/protocols/pop3/languages/languages.ts";
import type { Texts } from "../../../../plugins/protocols/pop3/languages/texts.ts";
import { pop3Options } from "../../../../plugins/protocols/pop3/options.ts";
import { ok } from "../../../../plugins/protocols/pop3/replies.ts";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { talk, testService } from "./talk.ts";

/** A text with every number and name at its longest. */
function longest(texts: Texts, key: keyof Texts): string {
  const text = texts[key];
  if (typeof text === "string") return text;
  const of = text as (...given: unknown[]) => string;
  const host = "h".repeat(255), number = 9_999_999_999;
  return key.startsWith("signing")
    ? of(host, number)
    : key === "unknownLanguage"
    ? of("x".repeat(64))
    : of(number, number);
}

const keys = Object.keys(english.texts) as (keyof Texts)[];

Deno.test("pop3: RFC 2449 §3: no text can be taken for a response code, and every one fits its line", () => {
  for (const { texts, tag } of languages) {
    for (const key of keys) {
      const text = longest(texts, key);
      assert(/^[^[\]\p{Cc}]+$/u.test(text), `${tag} ${key}`);
      assert(new TextEncoder().encode(`-ERR [LOGIN-DELAY] ${text}\r\n`).length <= 512, `${tag} ${key}`);
    }
  }
});

Deno.test("pop3: RFC 1939 §3: what is said before LANG is ASCII", () => {
  for (const key of keys) assert(/^[ -~]+$/.test(longest(english.texts, key)), key);
});

Deno.test("pop3: RFC 6856 §3: every language is a translation, not a copy", () => {
  // A number and a word that is the same in two languages.
  const same = new Set(["octets", "listed"]);
  for (const { texts, tag } of languages.filter(({ tag }) => tag !== "en")) {
    for (const key of keys.filter((key) => !same.has(key))) {
      assertNotEquals(longest(texts, key), longest(english.texts, key), `${tag} ${key}`);
    }
  }
});

Deno.test("pop3: one message is singular in every language", () => {
  const one = languages.map(({ texts }) => texts.maildropHas(1, 1));
  const two = languages.map(({ texts }) => texts.maildropHas(2, 2).replaceAll("2", "1"));
  for (const [index, text] of one.entries()) assertNotEquals(text, two[index]);
});

Deno.test("pop3: RFC 4647 §3.4: a range finds its language, from the most exact to the least", () => {
  const found = (range: string) => lookUpLanguage(range)?.tag;
  assertEquals(["de", "DE", "de-CH-1996", "fr-x-private", "es-419", "en-GB-oed"].map(found), [
    "de",
    "de",
    "de",
    "fr",
    "es",
    "en",
  ]);
  assertEquals(["mul", "uga", "d", "deu", "sv-de"].map(found), Array(5).fill(undefined));
  for (const range of ["", "-", "de-", "de_DE", "*-CH", "abcdefghi", "dé"]) assert(!isLanguageRange(range));
});

Deno.test("pop3: RFC 6856 §3.2: LANG fails without a change, and its replies are UTF-8 in the language it sets", async () => {
  const utf8 = (text: string) => latin1(new TextEncoder().encode(text));
  const { lines } = await talk(
    testService(),
    `LANG fr-CA\r\nNONE\r\nLANG sv\r\nLANG a b\r\n${utf8("LANG é")}\r\nLANG *\r\nNONE\r\n`,
  );
  assertEquals(lines.slice(1), [
    utf8("+OK fr langue changée"),
    "-ERR commande inconnue",
    "-ERR la langue sv est inconnue",
    "-ERR syntaxe attendue : LANG [language-range]",
    "-ERR syntaxe attendue : LANG [language-range]",
    "+OK en Language changed",
    "-ERR unknown command",
  ]);
});

Deno.test("pop3: RFC 2449 §5: CAPA takes no argument, and another protocol's commands bring their own lines", async () => {
  const table: CommandTable = new Map([
    ...pop3Commands,
    [
      "XTND",
      command({
        capability: "XTND",
        states: ["authorization"],
        usage: "XTND",
        parse: noArgument,
        run: ({ texts }) => ({ reply: ok(texts.ready) }),
      }),
    ],
  ]);
  const tested = testService({ commands: table, options: { capabilities: ["X-EXAMPLE one two"] } });
  const { lines } = await talk(tested, "XTND\r\nCAPA all\r\nCAPA\r\n");
  assertEquals(lines.slice(1, 3), ["+OK POP3 server ready", "-ERR expected CAPA"]);
  assert(lines.includes("XTND") && lines.includes("X-EXAMPLE one two"));
  assertEquals(lines.filter((line) => line === "EXPIRE NEVER").length, 1);
  assert(!lines.some((line) => line.startsWith("LOGIN-DELAY")));
});

Deno.test("pop3: RFC 2449 §5: all but STLS that is announced before the login is announced after it", async () => {
  const { lines } = await talk(testService(), "CAPA\r\nUSER mrose\r\nPASS tanstaaf\r\nCAPA\r\n", { startTls: true });
  const [before = [], after = []] = lines.join("\n").split("Capability list follows").slice(1)
    .map((text) => text.split("\n.")[0]?.split("\n").slice(1) ?? []);
  assertEquals(after, before.filter((line) => line !== "STLS"));
  assert(before.includes("STLS"));
});

Deno.test("pop3: options are refused with what was expected", () => {
  const messages = (given: unknown) => pop3Options["~standard"].validate(given).issues?.map(({ message }) => message);
  assertEquals(messages({ idle_timeout: "9m" }), ['expected a duration of at least "10m" (RFC 1939 §3)']);
  assertEquals(messages({ expire: "soon" }), ['expected "never", or for how many days messages are kept: 0, 30']);
  assertEquals(messages({ capabilities: ["TOP"] }), [
    'expected a capability whose name begins with X, such as "X-EXAMPLE yes"',
  ]);
  assertEquals(messages({ capabilities: ["X-A.B"] })?.length, 1);
  assertEquals(messages({ language: "sv" })?.length, 1);
  assertEquals(messages({ idle_timeout: "10m", expire: 0, login_delay: "15m", capabilities: ["X"] }), undefined);
});
