/** KRB-ERROR messages against RFC 4120 §5.9.1 and X.690, and against what MIT's library sends. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { type KerberosError, printKrbError } from "../../../../plugins/protocols/kpop/krb_error.ts";
import { decodeHex, encodeHex } from "../../../support/hex.ts";

const hexOf = (text: string) => encodeHex(latin1Bytes(text));

Deno.test("kpop: RFC 4120 §5.9.1: a KRB-ERROR has the form of those that MIT's krb5_recvauth sends", () => {
  const error: KerberosError = {
    ...{ code: 40, at: new Date("2026-11-23T07:19:47.305Z") },
    server: { components: ["????"], realm: "EXAMPLE.TEST" },
  };
  // Theirs have the same octets, but for a longer text, microseconds and another type of name.
  const expected = decodeHex(`
    7e63 3061 a003020105 a10302011e a411180f${hexOf("20261123071947Z")} a505020304a768 a603020128
    a90e1b0c${hexOf("EXAMPLE.TEST")} aa11300fa003020103a10830061b04${hexOf("????")}
    ab131b11${hexOf("Invalid msg type\0")}`);
  assertEquals(encodeHex(printKrbError(error)), encodeHex(expected));
});

/** An element of DER, strictly: its tag, and what is in it. */
type Element = readonly [tag: number, content: string | readonly Element[]];

/** Reads elements that fill the octets. @throws where a length is not definite, not the shortest, or too long. */
function readElements(octets: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = octets[at] ?? 0, short = octets[at + 1] ?? 0x80;
    const size = short < 0x80 ? 0 : short & 0x7f;
    assert(short !== 0x80 && size <= 4);
    const length = size === 0 ? short : parseInt(encodeHex(octets.subarray(at + 2, at + 2 + size)), 16);
    assert(size === 0 || (length >= 0x80 && octets[at + 2] !== 0), "the shortest form");
    const start = at + 2 + size;
    assert(start + length <= octets.length);
    const content = octets.subarray(start, start + length);
    elements.push([tag, (tag & 0x20) === 0 ? latin1(content) : readElements(content)]);
    at = start + length;
  }
  return elements;
}

const name = fc.string({ unit: "grapheme-ascii", maxLength: 300 });

Deno.test("kpop: RFC 4120 §5.9.1: every KRB-ERROR is DER, and says what it was made of", () => {
  const errors: fc.Arbitrary<KerberosError> = fc.record({
    code: fc.nat(127),
    at: fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
    server: fc.record({ components: fc.array(name, { minLength: 1, maxLength: 3 }), realm: name }),
  });
  fc.assert(fc.property(errors, ({ code, at, server }) => {
    const [message, ...more] = readElements(printKrbError({ code, at, server }));
    assertEquals(more, []);
    const [tag, content] = message ?? [0, ""];
    assertEquals(tag, 0x60 | 30);
    const fields = new Map(typeof content === "string" ? [] : content.flatMap(([, inner]) => inner as Element[]));
    assertEquals([...fields.keys()], [0, 1, 4, 5, 6, 9, 10, 11].map((number) => 0xa0 | number));
    const time = at.toISOString().replace(/[-:T]/g, "");
    assertEquals(fields.get(0xa4), [[0x18, `${time.slice(0, 14)}Z`]]);
    const integerOf = (field: number) => {
      const [[type, octets] = [0, ""]] = (fields.get(field) ?? []) as Element[];
      assertEquals([type, (octets as string).charCodeAt(0) < 0x80], [2, true]);
      return parseInt(hexOf(octets as string), 16);
    };
    assertEquals([integerOf(0xa0), integerOf(0xa1), integerOf(0xa6)], [5, 30, code]);
    assertEquals(integerOf(0xa5), at.getUTCMilliseconds() * 1000);
    assertEquals(fields.get(0xa9), [[0x1b, server.realm]]);
    const names = server.components.map((component) => [0x1b, component]);
    assertEquals(fields.get(0xaa), [[0x30, [[0xa0, [[2, "\x03"]]], [0xa1, [[0x30, names]]]]]] as unknown as Element[]);
  }));
});
