/** What summarising a message costs: once for every message that is stored. */
import { parseAddressList } from "../../core/message/address.ts";
import { summarize } from "../../core/message/summary.ts";

const header = [
  "Return-Path: <sender@example.org>",
  "Received: from mail.example.org (mail.example.org [192.0.2.1])",
  "\tby mx.example.net (Postfix) with ESMTPS id 4XyZ12abcd",
  "\tfor <reader@example.net>; Tue, 24 Nov 2026 07:00:00 +0000 (UTC)",
  "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;",
  "\tt=1795503600; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;",
  "\th=From:To:Subject:Date; b=" + "abcdEFGH".repeat(20),
  'From: "Sender, A." <sender@example.org>',
  "To: Reader <reader@example.net>, other@example.net",
  "Cc: =?utf-8?q?J=C3=BCrgen?= <juergen@example.net>",
  "Subject: =?utf-8?B?R3LDvMOfZSBhdXMgZGVyIFdlcmtzdGF0dA==?= and some more words",
  "Date: Tue, 24 Nov 2026 07:00:00 +0000",
  "Message-ID: <20261124070000.1234@example.org>",
  "In-Reply-To: <20261123070000.1234@example.org>",
  "References: <20261122070000.1234@example.org> <20261123070000.1234@example.org>",
  "MIME-Version: 1.0",
];
const text = "The quick brown fox jumps over the lazy dog, and then again over it.\r\n";
const base64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";

function message(size: number, fields: readonly string[], start: string, line: string, end: string): Uint8Array {
  const head = [...fields, "", start].join("\r\n");
  const lines = Math.max(0, Math.floor((size - head.length - end.length) / line.length));
  return new TextEncoder().encode(head + line.repeat(lines) + end);
}

const multipart = [...header, 'Content-Type: multipart/mixed; boundary="=_part"'];
const parts = `--=_part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}` +
  `--=_part\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n`;

const bare = message(4096, ["From: a@example.org", "To: b@example.net", "Subject: hello"], "", text, "");
const plain4 = message(4096, [...header, "Content-Type: text/plain; charset=utf-8"], "", text, "");
const multi4 = message(4096, multipart, parts, base64, "--=_part--\r\n");
const multi100 = message(102_400, multipart, parts, base64, "--=_part--\r\n");
const many = message(102_400, multipart, "", "--=_part\r\n\r\nx\r\n", "--=_part--\r\n");

Deno.bench("summary, 4 KiB, three fields", () => {
  summarize(bare);
});
Deno.bench("summary, 4 KiB, full header", () => {
  summarize(plain4);
});
Deno.bench("summary, 4 KiB, multipart", () => {
  summarize(multi4);
});
Deno.bench("summary, 100 KiB, multipart", () => {
  summarize(multi100);
});
Deno.bench("summary, 100 KiB, 6,700 parts", () => {
  summarize(many);
});
const summary = summarize(multi4);
Deno.bench("summary of 4 KiB to JSON", () => {
  JSON.stringify(summary);
});
Deno.bench("address list of three", () => {
  parseAddressList('"Sender, A." <sender@example.org>, Reader <reader@example.net>, other@example.net');
});
