/** LANGUAGE (RFC 5255 §3): everything that is said to people is said in all languages. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { french } from "../../../../../plugins/protocols/imap/languages/french.ts";
import { frenchGrammar } from "../../../../../plugins/protocols/imap/languages/french_grammar.ts";
import { german } from "../../../../../plugins/protocols/imap/languages/german.ts";
import { germanGrammar } from "../../../../../plugins/protocols/imap/languages/german_grammar.ts";
import { firstLanguage, lookUpLanguage } from "../../../../../plugins/protocols/imap/languages/languages.ts";
import { Translation } from "../../../../../plugins/protocols/imap/languages/translation.ts";
import { bob, fred, ImapClient, logIn, testService } from "../talk.ts";
import { expectationsInSources, repliesInSources } from "./texts_in_sources.ts";

/** Octets as they are on the wire, one a character, as the text that they are. */
function utf8(line: string | undefined = ""): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(line, (octet) => octet.charCodeAt(0)));
}

function assertSame(table: Readonly<Record<string, string>>, inSources: ReadonlySet<string>): void {
  const translated = new Set(Object.keys(table));
  assertEquals([...inSources.difference(translated)], [], "these are not translated");
  assertEquals([...translated.difference(inSources)], [], "these are not said any more");
}

Deno.test("languages: every text of a reply or an untagged response is in the tables, and no other", async () => {
  const inSources = await repliesInSources();
  assert(inSources.size > 150);
  for (const table of [german, french]) assertSame(table, inSources);
});

Deno.test("languages: whatever the grammar can expect is in the tables, and nothing else", async () => {
  const inSources = await expectationsInSources();
  assert(inSources.size > 90);
  for (const table of [germanGrammar, frenchGrammar]) assertSame(table, inSources);
});

Deno.test("languages: RFC 5255 §3.5: no text is empty, has a bracket, a control or a gap too few", () => {
  for (const table of [german, germanGrammar, french, frenchGrammar]) {
    for (const [english, text] of Object.entries(table)) {
      assertMatch(text, /^[^[\]\p{Cc}]+$|^"\." ou "\]"$|^"\." oder "\]"$/u);
      assertEquals(text.split("{}").length, english.split("{}").length, english);
      assert(text.isWellFormed() && text.trim() === text);
    }
  }
});

Deno.test("languages: what is put into a text is translated as well, where it can be", () => {
  const translation = new Translation(german, germanGrammar);
  assertEquals(translation.text("Expected a flag at octet 12"), "Erwartet: eine Markierung (Oktett 12)");
  assertEquals(translation.text("Expected FLAGS at octet 3"), "Erwartet: FLAGS (Oktett 3)");
  assertEquals(
    translation.text("Expected a sequence set of at most 50000 items at octet 7"),
    "Erwartet: eine Menge von Nummern aus höchstens 50000 Einträgen (Oktett 7)",
  );
  assertEquals(
    translation.text("The filter is no search: expected a flag in UTF-8 at octet 1"),
    "Der Filter ist keine Suche; erwartet: eine Markierung in UTF-8 (Oktett 1)",
  );
  assertEquals(translation.text("Nobody says this"), "Nobody says this");
  assertEquals(translation.response("OK [UIDNEXT 7] The next UID"), "OK [UIDNEXT 7] Die nächste UID");
  assertEquals(translation.response('LIST () "/" Done'), 'LIST () "/" Done');
});

Deno.test("languages: RFC 5255 §3.2, RFC 4647 §3.4: the first range that is met decides", () => {
  const tag = (...ranges: string[]) => lookUpLanguage(ranges, firstLanguage)?.tag;
  assertEquals(tag("fr-CA", "en-CA"), "fr");
  assertEquals(tag("it", "DE-IT"), "de");
  assertEquals(tag("I-DEFAULT"), "i-default");
  assertEquals([tag("mul"), tag("it", ""), tag("d"), tag("de_AT")], [undefined, undefined, undefined, undefined]);
  assertEquals([tag("mul", "default"), tag("*")], ["i-default", "i-default"]);
});

Deno.test("languages: RFC 5255 §3.2: all that is said changes, for this session and until it asks for another", async () => {
  const service = await testService({ options: { language: "fr" } });
  await service.fill(fred, "INBOX", ["1\r\n"]);
  await using client = new ImapClient(service);
  await client.greeting;
  assertEquals((await client.run("LANGUAGE de")).map(utf8), ["* LANGUAGE (de)", "OK Von jetzt an auf Deutsch"]);
  assertEquals(
    utf8((await client.run(`LOGIN ${fred} wrong`))[0]),
    "NO [AUTHENTICATIONFAILED] Name oder Passwort ist falsch",
  );
  assertMatch(utf8((await client.run(`LOGIN ${fred} secret`))[0]), /^OK \[CAPABILITY .* LANGUAGE .*\] Angemeldet$/);
  const selected = (await client.run("SELECT INBOX")).map(utf8);
  assert(selected.some((line) => /^\* OK \[UIDNEXT 2\] Die nächste UID$/.test(line)));
  assertEquals(selected.at(-1), "OK [READ-WRITE] Ausgewählt");
  assertEquals(utf8((await client.run("STORE 1 FLAGS (x x]"))[0]), 'BAD Erwartet: ")" (Oktett 21)');
  assertEquals(utf8((await client.run("CREATE a//b"))[0]), "NO [CANNOT] So kann kein Postfach heißen");
  await using other = await logIn(service, bob);
  assertEquals(await other.run("NOOP"), ["OK Nothing done"]);
  // §3.2: what the administrator prefers.
  assertEquals((await client.run("LANGUAGE default")).map(utf8), [
    "* LANGUAGE (fr)",
    '* NAMESPACE (("" "/")) (("Other Users/" "/" "TRANSLATION" ("Autres utilisateurs/"))) NIL',
    "OK Désormais en français",
  ]);
  await service.storage.apply([{ do: "removeAccount", account: service.account(fred) }]);
  assertEquals((await client.run("NOOP")).map(utf8), ["OK Rien n'a été fait"]);
  assertEquals(utf8(await client.wire.readLine()), "* BYE La boîte choisie n'existe plus");
});

Deno.test("languages: RFC 8437 §4: whoever logs in next is spoken to in English again", async () => {
  await using client = await logIn(await testService());
  await client.run("LANGUAGE de");
  await client.run("UNAUTHENTICATE");
  assertEquals(await client.run("NOOP"), ["OK Nothing done"]);
});
