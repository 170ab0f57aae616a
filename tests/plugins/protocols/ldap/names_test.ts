/** Names (RFC 4514) and how strings are compared (RFC 4518). */
import { assertEquals } from "@std/assert";
import {
  depthBelow,
  keysOf,
  printDistinguishedName,
  readDistinguishedName,
} from "../../../../plugins/protocols/ldap/schema/distinguished_name.ts";
import { matchingRule } from "../../../../plugins/protocols/ldap/schema/matching_rules.ts";
import { prepare } from "../../../../plugins/protocols/ldap/schema/string_preparation.ts";

/** A name as it is printed. */
function reprinted(text: string): string | undefined {
  const name = readDistinguishedName(text);
  return name && printDistinguishedName(name);
}

Deno.test("ldap: RFC 4514 §4: the examples", () => {
  for (
    const name of [
      "UID=jsmith,DC=example,DC=net",
      "OU=Sales+CN=J.  Smith,DC=example,DC=net",
      'CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net',
      "CN=Before\\0dAfter,DC=example,DC=net",
    ]
  ) assertEquals(reprinted(name), name);
  assertEquals(reprinted("1.3.6.1.4.1.1466.0=#04024869"), "1.3.6.1.4.1.1466.0=Hi");
  assertEquals(readDistinguishedName("CN=Lu\\C4\\8Di\\C4\\87"), [[{ type: "CN", value: "Lučić" }]]);
});

Deno.test("ldap: RFC 4514 §2.4: what has to be escaped is, at the ends too", () => {
  for (const value of [" a", "a ", "  ", "#a", "a#", 'a+b,c;d<e>f\\g"h', "é", "a=b", "\\", "\\ "]) {
    const printed = printDistinguishedName([[{ type: "cn", value }]]);
    assertEquals(readDistinguishedName(printed), [[{ type: "cn", value }]], printed);
  }
});

Deno.test("ldap: what is no name", () => {
  for (
    const text of [
      "people",
      "=x",
      "cn=a,",
      ",cn=a",
      "cn=a,,dc=b",
      "cn=a+",
      "cn=\\zz",
      'cn="a"',
      "cn=a\\",
      "cn=\\C4",
      "1=a",
      "cn=#0",
      "cn=#3000",
    ]
  ) assertEquals(readDistinguishedName(text), undefined, text);
});

Deno.test("ldap: RFC 4517 §4.2.15: names are the same in any case, in any order of one part, by any name of a type", () => {
  const same = (one: string, other: string) => {
    const [a, b] = [one, other].map((text) => keysOf(readDistinguishedName(text) ?? []));
    return a !== undefined && b !== undefined && depthBelow(a, b) === 0;
  };
  assertEquals(same("CN=Alice  Smith,dc=Example", "commonName=alice smith, DC = EXAMPLE"), true);
  assertEquals(same("cn=a+sn=b", "2.5.4.4=B+cn=A"), true);
  assertEquals(same("cn=a,sn=b", "sn=b,cn=a"), false);
  assertEquals(same("cn=a", "sn=a"), false);
  assertEquals(same("cn=a,cn=b", "cn=b"), false);
});

Deno.test("ldap: RFC 4518: what looks the same is the same", () => {
  assertEquals(prepare("  Straße  DES\t17. ", true), "strasse des 17.");
  assertEquals(prepare("ΟΔΟΣ", true), prepare("οδος", true));
  assertEquals(prepare("\u212bngstr\u00f6m", true), prepare("a\u030angstro\u0308m", true));
  assertEquals(prepare("so\u00adft\u200b", true), "soft");
  assertEquals(prepare("a\u00a0\u3000b", false), "a b");
  assertEquals(prepare("Case", false), "Case");
  assertEquals(prepare("\ue000", true), undefined);
  assertEquals(prepare("\ufffd", true), undefined);
});

Deno.test("ldap: RFC 4517 §3.3.13: times are compared as times", () => {
  const rule = matchingRule("generalizedTimeOrderingMatch");
  const same = [
    "20261124070000Z",
    "202611240700Z",
    "2026112407Z",
    "20261124080000+0100",
    "20261124063000-0030",
    "20261124070000.0Z",
  ];
  assertEquals(new Set(same.map((text) => rule?.key(text))).size, 1);
  const ordered = [
    "19691231235959Z",
    "19700101000000Z",
    "20261124070000Z",
    "20261124070000.5Z",
    "2026112407.5Z",
    "2026112408Z",
  ];
  const keys = ordered.map((text) => rule?.key(text) ?? "");
  assertEquals(keys.toSorted(), keys);
  for (const text of ["20261324070000Z", "20260230000000Z", "2026112424Z", "20261124070000", "yesterday", ""]) {
    assertEquals(rule?.key(text), undefined, text);
  }
});
