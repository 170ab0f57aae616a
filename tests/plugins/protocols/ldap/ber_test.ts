/** BER within bounds (RFC 4511 §5.1): what is LDAP's passes, what could hurt never reaches the library. */
import { assert, assertEquals } from "@std/assert";
import {
  application,
  deepest,
  mostElements,
  printElement,
  readElement,
} from "../../../../plugins/protocols/ldap/grammar/ber.ts";
import { readClientMessage } from "../../../../plugins/protocols/ldap/grammar/request.ts";
import { octetString, printResult } from "../../../../plugins/protocols/ldap/grammar/result.ts";
import { ber, element, joined, notation } from "./ber_notation.ts";

/** RFC 4532 §2.1 and §2.2. */
const whoAmIRequest = "301e02010277198017312e332e362e312e342e312e343230332e312e31312e33";
const whoAmIResponse = "302102010278 1c0a010004000400 8b13753a78787979 7a404558414d504c452e4e4554".replaceAll(" ", "");

Deno.test("ldap: RFC 4532 §2.1, §2.2: the octets of the examples", () => {
  const request = readElement(Uint8Array.fromHex(whoAmIRequest));
  assert(request !== undefined);
  assertEquals(readClientMessage(request), {
    id: 2,
    request: { kind: "extended", name: "1.3.6.1.4.1.4203.1.11.3", value: undefined },
    controls: [],
    responseTag: application(24),
  });
  const identity = octetString("u:xxyyz@EXAMPLE.NET", 0x8b);
  assertEquals(printResult(2, application(24), { code: "success" }, [identity]).toHex(), whoAmIResponse);
  // The notation of the other tests means the same.
  assertEquals(ber('{ 2 extendedReq { [0] "1.3.6.1.4.1.4203.1.11.3" } }').toHex(), whoAmIRequest);
  assertEquals(
    notation(Uint8Array.fromHex(whoAmIResponse)),
    '{ 2 extendedResp { success "" "" [11] "u:xxyyz@EXAMPLE.NET" } }',
  );
});

const refused: Readonly<Record<string, string>> = {
  "nothing": "",
  "half a header": "30",
  "a length of 4 GB": "3084ffffffff0201",
  "a length of eight octets": "30887fffffffffffffff",
  "a length of 127 octets": `30ff${"ff".repeat(127)}`,
  "a length that is not all there": "308401",
  "less than its length": "30050201",
  "more than its length": "3003020101 00",
  "an element longer than what it is in": "3003020501",
  "the indefinite form": "30800201050000",
  "a tag of several octets": "3005bfffff7f00",
  "a string in pieces": "30052403040161",
  "a NULL": "30020500",
  "a date that is none": "30031801ff",
  "a text in UTF-8 by its own type": "30030c0161",
  "an object identifier": "30050603550403",
};

for (const [name, hex] of Object.entries(refused)) {
  Deno.test(`ldap: RFC 4511 §5.1: ${name} is no element`, () => {
    assertEquals(readElement(Uint8Array.fromHex(hex.replaceAll(" ", ""))), undefined);
  });
}

Deno.test("ldap: X.690 §8.1.3.5: a length may have more octets than it needs, as clients of Windows write them", () => {
  const request = "3084000000220201027784000000198017312e332e362e312e342e312e343230332e312e31312e33";
  const read = readElement(Uint8Array.fromHex(request));
  assert(read !== undefined);
  assertEquals(readClientMessage(read)?.request, {
    kind: "extended",
    name: "1.3.6.1.4.1.4203.1.11.3",
    value: undefined,
  });
});

function nested(depth: number): Uint8Array {
  let octets = new Uint8Array(0);
  for (let at = 0; at < depth; at++) octets = Uint8Array.from(element(0xa2, octets));
  return octets;
}

Deno.test("ldap: elements lie so deep in one another, and no deeper", () => {
  assert(readElement(nested(deepest)) !== undefined);
  for (const depth of [deepest + 1, 1000]) assertEquals(readElement(nested(depth)), undefined);
});

Deno.test("ldap: a message has so many elements, and no more", () => {
  const many = (count: number) => element(0x30, joined(Array(count).fill(Uint8Array.of(4, 0))));
  assert(readElement(many(mostElements - 1)) !== undefined);
  assertEquals(readElement(many(mostElements)), undefined);
});

Deno.test("ldap: RFC 4511 §5.1: BER within a string is the string's own affair", () => {
  for (const content of ["020161", "3084ffffffff", "308002010500 00", "04820fff", "1801ff", "3003"]) {
    const octets = element(0x30, element(0x04, Uint8Array.fromHex(content.replaceAll(" ", ""))));
    const read = readElement(octets);
    assert(read !== undefined && "elements" in read);
    assertEquals(read.elements, [{ tag: 4, octets: Uint8Array.fromHex(content.replaceAll(" ", "")) }]);
    assertEquals(printElement(read), octets);
  }
});
