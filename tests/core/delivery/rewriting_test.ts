/** What filters may change in a message, and what they are shown of it. */
import { assert, assertEquals } from "@std/assert";
import type { Filter, FilteredMessage, MessageVerdict } from "../../../core/contract/filter.ts";
import { bytes, testDelivery, text, trace } from "./deliver.ts";

const mail = "From: kim@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Spam: no\r\n\r\nHi\r\n";

function filter(judge: (message: FilteredMessage) => MessageVerdict | Promise<MessageVerdict>): Filter {
  return { message: async (_facts, _envelope, message) => await judge(message) };
}

async function stored(filters: readonly Filter[], body: string = mail, largestMessage: number = 1_000_000) {
  const { send, read, bodies, lines } = await testDelivery({ filters, largestMessage });
  const answer = await send({ body: bytes(body) });
  return { answer, messages: await read("joe"), bodies: await bodies(), lines };
}

const changing = (verdict: Omit<MessageVerdict & { action: "continue" }, "action">) =>
  filter(() => ({ action: "continue", ...verdict }));

Deno.test("rewriting: fields are removed and replaced below our own, and fields are added above them", async () => {
  const { messages, bodies } = await stored([changing({
    addHeaders: [["X-Checked", "yes"]],
    removeHeaders: ["x-spam", "received"],
    replaceHeaders: [["Subject", "[list] Hi"]],
  })]);
  // RFC 5321 §4.4: Received is never changed.
  const expected = `X-Checked: yes\r\n${trace}From: kim@example.com\r\nSubject: [list] Hi\r\n\r\nHi\r\n`;
  assertEquals([messages, bodies], [[expected], 1], "and nothing is left of what was written first");
});

Deno.test("rewriting: the body is replaced, also of a message that has none", async () => {
  const replacing = changing({ replaceBody: bytes("Bye\r\n") });
  const { messages } = await stored([replacing]);
  assertEquals(messages, [`${trace}${mail.slice(0, -"Hi\r\n".length)}Bye\r\n`]);
  assertEquals((await stored([replacing], "From: a\r\n")).messages, [`${trace}From: a\r\n\r\nBye\r\n`]);
  assertEquals((await stored([replacing], "From: a")).messages, [`${trace}From: a\r\n\r\nBye\r\n`]);
});

Deno.test("rewriting: each filter is shown the message as those before have left it", async () => {
  const seen: (string | undefined)[] = [];
  const look = filter(async (message) => {
    seen.push(await message.field("subject"), text(await message.read(0, message.size)));
    return { action: "continue" };
  });
  const change = changing({ replaceHeaders: [["Subject", "two"]], replaceBody: bytes("Bye\r\n") });
  await stored([look, change, look, changing({ removeHeaders: ["Subject"] }), look]);
  assertEquals(seen[0], "Gr\u00fc\u00dfe", "encoded words are decoded");
  assertEquals(seen[1], trace + mail);
  const changed = `${trace}From: kim@example.com\r\nSubject: two\r\nX-Spam: no\r\n\r\nBye\r\n`;
  assertEquals(seen.slice(2, 4), ["two", changed]);
  assertEquals(seen.slice(4), [undefined, changed.replace("Subject: two\r\n", "")]);
});

Deno.test("rewriting: what is parsed is parsed once for all filters, and anew after a change", async () => {
  const summaries: unknown[] = [];
  const look = filter(async (message) => {
    summaries.push(await message.summary(), await message.fields());
    return { action: "continue" };
  });
  await stored([look, look, changing({ removeHeaders: ["X-Spam"] }), look]);
  assert(summaries[0] === summaries[2] && summaries[1] === summaries[3], "the same values, not equal ones");
  assert(summaries[0] !== summaries[4] && summaries[1] !== summaries[5]);
});

Deno.test("filtered message: parts are those that hold no others, decoded by transfer encoding and charset", async () => {
  const body = [
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
    "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe",
    "--x",
    "Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/html\r\n\r\n<p>\r\n--y--",
    "--x",
    "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--x--\r\n",
  ].join("\r\n");
  const seen: unknown[] = [];
  await stored([filter(async (message) => {
    const [plain, html, attached, ...more] = await message.parts();
    assert(plain && html && attached && more.length === 0);
    seen.push(await message.text(plain), html.subtype, await message.content(attached), await message.text(plain, 2));
    return { action: "continue" };
  })], body);
  assertEquals(seen, ["Gr\u00fc\u00dfe", "html", Uint8Array.of(0, 1, 2), "Gr"]);
});

Deno.test("rewriting: a filter that asks for what cannot be has failed, and the message is deferred", async () => {
  const impossible: Filter[] = [
    changing({ replaceBody: "text" as never }),
    changing({ replaceHeaders: [undefined as never] }),
    changing({ replaceBody: new Uint8Array(101) }),
  ];
  for (const filter of impossible) {
    const { answer, messages, bodies } = await stored([filter], mail, 100);
    assertEquals(answer.accepted === false && answer.reply.code, 451);
    assertEquals([messages, bodies], [[], 0]);
  }
  assertEquals((await stored([changing({ replaceBody: new Uint8Array(100) })], mail, 100)).answer.accepted, true);
});

Deno.test("rewriting: a header that is too large to be changed defers; one that is only looked at does not", async () => {
  const body = `X: ${"x".repeat(2_000_000)}\r\n\r\nHi\r\n`;
  const { answer } = await stored([changing({ removeHeaders: ["X"] })], body);
  assertEquals(answer.accepted === false && answer.reply.code, 451);
  const looking = filter(async (message) => {
    await message.fields();
    return { action: "continue" };
  });
  assertEquals((await stored([looking], body)).answer.accepted, true);
});

Deno.test("rewriting: nothing of a message that a later filter refuses is kept", async () => {
  const reply = { code: 550, enhanced: "5.7.1", text: "No" } as const;
  const refusing = filter(() => ({ action: "reject", reply }));
  const { answer, bodies } = await stored([changing({ replaceBody: bytes("Bye\r\n") }), refusing]);
  assertEquals([answer, bodies], [{ accepted: false, reply }, 0]);
});

Deno.test("rewriting: RFC 3030 §3, RFC 3516 §6: binary parts with NUL are in base64 once the filters have seen them", async () => {
  const head = "Content-Transfer-Encoding: binary\r\n\r\n", binary = `${head}\0\n\u0001`;
  const seen: string[] = [];
  const look = filter(async (message) => {
    seen.push(text(await message.read(0, message.size)));
    return { action: "continue", addHeaders: [["X-Seen", "yes"]] };
  });
  const expected = `${trace}Content-Transfer-Encoding: base64\r\n\r\nAAoB\r\n`;
  const { messages, bodies } = await stored([look], binary);
  assertEquals([seen, messages, bodies], [[trace + binary], [`X-Seen: yes\r\n${expected}`], 1]);
  assertEquals((await stored([], binary)).messages, [expected]);
  // What can be sent stays as it came, and what is not said to be binary too.
  for (const other of [binary.replace("\0", "0"), binary.replace("binary", "8bit")]) {
    assertEquals((await stored([], other)).messages, [trace + other]);
  }
});

Deno.test("rewriting: RFC 3030 §3: of binary mail no octet is lost: parts that POP3's line ends would change are in base64", async () => {
  const { send, read } = await testDelivery({});
  const head = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  const parts = (content: string) =>
    `Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n--b\r\n\r\nHi\r\n` +
    `--b\r\n${head}${content}\r\n--b--\r\n`;
  const encoded = (base64: string) => `${head.replace("binary", "base64")}${base64}\r\n`;
  const cases: readonly (readonly [sent: string, kept: string])[] = [
    [`${head}a\nb\r\n`, encoded("YQpiDQo=")],
    [`${head}a\rb\r\n`, encoded("YQ1iDQo=")],
    // Its last line would be given an end.
    [`${head}ab`, encoded("YWI=")],
    [parts("a\nb"), parts("YQpi\r\n").replace("binary", "8bit").replace("binary", "base64")],
    // What every protocol has as it is stays as it is, and so does what is not said to be binary.
    [`${head}ab\r\n`, `${head}ab\r\n`],
    [parts("ab"), parts("ab")],
    ["\r\na\nb", "\r\na\nb"],
  ];
  for (const [sent] of cases) await send({ body: bytes(sent), bodyType: "binarymime" });
  assertEquals(await read("joe"), cases.map(([, kept]) => trace + kept));
});
