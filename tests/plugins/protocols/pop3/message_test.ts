/** RFC 1939 §3, §7 and §11: messages as they are sent: dots, line ends, sizes, TOP; and with UTF-8 in their header. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { bodyOf, type FakeBody, FakeMaildrops } from "./fake_maildrops.ts";
import { connectionOver, login, mrose, talk, testService } from "./talk.ts";

/** What RETR (or another command) sends of one message, between its first line and the dot. */
async function sent(content: string | FakeBody, command = "RETR 1"): Promise<{ first: string; text: string }> {
  const tested = testService({ maildrops: new FakeMaildrops({ [mrose]: [content] }) });
  const utf8 = command.startsWith("UTF8 ") ? "UTF8\r\n" : "";
  const { output } = await talk(tested, `${utf8}${login}${command.replace("UTF8 ", "")}\r\n`);
  const replies = output.split("\r\n").slice(0, utf8 === "" ? 3 : 4).join("\r\n").length + 2;
  const rest = output.slice(replies);
  const lineEnd = rest.indexOf("\r\n");
  const text = rest.slice(lineEnd + 2);
  assert(text === "" || text.endsWith(".\r\n"), text);
  return { first: rest.slice(0, lineEnd), text: text.slice(0, -3) };
}

Deno.test("pop3: RFC 1939 §3: lines that begin with a dot get another one, which the size does not count", async () => {
  const { first, text } = await sent(".\r\n..\r\n.a\r\nb.\r\n");
  assertEquals(first, "+OK 15 octets");
  assertEquals(text, "..\r\n...\r\n..a\r\nb.\r\n");
});

Deno.test("pop3: RFC 1939 §11: every line end is CRLF, and the size is that of what is sent", async () => {
  const contents = [
    "",
    "a",
    "a\n",
    "a\r\n",
    "Subject: x\n\nbare\nline\nfeeds\n",
    "Subject: x\r\n\r\nbare \r return\r\nand \n feed\r\n",
    "no line end at the end\r\n\r\nbody",
    "\r",
    "\n\n\n",
    "x\r\n\r\n\0binary\xff\x00\x80\r\n.\r\n",
    `${"h".repeat(131_071)}\r\nbody\n`,
    `${"h".repeat(131_072)}\n.body\r`,
    `A: b\r\n\r\n${"0123456789abcde\n".repeat(50_000)}end`,
  ];
  for (const content of contents) {
    const { first, text } = await sent(content);
    const unstuffed = text.replace(/^\./gm, "");
    assertEquals(first, unstuffed.length === 1 ? "+OK 1 octet" : `+OK ${unstuffed.length} octets`);
    assert(!/[^\r]\n|^\n|\r(?!\n)/.test(unstuffed));
    const normalized = content.replace(/\r\n|\r|\n/g, "\r\n");
    assertEquals(unstuffed, normalized === "" || normalized.endsWith("\r\n") ? normalized : `${normalized}\r\n`);
  }
});

Deno.test("pop3: RFC 1939 §7: TOP sends the header, the empty line, and so many lines", async () => {
  const content = "A: 1\r\nB: 2\r\n folded\r\n\r\none\r\n\r\n.three\r\nfour";
  const header = "A: 1\r\nB: 2\r\n folded\r\n\r\n";
  const expected = [header, `${header}one\r\n`, `${header}one\r\n\r\n`, `${header}one\r\n\r\n..three\r\n`];
  for (const [lines, text] of expected.entries()) {
    assertEquals(await sent(content, `TOP 1 ${lines}`), { first: "+OK", text });
  }
  // More lines than there are: all of it.
  for (const lines of [4, 5, 9_999_999_999]) {
    assertEquals((await sent(content, `TOP 1 ${lines}`)).text, `${header}one\r\n\r\n..three\r\nfour\r\n`);
  }
});

Deno.test("pop3: RFC 1939 §7: TOP of messages without body, without header, with bare line ends, and large ones", async () => {
  assertEquals((await sent("A: 1\r\n", "TOP 1 5")).text, "A: 1\r\n");
  assertEquals((await sent("A: 1\r\n\r\n", "TOP 1 5")).text, "A: 1\r\n\r\n");
  assertEquals((await sent("\r\nbody\r\nmore\r\n", "TOP 1 1")).text, "\r\nbody\r\n");
  assertEquals((await sent("A: 1\n\nbody\nmore\n", "TOP 1 1")).text, "A: 1\r\n\r\nbody\r\n");
  assertEquals((await sent("", "TOP 1 1")).text, "");
  for (const size of [131_066, 131_067, 131_068, 131_069, 131_070, 300_000]) {
    const header = `A: ${"x".repeat(size - 3)}\r\n\r\n`;
    assertEquals((await sent(`${header}one\r\ntwo\r\n`, "TOP 1 1")).text, `${header}one\r\n`);
    assertEquals((await sent(`${header}one\r\ntwo\r\n`, "TOP 1 0")).text, header);
  }
});

Deno.test("pop3: TOP does not read what it does not send", async () => {
  const small = bodyOf(`A: 1\r\n\r\n${"line\r\n".repeat(100_000)}`);
  let readTo = 0;
  const body = { ...small, read: (start: number, end: number) => (readTo = end, small.read(start, end)) };
  await sent(body, "TOP 1 3");
  assert(readTo <= 131_072);
});

Deno.test("pop3: RETR of 50 MB holds little of it in memory, and waits for a client that reads slowly", async () => {
  const size = 50_000_000, line = latin1Bytes(`.${"x".repeat(47)}\r\n`);
  let held = 0, largest = 0;
  const body: FakeBody = {
    size,
    crlfSize: size,
    read(start, end) {
      held = end;
      const piece = new Uint8Array(end - start);
      for (let at = 0; at < piece.length;) {
        const offset = (start + at) % line.length;
        const part = line.subarray(offset, offset + piece.length - at);
        piece.set(part, at);
        at += part.length;
      }
      return Promise.resolve(piece);
    },
  };
  const tested = testService({ maildrops: new FakeMaildrops({ [mrose]: [body] }) });
  const commands = latin1Bytes(`UTF8\r\n${login}RETR 1\r\nQUIT\r\n`);
  let isAsked = false, got = 0, tail = "";
  const connection = connectionOver({
    read(into) {
      if (isAsked) return Promise.resolve(null);
      isAsked = true;
      into.set(commands);
      return Promise.resolve(commands.length);
    },
    write(data) {
      const taken = data.subarray(0, 10_000);
      got += taken.length;
      tail = (tail + latin1(taken.subarray(-200))).slice(-200);
      // Every line has one dot more.
      largest = Math.max(largest, held + held / line.length - got);
      return Promise.resolve(taken.length);
    },
    end: () => Promise.resolve(),
    close() {},
  });
  await tested.serve(connection, new AbortController().signal);
  assert(tail.endsWith("\r\n.\r\n+OK dewey POP3 server signing off (1 message left)\r\n"), tail);
  assert(got > size + size / line.length);
  assert(largest < 400_000, `${largest} octets were read ahead`);
});

Deno.test("pop3: a body that ends too early breaks the connection: no client takes half a message for a whole one", async () => {
  const whole = bodyOf(`A: 1\r\n\r\n${"line\r\n".repeat(50_000)}`);
  const maildrops = new FakeMaildrops({
    [mrose]: [{
      ...whole,
      read: (start, end) => start > 0 ? Promise.resolve(new Uint8Array(7)) : whole.read(start, end),
    }],
  });
  const tested = testService({ maildrops });
  const { output } = await talk(tested, `${login}RETR 1\r\nDELE 1\r\nQUIT\r\n`);
  assert(!output.endsWith(".\r\n"));
  assert(!output.includes("signing off"));
  assertEquals(maildrops.uids(mrose), [1]);
  assertEquals(maildrops.locked.size, 0);
  assert(tested.log.lines.some((line) => line.startsWith("error a reply was left unfinished")));
});

const utf8 = (text: string) => latin1(new TextEncoder().encode(text));
const international = utf8(
  'From: Jürgen <jürgen@例え.example>\r\nTo: "Zoë" <zoe@example.org>, plain@example.org\r\nSubject: Grüße\r\n' +
    'Message-ID: <ü@example.org>\r\nContent-Type: text/plain; charset=utf-8; name="ä.txt"\r\nDate: now\r\n\r\nKörper\r\n',
);

Deno.test("pop3: RFC 6856 §2.1: in UTF-8 mode messages are sent as they are", async () => {
  assertEquals(await sent(international, "UTF8 RETR 1"), {
    first: `+OK ${international.length} octets`,
    text: international,
  });
});

Deno.test("pop3: RFC 6856 §2.1, RFC 6858: without UTF8 a surrogate is sent, whose header is ASCII", async () => {
  const { first, text } = await sent(international);
  const header = text.slice(0, text.indexOf("\r\n\r\n"));
  assertEquals(header.split("\r\n"), [
    "From: =?UTF-8?B?SsO8cmdlbg==?= <invalid@internationalized-address.invalid>",
    "To: =?UTF-8?B?Wm/Dqw==?= <zoe@example.org>, plain@example.org",
    "Subject: =?UTF-8?B?R3LDvMOfZQ==?=",
    // RFC 6857 §3.1.4: not left out.
    "Content-Type: text/plain; charset=utf-8; name*=UTF-8''%C3%A4.txt",
    "Date: now",
  ]);
  assertStringIncludes(text, utf8("\r\n\r\nKörper\r\n"));
  assertEquals(first, `+OK ${text.length} octets`);
  assertEquals((await sent(international, "TOP 1 0")).text, `${header}\r\n\r\n`);
});

Deno.test("pop3: 8-bit bodies, and headers in old charsets, are sent as they are", async () => {
  for (const content of [utf8("Subject: x\r\n\r\nGrüße\r\n"), "Subject: Gr\xfc\xdfe\r\n\r\nbody\r\n"]) {
    assertEquals((await sent(content)).text, content);
  }
});

Deno.test("pop3: RFC 6856 §2.1: a field of UTF-8 is not sent as it is for what is beside it, or what has spoilt it", async () => {
  const beside = (subject: string) => `From: J\xfcrgen <j@example.org>\r\nSubject: ${subject}\r\n\r\nbody\r\n`;
  const { first, text } = await sent(beside(utf8("Grüße")));
  assertEquals({ first, text }, { first: `+OK ${text.length} octets`, text: beside("=?UTF-8?B?R3LDvMOfZQ==?=") });
  // Cut in its last character.
  const [subject] = (await sent(`Subject: ${utf8("Grüßü").slice(0, -1)}\r\n\r\nbody\r\n`)).text.split("\r\n");
  assertEquals(subject, "Subject: =?UTF-8?B?R3LDvMOf77+9?=");
});

Deno.test("pop3: RFC 6858: what is no field has no surrogate, and is not left out: it may be the whole message", async () => {
  const fields = utf8("Grüße\r\nSubject: ü\r\n");
  assertEquals((await sent(`${fields}\r\n`)).text, utf8("Grüße\r\nSubject: =?UTF-8?B?w7w=?=\r\n\r\n"));
  assertEquals((await sent(utf8("Grüße\r\n"))).text, utf8("Grüße\r\n"));
});

Deno.test("pop3: RFC 6856 §5: a header whose end is nowhere to be found is refused with the code UTF8", async () => {
  const endless = utf8(`Subject: ü\r\n${"X: y\r\n".repeat(200_000)}`);
  assertEquals((await sent(endless)).first, "-ERR [UTF8] message 1 can only be sent after the command UTF8");
  assertEquals((await sent(endless, "UTF8 RETR 1")).text.length, endless.length);
});

Deno.test("pop3: RFC 6856 §2.1: UTF-8 is found wherever it is in a header", async () => {
  for (const lines of [10_000, 18_724, 18_725, 18_726, 40_000]) {
    const filler = "X: yyy\r\n".repeat(lines);
    const { text } = await sent(utf8(`${filler}Subject: Grüße\r\n\r\nKörper\n`));
    assertEquals(text, utf8(`${filler}Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n\r\nKörper\r\n`));
  }
});

const withParts = (filler = "") =>
  utf8(
    'Subject: plain\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Description: Grüße\r\n\r\nKörper\r\n' +
      `--b\r\nContent-Type: application/pdf; name="ä.pdf"\r\nContent-Disposition: attachment; filename="ä.pdf"\r\n\r\n${filler}x\r\n` +
      "--b\r\nContent-Type: message/rfc822\r\n\r\nTo: ü@example.org\r\nSubject: Grüße\r\n\r\ninnen: ü\r\n--b--\r\n",
  );
const asciiParts = (filler = "") =>
  'Subject: plain\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Description: =?UTF-8?B?R3LDvMOfZQ==?=\r\n' +
  `\r\n${utf8("Körper")}\r\n--b\r\nContent-Type: application/pdf; name*=UTF-8''%C3%A4.pdf\r\n` +
  `Content-Disposition: attachment; filename*=UTF-8''%C3%A4.pdf\r\n\r\n${filler}x\r\n` +
  "--b\r\nContent-Type: message/rfc822\r\n\r\n" +
  "To: =?UTF-8?B?w7xAZXhhbXBsZS5vcmc=?=\r\n <invalid@internationalized-address.invalid>\r\n" +
  `Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n\r\n${utf8("innen: ü")}\r\n--b--\r\n`;

Deno.test("pop3: RFC 6857 §4.1, RFC 6858 §2.2: without UTF8 the headers of parts are ASCII too, and bodies what they were", async () => {
  // Also where it does not come in one piece, and where lines end otherwise.
  for (const filler of ["", "0123456789abcde\r\n".repeat(20_000)]) {
    const expected = asciiParts(filler);
    for (const content of [withParts(filler), withParts(filler).replaceAll("\r\n", "\n")]) {
      assertEquals(await sent(content), { first: `+OK ${expected.length} octets`, text: expected });
    }
    assertEquals((await sent(withParts(filler), "UTF8 RETR 1")).text, withParts(filler));
  }
  const top = asciiParts().split("\r\n").slice(0, 11).join("\r\n");
  assertEquals((await sent(withParts(), "TOP 1 8")).text, `${top}\r\n`);
});

Deno.test("pop3: headers of parts in old charsets, and bodies that only look like parts, are sent as they are", async () => {
  const old = withParts().replaceAll("\xc3\xa4", "\xe4").replaceAll("\xc3\xbc", "\xfc").replaceAll("\xc3\x9f", "\xdf");
  assertEquals((await sent(old)).text, old);
  const noParts = withParts().replace("multipart/mixed", "text/plain");
  assertEquals((await sent(noParts)).text, noParts);
});

Deno.test("pop3: a header of a part that is too large to be held in memory is sent as it is, and the others are not", async () => {
  const large = "X: yyy\r\n".repeat(140_000), first = "--b\r\n";
  const text = await sent(withParts().replace(first, () => first + large));
  assertEquals(
    text.text,
    asciiParts().replace(/--b\r\nContent-Description: .*/, () => {
      return utf8(`${first}${large}Content-Description: Grüße`);
    }),
  );
  assertEquals(text.first, `+OK ${text.text.length} octets`);
});
