import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageAddress } from "../../../../../core/contract/message.ts";
import { summarize } from "../../../../../core/message/summary.ts";
import { printEnvelope } from "../../../../../plugins/protocols/imap/printing/envelope.ts";
import { corpus, octets } from "../../../../core/message/corpus.ts";
import { readValue, sent } from "../read_values.ts";

const rev1 = { utf8: false }, rev2 = { utf8: true };

function envelopeOf(...header: readonly string[]): string {
  return printEnvelope(summarize(octets(`${header.join("\r\n")}\r\n\r\n`)).envelope, rev1);
}

Deno.test("RFC 3501 §8: the envelope of the sample connection", () => {
  assertEquals(
    envelopeOf(
      "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
      "From: Terry Gray <gray@cac.washington.edu>",
      "Subject: IMAP4rev1 WG mtg summary and minutes",
      "To: imap@cac.washington.edu",
      "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>",
      "Message-Id: <B27397-0100000@cac.washington.edu>",
    ),
    '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" ' +
      '(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ' +
      '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ' +
      '((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL ' +
      '"<B27397-0100000@cac.washington.edu>")',
  );
});

Deno.test("RFC 9051 §7.5.2: absent is NIL, empty is the empty string", () => {
  assertEquals(envelopeOf("X: y"), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
  assertEquals(envelopeOf("Subject:", "Date: "), '("" "" NIL NIL NIL NIL NIL NIL NIL NIL)');
});

Deno.test("RFC 9051 §7.5.2: Sender and Reply-To are From's where they are absent or empty", () => {
  const a = '((NIL NIL "a" "x"))', b = '((NIL NIL "b" "x"))';
  assertEquals(envelopeOf("From: a@x"), `(NIL NIL ${a} ${a} ${a} NIL NIL NIL NIL NIL)`);
  assertEquals(envelopeOf("From: a@x", "Sender:", "Reply-To: b@x"), `(NIL NIL ${a} ${a} ${b} NIL NIL NIL NIL NIL)`);
  assertEquals(envelopeOf("Sender: b@x"), `(NIL NIL NIL ${b} NIL NIL NIL NIL NIL NIL)`);
});

Deno.test("RFC 9051 §7.5.2: a group is marked by NIL hosts; a missing domain is not", () => {
  assertEquals(
    envelopeOf("To: Team: a@x, b@x;, alone"),
    '(NIL NIL NIL NIL NIL ((NIL NIL "Team" NIL)(NIL NIL "a" "x")(NIL NIL "b" "x")(NIL NIL NIL NIL)(NIL NIL "alone" "")) ' +
      "NIL NIL NIL NIL)",
  );
});

Deno.test("RFC 9051 §7.5.2: a source route has a place of its own", () => {
  assert(envelopeOf("To: A <@r.example,@s.example:a@x>").includes('(("A" "@r.example,@s.example" "a" "x"))'));
});

Deno.test("envelope: 8-bit text is a literal in rev1 and quoted in rev2", () => {
  const { envelope } = summarize(octets("Subject: Gr\xc3\xbc\xc3\x9fe\r\n\r\n"));
  assert(printEnvelope(envelope, rev1).startsWith("(NIL {7}\r\nGrüße NIL"));
  assert(printEnvelope(envelope, rev2).startsWith('(NIL "Grüße" NIL'));
});

const text = fc.option(fc.string({ unit: fc.constantFrom(...'ab "\\\r\nä€(){}') }), { nil: undefined });
const address: fc.Arbitrary<MessageAddress> = fc.record({ name: text, route: text, mailbox: text, host: text }, {
  requiredKeys: [],
}).map(({ name, route, mailbox, host }) => ({
  ...name !== undefined && { name },
  ...route !== undefined && { route },
  ...mailbox !== undefined && { mailbox },
  ...host !== undefined && { host },
}));

Deno.test("envelope: what is printed reads as the same values", () => {
  fc.assert(
    fc.property(text, fc.array(address), fc.boolean(), (subject, to, utf8) => {
      const printed = printEnvelope({ ...subject !== undefined && { subject }, to }, { utf8 });
      const addresses = to.map(({ name, route, mailbox, host }) =>
        [name, route, mailbox, host].map((one) => one ?? null)
      );
      const list = addresses.length === 0 ? null : addresses;
      assertEquals(
        readValue(sent(printed)),
        [null, subject ?? null, null, null, null, list, null, null, null, null],
      );
    }),
    { numRuns: 500 },
  );
});

Deno.test("envelope: ten values, whatever the message, for every message of the corpus", () => {
  for (const { name, text } of corpus) {
    for (const mode of [rev1, rev2]) {
      const value = readValue(sent(printEnvelope(summarize(octets(text)).envelope, mode)));
      assert(Array.isArray(value), name);
      assertEquals(value.length, 10, name);
    }
  }
});
