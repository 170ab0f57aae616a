/** What is printed is read back as it was: fields, words, parameters, addresses, dates, encodings. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageAddress } from "../../core/contract/message.ts";
import { parseAddressList } from "../../core/message/address.ts";
import { printAddressList } from "../../core/message/address_printer.ts";
import { encodeBase64Body } from "../../core/message/base64.ts";
import { formatDate, parseDate } from "../../core/message/date.ts";
import { decodeEncodedWords, encodeWords } from "../../core/message/encoded_word.ts";
import { printField } from "../../core/message/fold.ts";
import { Header } from "../../core/message/header.ts";
import { printParameter } from "../../core/message/parameter_printer.ts";
import { parseParameters } from "../../core/message/parameters.ts";
import { decodeTransfer } from "../../core/message/transfer_encoding.ts";
import { encodeUtf8 } from "../../core/wire/utf8.ts";
import { encodeQuotedPrintable } from "../core/message/encode_quoted_printable.ts";

/** Any well-formed text without line ends and NUL, which no field can hold. */
const text = fc.string({ unit: "binary" }).map((value) => value.replace(/[\r\n\0]/g, ""));
/** Text that folding and trimming leave alone. */
const value = fc.array(fc.stringMatching(/^[!-~äöü€]{1,100}$/), { maxLength: 20 }).map((words) => words.join(" "));
const fieldName = fc.stringMatching(/^[!-9;-~]{1,40}$/);

Deno.test("fields: name and value come back, and no line is longer than its longest word", () => {
  fc.assert(fc.property(fieldName, value, (name, value) => {
    const header = new Header(encodeUtf8(printField(name, value)));
    assertEquals(header.fields.map((field) => [field.name, header.value(field)]), [[name, value]]);
  }));
});

Deno.test("fields: one value never becomes two", () => {
  fc.assert(fc.property(fieldName, fc.string({ unit: "binary" }), (name, value) => {
    assertEquals(new Header(encodeUtf8(printField(name, value))).fields.length, 1);
  }));
});

Deno.test("header blocks: every octet is in exactly one field", () => {
  const line = fc.constantFrom("A: b", " c", "\t", "no field", ":", "B:", "\xff: x", "C : d", "\0", "x\ry");
  const block = fc.array(fc.tuple(line, fc.constantFrom("\r\n", "\n"))).map((lines) => lines.flat().join(""));
  fc.assert(fc.property(block, (block) => {
    const octets = encodeUtf8(block);
    let at = 0;
    for (const field of new Header(octets).fields) {
      assertEquals(field.start, at);
      assert(field.valueStart >= field.start && field.end > field.start && field.valueStart <= field.end);
      at = field.end;
    }
    assertEquals(at, octets.length);
  }));
});

Deno.test("encoded words: any text comes back, folded or not", () => {
  fc.assert(fc.property(text, (text) => {
    const printed = encodeWords(text);
    assert(/^[\x20-\x7e]*$/.test(printed));
    assertEquals(decodeEncodedWords(printed), text);
    assertEquals(decodeEncodedWords(printed.replaceAll("?= =?", "?=\r\n =?")), text);
  }));
});

Deno.test("parameters: any value comes back", () => {
  fc.assert(fc.property(fc.stringMatching(/^[a-z]{1,10}$/), text, (name, value) => {
    const parsed = parseParameters(`${printParameter("first", "1")}${printParameter(name + "x", value)}`);
    assertEquals(parsed.map(([name, value]) => [name, value]), [["first", "1"], [name + "x", value]]);
  }));
});

const atom = fc.stringMatching(/^[a-zäöü0-9!#$%&'*+/^_`{|}~-]{1,20}$/);
const host = fc.oneof(
  fc.array(atom, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
  fc.constant("[192.0.2.1]"),
);
const words = fc.oneof(fc.array(atom, { minLength: 1, maxLength: 4 }).map((words) => words.join(" ")), text)
  .filter((words) => words !== "");
const mailbox = fc.oneof(fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join(".")), text)
  .filter((local) => local !== "");
const address: fc.Arbitrary<MessageAddress> = fc.record(
  { name: words, route: fc.constant("@a.test,@b.test"), mailbox, host },
  { requiredKeys: ["mailbox", "host"] },
);
const group: fc.Arbitrary<MessageAddress[]> = fc.tuple(words, fc.array(address, { maxLength: 3 }))
  .map(([name, members]) => [{ mailbox: name }, ...members, {}]);
const addressList = fc.array(fc.oneof(address.map((one) => [one]), group), { maxLength: 6 }).map((list) => list.flat());

Deno.test("addresses: any list comes back", () => {
  fc.assert(fc.property(addressList, (list) => {
    assertEquals(parseAddressList(printAddressList(list)), list);
  }));
});

Deno.test("addresses: any list comes back from a folded field", () => {
  fc.assert(fc.property(addressList, (list) => {
    // Folding keeps white space, but the value is trimmed and tabs are not where it breaks.
    const header = new Header(encodeUtf8(printField("To", printAddressList(list))));
    assertEquals(parseAddressList(header.get("to") ?? ""), list);
  }));
});

Deno.test("dates: any second in any zone comes back", () => {
  const seconds = fc.integer({ min: -2_000_000_000, max: 250_000_000_000 });
  fc.assert(fc.property(seconds, fc.integer({ min: -1439, max: 1439 }), (seconds, zoneMinutes) => {
    const epochMilliseconds = seconds * 1000;
    assertEquals(parseDate(formatDate(new Date(epochMilliseconds), zoneMinutes)), { epochMilliseconds, zoneMinutes });
  }));
});

Deno.test("base64 and quoted-printable: any octets come back, in lines of at most 76", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => {
    for (const [name, encode] of [["base64", encodeBase64Body], ["quoted-printable", encodeQuotedPrintable]] as const) {
      const printed = encode(octets);
      assert(printed.split("\r\n").every((line) => line.length <= 76));
      assertEquals([...decodeTransfer(encodeUtf8(printed), name)], [...octets]);
    }
  }));
});
