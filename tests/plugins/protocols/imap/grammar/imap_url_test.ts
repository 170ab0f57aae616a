import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ImapUrl,
  LONGEST_URL,
  parseImapUrl,
  printImapUrl,
  type UrlAuthorization,
  withoutProof,
} from "../../../../../plugins/protocols/imap/grammar/imap_url.ts";
import {
  expectGenUrlAuthArguments,
  expectResetKeyArguments,
  expectUrlFetchArguments,
  printGenUrlAuthArguments,
  printResetKeyArguments,
  printUrlFetchArguments,
} from "../../../../../plugins/protocols/imap/grammar/urlauth_arguments.ts";
import { quickly } from "../../../../core/message/quickly.ts";
import { mailboxNames, nameForms, nzNumbers, sections, texts } from "./arbitraries.ts";
import { assertMalformed, read } from "./scan.ts";

Deno.test("RFC 4467 §1, §9: its examples of authorized URLs", () => {
  const text =
    "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:91354a473744909de610943775f92038";
  assertEquals(parseImapUrl(text), {
    server: { user: "joe", host: "example.com" },
    mailbox: "INBOX",
    uid: 20,
    section: { part: [1, 2], what: "content" },
    authorization: {
      access: { who: "submit", user: "fred" },
      proof: { mechanism: "INTERNAL", token: "91354a473744909de610943775f92038" },
    },
  });
  const rump = "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred";
  assertEquals(parseImapUrl(rump)?.authorization, { access: { who: "submit", user: "fred" } });
  assertEquals(withoutProof(text), rump);
});

Deno.test("RFC 5092 §11: user, mechanism, port, validity, range and expiry", () => {
  assertEquals(
    parseImapUrl(
      "imap://michael;AUTH=*@[2001:db8::1]:1143/gray-council/a%20b;UIDVALIDITY=385759045/;UID=20" +
        "/;SECTION=1.HEADER.FIELDS%20(TO)/;PARTIAL=0.1024;EXPIRE=2026-11-25T12:00:00-05:00;URLAUTH=authuser",
    ),
    {
      server: { user: "michael", mechanism: "*", host: "[2001:db8::1]", port: 1143 },
      mailbox: "gray-council/a b",
      uidValidity: 385759045,
      uid: 20,
      section: { part: [1], what: "fields", names: ["TO"] },
      range: { offset: 0, size: 1024 },
      authorization: { expires: new Date("2026-11-25T17:00:00Z"), access: { who: "authuser" } },
    },
  );
  assertEquals(parseImapUrl("imap://;AUTH=GSSAPI@h/%E6%97%A5/;UID=1/;PARTIAL=3;URLAUTH=anonymous"), {
    server: { mechanism: "GSSAPI", host: "h" },
    mailbox: "日",
    uid: 1,
    range: { offset: 3 },
    authorization: { access: { who: "anonymous" } },
  });
});

Deno.test("RFC 4469 §3, RFC 5092 §7: relative URLs, to the server or to the selected mailbox", () => {
  const section = { part: [1, 2], what: "mime" as const };
  assertEquals(parseImapUrl("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.2.MIME"), {
    mailbox: "Drafts",
    uidValidity: 385759045,
    uid: 20,
    section,
  });
  assertEquals(parseImapUrl("inbox/;uid=20"), { mailbox: "INBOX", uid: 20 });
  assertEquals(parseImapUrl(";UID=20/;SECTION=1.2.MIME"), { uid: 20, section });
});

Deno.test("what is no URL of a message", () => {
  const wrong = [
    "",
    "imap://host",
    "imap://host/",
    "imap://host/INBOX",
    "imap://host/;UID=1",
    "http://host/INBOX/;UID=1",
    "imap:/INBOX/;UID=1",
    "//host/INBOX/;UID=1",
    "/;UID=1",
    "a:b/;UID=1",
    "/INBOX/;UID=0",
    "/INBOX/;UID=4294967296",
    "/INBOX/;UID=1:2",
    "/INBOX/;UID=1/",
    "/INBOX/;UID=1/;SECTION=",
    "/INBOX/;UID=1/;SECTION=MIME",
    "/INBOX/;UID=1/;SECTION=1%2",
    "/INBOX/;UID=1/;SECTION=%7B3%7D",
    "/INBOX/;UID=1/;PARTIAL=0.0",
    "/INBOX/;UID=1;URLAUTH=user+",
    "/INBOX/;UID=1;URLAUTH=anybody",
    "/INBOX/;UID=1;URLAUTH=anonymous:INTERNAL:abc",
    "/INBOX/;UID=1;EXPIRE=2026-11-25T12:00:00Z",
    "/INBOX/;UID=1;EXPIRE=2026-13-25T12:00:00Z;URLAUTH=anonymous",
    "/INBOX/;UID=1;EXPIRE=yesterday;URLAUTH=anonymous",
    "/INBOX;UIDVALIDITY=0/;UID=1",
    "/%FF/;UID=1",
    "/%E/;UID=1",
    "/ä/;UID=1",
    "/a b/;UID=1",
    "imap://h:65536/a/;UID=1",
    "/INBOX/;UID=1\n",
    "/INBOX?SUBJECT%20x/;UID=1",
  ];
  for (const text of wrong) assertEquals(parseImapUrl(text), undefined, text);
});

const proof = fc.record({
  mechanism: fc.constantFrom("INTERNAL", "X-1.0"),
  token: fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 64 }),
});
const access: fc.Arbitrary<UrlAuthorization["access"]> = fc.oneof(
  fc.record({ who: fc.constantFrom("submit" as const, "user" as const), user: texts.filter((user) => user !== "") }),
  fc.constantFrom("authuser" as const, "anonymous" as const).map((who) => ({ who })),
);
const expires = fc.date({ min: new Date(0), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true });
const paths = fc.record({
  mailbox: mailboxNames.filter((name) => name !== ""),
  uidValidity: nzNumbers,
}, { requiredKeys: ["mailbox"] });
const servers = fc.record({
  user: texts.filter((user) => user !== ""),
  mechanism: fc.constantFrom("*", "GSSAPI"),
  host: fc.constantFrom("example.com", "127.0.0.1", "[::1]"),
  port: fc.integer({ min: 1, max: 65_535 }),
}, { requiredKeys: ["host"] });
const message = fc.record({
  uid: nzNumbers,
  section: sections.filter(({ part, what }) => part.length > 0 || what !== "content"),
  range: fc.record({ offset: fc.nat(), size: nzNumbers }, { requiredKeys: ["offset"] }),
  authorization: fc.record({ expires, access, proof }, { requiredKeys: ["access"] }),
}, { requiredKeys: ["uid"] });
const urls: fc.Arbitrary<ImapUrl> = fc.oneof(
  message,
  fc.tuple(paths, message).map(([path, rest]) => ({ ...path, ...rest })),
  fc.tuple(servers, paths, message).map(([server, path, rest]) => ({ server, ...path, ...rest })),
);

Deno.test("IMAP URLs: what is printed is read as the same, and without its proof but for that", () => {
  fc.assert(
    fc.property(urls, (url) => {
      const text = printImapUrl(url);
      assertEquals(parseImapUrl(text), url, text);
      if (url.authorization?.proof === undefined) return;
      const { proof: _, ...authorization } = url.authorization;
      assertEquals(parseImapUrl(withoutProof(text)), { ...url, authorization });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("IMAP URLs: no text is slow to read, or makes it fail", () => {
  const pieces = [
    "imap://",
    "/",
    ";UID=1",
    ";SECTION=1",
    ";PARTIAL=0",
    ";URLAUTH=",
    "a",
    ":",
    "%41",
    "@",
    ";AUTH=*",
    "+",
    "1.",
    "[",
    "\n",
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces, "anonymous", "INTERNAL", "%20", "?"), { maxLength: 20 }),
      (some) => {
        const text = some.join(""), url = parseImapUrl(text);
        if (url !== undefined) assertEquals(parseImapUrl(printImapUrl(url)), url);
      },
    ),
    { numRuns: 5000 },
  );
  for (const piece of pieces) {
    quickly(piece, () => {
      for (let turn = 0; turn < 100; turn++) {
        parseImapUrl(`imap://${piece.repeat(LONGEST_URL)}`.slice(0, LONGEST_URL));
        parseImapUrl(`/a/;UID=1/;SECTION=${piece.repeat(LONGEST_URL)}`.slice(0, LONGEST_URL));
      }
    });
  }
  quickly("proofs", () => assert(withoutProof(":a".repeat(500_000)) !== ""));
});

const urlItems = ["BODYPARTSTRUCTURE", "BINARY"] as const;

Deno.test("RFC 4467 §7, §9: GENURLAUTH, RESETKEY and URLFETCH", () => {
  const url = "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred";
  assertEquals(read(expectGenUrlAuthArguments, `"${url}" INTERNAL "${url}" internal`), [
    { url, mechanism: "INTERNAL" },
    { url, mechanism: "INTERNAL" },
  ]);
  assertMalformed(expectGenUrlAuthArguments, "u|", "a space");
  assertMalformed(expectGenUrlAuthArguments, "u INTERNAL |", "a URL");
  assertEquals(read(expectResetKeyArguments, ""), { mechanisms: [] });
  assertEquals(read(expectResetKeyArguments, " inbox"), { mailbox: "INBOX", mechanisms: [] });
  assertEquals(read(expectResetKeyArguments, " a internal X-1"), { mailbox: "a", mechanisms: ["INTERNAL", "X-1"] });
  assertEquals(read(expectUrlFetchArguments, `"${url}" ("b") (c binary BODYPARTSTRUCTURE) (d Body)`), [
    { url, items: [] },
    { url: "b", items: [] },
    { url: "c", items: ["BINARY", "BODYPARTSTRUCTURE"] },
    { url: "d", items: ["BODY"] },
  ]);
  // RFC 5524 §3.1.
  assertMalformed(expectUrlFetchArguments, "(c |SIZE)", "BODYPARTSTRUCTURE, BINARY or BODY, each once");
  assertMalformed(expectUrlFetchArguments, "(c BODY |BODY)", "BODYPARTSTRUCTURE, BINARY or BODY, each once");
  assertMalformed(expectUrlFetchArguments, "(c BODY |BINARY)", "not both BINARY and BODY");
  assertMalformed(expectUrlFetchArguments, "(|)", "a URL");
  assertMalformed(expectUrlFetchArguments, "|", "a URL");
  const mechanisms = fc.array(fc.constantFrom("INTERNAL", "X-1.0"));
  fc.assert(
    fc.property(
      fc.array(texts, { minLength: 1 }),
      mailboxNames,
      mechanisms,
      nameForms,
      (some, mailbox, names, form) => {
        const fetch = some.map((it, index) => ({ url: it, items: urlItems.slice(0, index % 3) }));
        assertEquals(read(expectUrlFetchArguments, printUrlFetchArguments(fetch)), fetch);
        const generate = some.map((it) => ({ url: it, mechanism: "INTERNAL" }));
        assertEquals(read(expectGenUrlAuthArguments, printGenUrlAuthArguments(generate)), generate);
        const reset = { mailbox, mechanisms: names };
        assertEquals(read(expectResetKeyArguments, printResetKeyArguments(reset, form), form), reset);
      },
    ),
  );
});
