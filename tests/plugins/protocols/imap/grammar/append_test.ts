import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AppendLiteral,
  AppendReader,
  type AppendStep,
  type AppendStretch,
  hasAppendTarget,
} from "../../../../../plugins/protocols/imap/grammar/append_arguments.ts";
import { printDateTime } from "../../../../../plugins/protocols/imap/grammar/date_time.ts";
import { printFlagList } from "../../../../../plugins/protocols/imap/grammar/flags.ts";
import { printMailboxName } from "../../../../../plugins/protocols/imap/grammar/mailbox_name.ts";
import { Malformed, MOST_ITEMS } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import { printText } from "../../../../../plugins/protocols/imap/grammar/wire_text.ts";
import { flags, instants, mailboxNames, texts } from "./arbitraries.ts";
import { scan } from "./scan.ts";

/** What stands between two literals, with the mark of the second, `{}` or `~{}`, at its end. */
function stretches(texts: readonly string[], isReplace = false): AppendStretch[] {
  const reader = new AppendReader(isReplace);
  return texts.map((marked) => {
    const [, text = "", mark] = /^([^]*?)(~?\{\})?$/.exec(marked) ?? [];
    return reader.read(scan(text), mark === undefined ? undefined : { isBinary: mark === "~{}" });
  });
}

/** Checks that the last of some stretches is malformed, and where: at the `|`. */
function assertStretchMalformed(texts: readonly string[], expected: string, isReplace = false): void {
  const at = texts.at(-1)?.indexOf("|");
  const error = assertThrows(() => stretches(texts.map((text) => text.replace("|", "")), isReplace), Malformed);
  assertEquals([error.at, error.expected], [at, expected], texts.join("…"));
}

const literal = (what: AppendLiteral, isUtf8 = false) => ({ literal: what, isUtf8 });
const saved: AppendStep = { step: "mailbox", mailbox: "saved-messages" };
const message: AppendStep = { step: "message", flags: [] };

Deno.test("RFC 9051 §6.3.12: its example, a literal after flags", () => {
  assertEquals(stretches(["saved-messages (\\Seen) {}", ""]), [
    { steps: [saved, { step: "message", flags: ["\\Seen"] }], ...literal("message") },
    { steps: [] },
  ]);
});

Deno.test("RFC 3502: several messages, RFC 8474 §7: a date", () => {
  const date = new Date("2018-03-19T16:07:37Z");
  assertEquals(
    stretches(['inbox "20-Mar-2018 03:07:37 +1100" {}', " (a) {}", ' () "20-Mar-2018 03:07:37 +1100" ~{}', ""]),
    [
      { steps: [{ step: "mailbox", mailbox: "INBOX" }, { ...message, date }], ...literal("message") },
      { steps: [{ ...message, flags: ["a"] }], ...literal("message") },
      { steps: [{ ...message, date }], ...literal("message") },
      { steps: [] },
    ],
  );
});

Deno.test("RFC 4469 §3: messages of literals and URLs", () => {
  const url = (text: string): AppendStep => ({ step: "url", url: text });
  assertEquals(
    stretches([
      'Sent (\\Seen) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER" TEXT {}',
      ' URL "/Drafts;UIDVALIDITY=385759045/;UID=30" TEXT {}',
      ")",
    ]),
    [
      {
        steps: [
          { step: "mailbox", mailbox: "Sent" },
          { step: "message", flags: ["\\Seen"] },
          url("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER"),
        ],
        ...literal("part"),
      },
      { steps: [url("/Drafts;UIDVALIDITY=385759045/;UID=30")], ...literal("part") },
      { steps: [] },
    ],
  );
  // A URL that is a literal; messages of nothing but URLs, and others after them.
  assertEquals(stretches(["saved-messages CATENATE (URL {}", " URL b) CATENATE (URL c) {}", ""]), [
    { steps: [saved, message], ...literal("url") },
    { steps: [url("b"), message, url("c"), message], ...literal("message") },
    { steps: [] },
  ]);
});

Deno.test("RFC 6855 §4: messages and parts with headers in UTF-8", () => {
  assertEquals(
    stretches(["saved-messages UTF8 (~{}", ") CATENATE (UTF8 (~{}", ") URL a UTF8 (~{}", ") TEXT {}", ") {}", ""]),
    [
      { steps: [saved, message], ...literal("message", true) },
      { steps: [message], ...literal("part", true) },
      { steps: [{ step: "url", url: "a" }], ...literal("part", true) },
      { steps: [], ...literal("part") },
      { steps: [message], ...literal("message") },
      { steps: [] },
    ],
  );
  assertStretchMalformed(["a UTF8 (|{}"], "a literal8");
  assertStretchMalformed(["a UTF8 (~{}", "|"], '")"');
});

Deno.test("RFC 8508 §3.1: REPLACE has a number first, and one message", () => {
  assertEquals(stretches(["4 Drafts (\\Seen) {}", ""], true)[0]?.steps[0], {
    step: "mailbox",
    mailbox: "Drafts",
    replaces: 4,
  });
  assertEquals(stretches(["* Drafts UTF8 (~{}", ")"], true)[0]?.steps[0], {
    step: "mailbox",
    mailbox: "Drafts",
    replaces: "*",
  });
  assertStretchMalformed(["4 Drafts {}", "| {}"], "the end of the command", true);
  assertStretchMalformed(["|Drafts {}"], 'a number from 1 on or "*"', true);
  assertStretchMalformed(["1|:2 Drafts {}"], "a space", true);
});

Deno.test("RFC 4466 §6: what is no APPEND, and where", () => {
  const data = "a literal, UTF8 or CATENATE";
  assertStretchMalformed(["|{}"], "a mailbox name");
  assertStretchMalformed(["a|{}"], "a space");
  assertStretchMalformed(["a |"], "a literal");
  assertStretchMalformed(["a (|{}"], "a flag");
  assertStretchMalformed(["a |hello{}"], data);
  assertStretchMalformed(['a "20-Mar-2018 03:07:37 +1100" |(a) {}'], data);
  assertStretchMalformed(["a {}", "|{}"], "the end of the command");
  assertStretchMalformed(["a {}", " |"], "a literal");
  assertStretchMalformed(["a {}", "|x"], "a space");
  assertStretchMalformed(["a CATENATE (|)"], "TEXT, URL or UTF8");
  assertStretchMalformed(["a CATENATE (TEXT |"], "a literal");
  assertStretchMalformed(['a CATENATE (TEXT |"x"'], "the end of the command");
  assertStretchMalformed(["a CATENATE (TEXT {}", " |"], "TEXT, URL or UTF8");
  assertStretchMalformed(["a CATENATE (TEXT {}", "|"], "a space");
  assertStretchMalformed(["a CATENATE (URL |~{}"], "a string");
  assertStretchMalformed(["a CATENATE (URL x |{}"], "TEXT, URL or UTF8");
  assertStretchMalformed(["a CATENATE (URL x)|x"], "a space");
});

Deno.test("APPEND: a literal after the mailbox is part of a message, another is the mailbox", () => {
  for (const text of ["a ", '"a" (\\Seen) ', "{1}\r\na ", "a CATENATE (URL "]) {
    assertEquals(hasAppendTarget(scan(text)), true);
  }
  for (const text of ["", "a", '"a', "(", "{1}\r\na"]) assertEquals(hasAppendTarget(scan(text)), false);
  assertEquals(hasAppendTarget(scan("4 a "), true), true);
  for (const text of ["", "4 ", "a ", "4 a"]) assertEquals(hasAppendTarget(scan(text), true), false);
});

Deno.test(`bounds: ${MOST_ITEMS} messages and parts, none of them a step deeper`, () => {
  const urls = (count: number) => Array(count).fill("URL u").join(" ");
  assertEquals(stretches([`a CATENATE (${urls(MOST_ITEMS)})`])[0]?.steps.length, MOST_ITEMS + 2);
  assertThrows(() => stretches([`a CATENATE (${urls(MOST_ITEMS + 1)})`]), Malformed, `at most ${MOST_ITEMS} parts`);
  const messages = (count: number) => ["a {}", ...Array(count - 1).fill(" {}"), ""];
  assertEquals(stretches(messages(MOST_ITEMS)).length, MOST_ITEMS + 1);
  assertThrows(() => stretches(messages(MOST_ITEMS + 1)), Malformed, `at most ${MOST_ITEMS} messages`);
});

/** A message to append: what is said before its content, and how its octets come. */
interface Draft {
  readonly flags: readonly string[];
  readonly date?: Date;
  readonly content:
    | "literal"
    | "literal8"
    | "utf8"
    | readonly (string | { readonly literal: "text" | "utf8" | "url" })[];
}

const drafts: fc.Arbitrary<Draft> = fc.record({
  flags: fc.array(flags, { maxLength: 3 }),
  date: instants,
  content: fc.oneof(
    fc.constantFrom("literal" as const, "literal8" as const, "utf8" as const),
    fc.array(
      fc.oneof(
        texts.filter((url) => !/[\r\n]/.test(url)),
        fc.constantFrom("text" as const, "utf8" as const, "url" as const).map((kind) => ({ literal: kind })),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  ),
}, { requiredKeys: ["flags", "content"] });

/** The command as it stands between its literals, and what is to be read of each stretch. */
function written(mailbox: string, messages: readonly Draft[]): { texts: string[]; expected: AppendStretch[] } {
  const texts: string[] = [], expected: AppendStretch[] = [];
  let text = printMailboxName(mailbox, "modified-utf-7");
  let steps: AppendStep[] = [{ step: "mailbox", mailbox }];
  const mark = (before: string, what: AppendLiteral, isUtf8 = false) => {
    texts.push(text + before);
    expected.push({ steps, ...literal(what, isUtf8) });
    [text, steps] = ["", []];
  };
  for (const { flags, date, content } of messages) {
    text += ` ${printFlagList(flags)} ${date === undefined ? "" : `${printDateTime(date)} `}`;
    steps.push({ step: "message", flags, ...date === undefined ? {} : { date } });
    if (content === "utf8") mark("UTF8 (~{}", "message", true);
    else if (typeof content === "string") mark(content === "literal" ? "{}" : "~{}", "message");
    else {
      text += "CATENATE (";
      for (const [index, part] of content.entries()) {
        if (index > 0) text += " ";
        if (typeof part === "string") {
          text += `URL ${printText(part)}`;
          steps.push({ step: "url", url: part });
        } else if (part.literal === "url") mark("URL {}", "url");
        else if (part.literal === "text") mark("TEXT {}", "part");
        else {
          mark("UTF8 (~{}", "part", true);
          text = ")";
        }
      }
      text += ")";
    }
    if (content === "utf8") text = ")";
  }
  return { texts: [...texts, text], expected: [...expected, { steps }] };
}

Deno.test("APPEND: what is written is read as the same, stretch by stretch", () => {
  const names = mailboxNames.filter((name) => !/[\r\n]/.test(name));
  fc.assert(
    fc.property(names, fc.array(drafts, { minLength: 1, maxLength: 4 }), (mailbox, messages) => {
      const { texts, expected } = written(mailbox, messages);
      assertEquals(stretches(texts), expected);
    }),
    { numRuns: 1000 },
  );
});
