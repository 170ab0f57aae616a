import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { baseSubject } from "../../../core/message/base_subject.ts";
import { quickly } from "./quickly.ts";

/** The base subject, a "*" behind it for a reply or forward. */
function base(subject: string): string {
  const { text, isReplyOrForward } = baseSubject(subject);
  return isReplyOrForward ? `${text}*` : text;
}

Deno.test("RFC 5256 §2.1 (1): encoded words are decoded, white space becomes single spaces", () => {
  assertEquals(base("a  b\tc \t\r\n d"), "a b c d");
  assertEquals(base("=?utf-8?q?Re:_Gr=C3=BC=C3=9Fe?="), "Grüße*");
  assertEquals(base("=?utf-8?b?UmU=?=: x"), "x*");
});

Deno.test("RFC 5256 §2.1 (2): trailers", () => {
  assertEquals(base("x (fwd)"), "x*");
  assertEquals(base("x(FWD) (Fwd)  "), "x*");
  assertEquals(base("(fwd) x"), "(fwd) x");
  assertEquals(base("x (fwd) y"), "x (fwd) y");
  assertEquals(base("(fwd)"), "*");
});

Deno.test("RFC 5256 §2.1 (3): leaders", () => {
  assertEquals(base("Re: x"), "x*");
  assertEquals(base("  RE  : fw: FWD:x"), "x*");
  assertEquals(base("re[2]: x"), "x*");
  assertEquals(base("Re [two] : x"), "x*");
  assertEquals(base("[list] Re: x"), "x*");
  assertEquals(base("[a] [b]Re: [c] Fwd [d]: x"), "x*");
  for (const subject of ["Reply: x", "Re x", "Re", "Aw: x", "Re [a] [b]: x", "re[2: x", "forward: x"]) {
    assertEquals(base(subject), subject);
  }
});

Deno.test("RFC 5256 §2.1 (4) and (5): blobs go as long as something is left", () => {
  assertEquals(base("[list] x"), "x");
  assertEquals(base("[a][b] [c] x"), "x");
  assertEquals(base("[list]"), "[list]");
  assertEquals(base("[a] [b]"), "[b]");
  assertEquals(base("Re: [a] Re: [b]"), "[b]*");
  assertEquals(base("[a] re:"), "*");
  assertEquals(base("[a [b] x"), "[a [b] x");
  assertEquals(base("[] x"), "x");
});

Deno.test("RFC 5256 §2.1 (6): what was forwarded has a subject of its own", () => {
  assertEquals(base("[fwd: x]"), "x*");
  assertEquals(base("Fwd: [Fwd: [list] Re: x (fwd)]"), "x*");
  assertEquals(base("[fwd: [FWD: x] ]"), "x*");
  assertEquals(base("[fwd: x"), "[fwd: x");
  assertEquals(base("[fwd:]"), "*");
  assertEquals(base("[fwd: x] y"), "y");
});

Deno.test("base subject: nothing is left of nothing", () => {
  for (const subject of ["", " ", "\t"]) assertEquals(base(subject), "");
  assertEquals(base("Re:"), "*");
});

const piece = fc.constantFrom("re", "Re", "fw", "FWD", ":", " ", "[", "]", "[a]", "[fwd:", "(fwd)", "x", "ü", "\t");

Deno.test("base subject: the same as the steps of RFC 5256 §2.1, taken one by one", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      assertEquals(baseSubject(pieces.join("")), byTheLetter(pieces.join("")));
    }),
    { numRuns: 20_000 },
  );
});

/** RFC 5256 §2.1 as it stands, with §5 as regular expressions; slow. */
function byTheLetter(subject: string): { text: string; isReplyOrForward: boolean } {
  const blob = String.raw`\[[^\[\]]*\] *`;
  const reply = String.raw`(?:re|fwd?) *(?:${blob})?:`;
  let isReplyOrForward = false;
  let text = subject.replace(/[\t\r\n]/g, " ").replace(/ +/g, " ");
  for (;;) {
    for (let trailer = /(\(fwd\)| )$/i.exec(text); trailer; trailer = /(\(fwd\)| )$/i.exec(text)) {
      isReplyOrForward ||= trailer[0] !== " ";
      text = text.slice(0, -trailer[0].length);
    }
    for (let changed = true; changed;) {
      const leader = new RegExp(`^(?:(?:${blob})*${reply}| )`, "i").exec(text);
      const front = new RegExp(`^${blob}`).exec(text);
      changed = true;
      if (leader) {
        isReplyOrForward ||= leader[0] !== " ";
        text = text.slice(leader[0].length);
      } else if (front && /[^ ]/.test(text.slice(front[0].length))) text = text.slice(front[0].length);
      else changed = false;
    }
    if (!/^\[fwd:.*\]$/i.test(text)) return { text, isReplyOrForward };
    isReplyOrForward = true;
    text = text.slice(5, -1);
  }
}

Deno.test("base subject: hostile subjects take linear time", () => {
  const many = 100_000;
  const subjects = ["[a]", "[", "re:", "re [", "[fwd:", " (fwd)", "[a] re", "re [a]"].map((part) => part.repeat(many));
  for (const subject of [...subjects, `${"[fwd:".repeat(many)}x${"]".repeat(many)}`, `${"[a]".repeat(many)} re`]) {
    quickly(subject.slice(0, 20), () => assert(baseSubject(subject).text.length <= subject.length));
  }
});
