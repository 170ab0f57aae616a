import { assertEquals } from "@std/assert";
import type { MessageAddress } from "../../../core/contract/message.ts";
import { mailboxesOf, parseAddressList, parseMailbox } from "../../../core/message/address.ts";
import { quickly } from "./quickly.ts";
import { addressSpec, printAddress, printAddressList } from "../../../core/message/address_printer.ts";

function check(text: string, ...expected: MessageAddress[]) {
  assertEquals(parseAddressList(text), expected, text);
}

Deno.test("RFC 5322 A.1: addresses with and without names", () => {
  check("John Doe <jdoe@machine.example>", { name: "John Doe", mailbox: "jdoe", host: "machine.example" });
  check("mary@example.net", { mailbox: "mary", host: "example.net" });
  check(
    '"Joe Q. Public" <john.q.public@example.com>, Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>',
    { name: "Joe Q. Public", mailbox: "john.q.public", host: "example.com" },
    { name: "Mary Smith", mailbox: "mary", host: "x.test" },
    { mailbox: "jdoe", host: "example.org" },
    { name: "Who?", mailbox: "one", host: "y.test" },
  );
  check(
    '<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
    { mailbox: "boss", host: "nil.test" },
    { name: 'Giant; "Big" Box', mailbox: "sysservices", host: "example.net" },
  );
});

Deno.test("RFC 5322 A.1.3: groups, with RFC 9051's markers", () => {
  check(
    "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
    { mailbox: "A Group" },
    { name: "Ed Jones", mailbox: "c", host: "a.test" },
    { mailbox: "joe", host: "where.test" },
    { name: "John", mailbox: "jdoe", host: "one.test" },
    {},
  );
  check("Undisclosed recipients:;", { mailbox: "Undisclosed recipients" }, {});
  check("a: x@y.test; , b@c.test", { mailbox: "a" }, { mailbox: "x", host: "y.test" }, {}, {
    mailbox: "b",
    host: "c.test",
  });
  check("open: x@y.test", { mailbox: "open" }, { mailbox: "x", host: "y.test" }, {});
});

Deno.test("RFC 5322 A.5: comments and white space anywhere", () => {
  check(
    "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
    { name: "Pete", mailbox: "pete", host: "silly.test" },
  );
  check(
    "A Group(Some people)\r\n :Chris Jones <c@(Chris's host.)public.example>,\r\n joe@example.org,\r\n John <jdoe@one.test> (my dear friend); (the end of the group)",
    { mailbox: "A Group" },
    { name: "Chris Jones", mailbox: "c", host: "public.example" },
    { mailbox: "joe", host: "example.org" },
    { name: "John", mailbox: "jdoe", host: "one.test" },
    {},
  );
});

Deno.test("RFC 5322 A.6.1: obsolete routes, empty list members, blanks around dots", () => {
  check(
    "Joe Q. Public <john.q.public@example.com>",
    { name: "Joe Q. Public", mailbox: "john.q.public", host: "example.com" },
  );
  check(
    "Mary Smith <@node.test:mary@example.net>, , jdoe@test   . example",
    { name: "Mary Smith", route: "@node.test", mailbox: "mary", host: "example.net" },
    { mailbox: "jdoe", host: "test.example" },
  );
  check("<@a.test,@b.test:c@d.test>", { route: "@a.test,@b.test", mailbox: "c", host: "d.test" });
  check("joe . smith @ a . test", { mailbox: "joe.smith", host: "a.test" });
});

Deno.test("RFC 5321 §4.1.2: quoted local parts and address literals", () => {
  check('"joe smith"@a.test', { mailbox: "joe smith", host: "a.test" });
  check('"a@b"@[IPv6:::1]', { mailbox: "a@b", host: "[IPv6:::1]" });
  check("x@[192.0.2.1]", { mailbox: "x", host: "[192.0.2.1]" });
});

Deno.test("RFC 6532 §3.2: UTF-8 in names, local parts and hosts", () => {
  check("Jürgen <jürgen@exämple.test>", { name: "Jürgen", mailbox: "jürgen", host: "exämple.test" });
});

Deno.test("a comment after an address without name is its name", () => {
  check("joe@a.test (Joe Q. Public)", { name: "Joe Q. Public", mailbox: "joe", host: "a.test" });
  check("joe@a.test (a (nested) one)", { name: "a (nested) one", mailbox: "joe", host: "a.test" });
});

Deno.test("encoded words stay as they are, even with characters that they must not have", () => {
  check("=?utf-8?q?a,b@c?= <x@y.test>", { name: "=?utf-8?q?a,b@c?=", mailbox: "x", host: "y.test" });
  check("=?utf-8?b?YQ==?= =?utf-8?b?Yg==?= <x@y.test>", {
    name: "=?utf-8?b?YQ==?= =?utf-8?b?Yg==?=",
    mailbox: "x",
    host: "y.test",
  });
});

Deno.test("broken input gets its best reading", () => {
  check("joe@a.test <joe@a.test>", { name: "joe@a.test", mailbox: "joe", host: "a.test" });
  check("Joe Smith joe@a.test", { name: "Joe Smith", mailbox: "joe", host: "a.test" });
  check("joe@a.test Joe", { name: "Joe", mailbox: "joe", host: "a.test" });
  check("Joe <joe@a.test", { name: "Joe", mailbox: "joe", host: "a.test" });
  check("<joe@a.test> Joe", { name: "Joe", mailbox: "joe", host: "a.test" });
  check('"Joe <joe@a.test>', { name: '"Joe', mailbox: "joe", host: "a.test" });
  check("Joe (never <joe@a.test>", { name: "Joe (never", mailbox: "joe", host: "a.test" });
  check("Joe", { mailbox: "Joe", host: "" });
  check("<>", { mailbox: "", host: "" });
  check("<joe>", { mailbox: "joe", host: "" });
  check("@a.test", { mailbox: "", host: "a.test" });
  check("a@b@c.test", { mailbox: "a@b", host: "c.test" });
  check("a@b.test; c@d.test", { mailbox: "a", host: "b.test" }, { mailbox: "c", host: "d.test" });
  check("<a@b.test, c@d.test>", { mailbox: "a", host: "b.test" }, { mailbox: "c", host: "d.test" });
  check("<mailto:a@b.test>", { mailbox: "mailto:a", host: "b.test" });
  check("a@b.test >, c@d.test", { mailbox: "a", host: "b.test" }, { mailbox: "c", host: "d.test" });
});

Deno.test("nothing is nothing", () => {
  for (const text of ["", "   ", ",", ",,,", "(only a comment)", ";", "\0"]) check(text);
});

Deno.test("one mailbox: no groups, no lists, a host", () => {
  assertEquals(parseMailbox("Joe <joe@a.test>"), { name: "Joe", mailbox: "joe", host: "a.test" });
  for (const text of ["", "joe", "a@b.test, c@d.test", "g: a@b.test;", "<>"]) {
    assertEquals(parseMailbox(text), undefined);
  }
  assertEquals(mailboxesOf(parseAddressList("g: a@b.test;")), [{ mailbox: "a", host: "b.test" }]);
});

Deno.test("a list is cut at the limit", () => {
  assertEquals(parseAddressList("a@b.test,".repeat(100), 10).length, 10);
});

Deno.test("printing: quotes only where they are needed, nothing that ends a line", () => {
  assertEquals(printAddress({ name: "Joe Smith", mailbox: "joe", host: "a.test" }), "Joe Smith <joe@a.test>");
  assertEquals(printAddress({ name: "Smith, Joe", mailbox: "j s", host: "a.test" }), '"Smith, Joe" <"j s"@a.test>');
  assertEquals(printAddress({ mailbox: "joe", host: "a.test" }), "joe@a.test");
  assertEquals(printAddress({ name: "x\r\nBcc: y", mailbox: "a", host: "b" }), '"x Bcc: y" <a@b>');
  assertEquals(addressSpec({ mailbox: "a.", host: "b.test" }), '"a."@b.test');
  assertEquals(
    printAddressList([{ mailbox: "G" }, { mailbox: "a", host: "b" }, {}, { mailbox: "c", host: "d" }]),
    "G: a@b;, c@d",
  );
});

Deno.test("a megabyte of one broken thing is read once, not again and again", () => {
  for (const piece of ["<", "(", '"', "[", "<@", "<@,", "@", ":", ";", "a ", "=?", '"\\', "<@,>", "a@", ".", "(\\"]) {
    quickly(piece, () => parseAddressList(piece.repeat(500_000 / piece.length)));
  }
});
