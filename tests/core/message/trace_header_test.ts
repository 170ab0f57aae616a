import { assert, assertEquals } from "@std/assert";
import {
  addressLiteral,
  newMessageId,
  printReceived,
  printReturnPath,
  type ReceivedFacts,
  transmissionType,
} from "../../../core/message/trace_header.ts";

const plain = { protocol: "SMTP", extended: true, tls: false, authenticated: false, utf8: false } as const;
const facts: ReceivedFacts = {
  helo: "client.example.org",
  address: "192.0.2.1",
  by: "mx.example.net",
  transmission: { ...plain, tls: true },
  id: "abc123",
  date: new Date("2026-11-24T07:00:00Z"),
};

Deno.test("RFC 3848 and RFC 6531 §4.3: names of transmission types", () => {
  assertEquals(transmissionType({ ...plain, extended: false }), "SMTP");
  assertEquals(transmissionType(plain), "ESMTP");
  assertEquals(transmissionType({ ...plain, tls: true }), "ESMTPS");
  assertEquals(transmissionType({ ...plain, authenticated: true }), "ESMTPA");
  assertEquals(transmissionType({ ...plain, tls: true, authenticated: true }), "ESMTPSA");
  assertEquals(transmissionType({ ...plain, utf8: true }), "UTF8SMTP");
  assertEquals(transmissionType({ ...plain, utf8: true, tls: true, authenticated: true }), "UTF8SMTPSA");
  assertEquals(transmissionType({ ...plain, protocol: "LMTP", tls: true }), "LMTPS");
  assertEquals(transmissionType({ ...plain, protocol: "LMTP", utf8: true }), "UTF8LMTP");
});

Deno.test("RFC 5321 §4.4: a Received field, folded", () => {
  assertEquals(
    printReceived({ ...facts, verifiedName: "mail.example.org", recipient: "reader@example.net", tls: "TLSv1.3" }),
    "Received: from client.example.org (mail.example.org [192.0.2.1])\r\n" +
      "\t(using TLSv1.3)\r\n" +
      "\tby mx.example.net with ESMTPS id abc123\r\n" +
      "\tfor <reader@example.net>;\r\n" +
      "\tTue, 24 Nov 2026 07:00:00 +0000\r\n",
  );
  assertEquals(
    printReceived(facts),
    "Received: from client.example.org ([192.0.2.1])\r\n" +
      "\tby mx.example.net with ESMTPS id abc123;\r\n" +
      "\tTue, 24 Nov 2026 07:00:00 +0000\r\n",
  );
});

Deno.test("RFC 8314 §4.3: the cipher suite by its registered name is a clause, any other name no more than a comment", () => {
  const suite = printReceived({ ...facts, recipient: "a@b.example", tls: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" });
  assert(suite.includes("\t(using TLSv1.3)\r\n"));
  assert(suite.includes("\tfor <a@b.example>\r\n\ttls TLS_AES_128_GCM_SHA256;\r\n\tTue"));
  const other = printReceived({ ...facts, tls: "TLSv1.2", cipher: "ECDHE-RSA-AES128-GCM-SHA256" });
  assert(other.includes("\t(using TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256)\r\n") && !other.includes("\ttls "));
});

Deno.test("nothing a client says ends a line, a comment or the field", () => {
  const field = printReceived({
    ...facts,
    helo: "a\r\nBcc: b)(;<x> \0c",
    verifiedName: "x\ny",
    recipient: "a\r\n>b@c",
    tls: "x)\r\ny(",
  });
  assertEquals(field.split("\r\n").length, 6);
  assert(field.startsWith("Received: from aBcc:bxc (xy [192.0.2.1])\r\n"));
  assertEquals(printReceived({ ...facts, helo: "()" }).split(" ")[2], "unknown");
});

Deno.test("RFC 5321 §4.1.3: address literals", () => {
  assertEquals(addressLiteral("2001:db8::1"), "[IPv6:2001:db8::1]");
  assertEquals(addressLiteral("::ffff:192.0.2.1"), "[192.0.2.1]");
  assertEquals(addressLiteral("fe80::1%eth0"), "[IPv6:fe80::1]");
});

Deno.test("RFC 5321 §4.4: Return-Path, the null one too", () => {
  assertEquals(printReturnPath("a@example.org"), "Return-Path: <a@example.org>\r\n");
  assertEquals(printReturnPath(""), "Return-Path: <>\r\n");
  assertEquals(printReturnPath("a\r\nb@example.org"), "Return-Path: <ab@example.org>\r\n");
});

Deno.test("RFC 5322 §3.6.4: message ids are atoms at our name, never the same", () => {
  const ids = new Set(Array.from({ length: 100 }, () => newMessageId("mx.example.net", facts.date)));
  assertEquals(ids.size, 100);
  for (const id of ids) assert(/^<[a-z0-9]+\.[a-z0-9]+@mx\.example\.net>$/.test(id), id);
});
