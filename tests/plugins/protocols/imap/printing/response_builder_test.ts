import { assertEquals, assertThrows } from "@std/assert";
import { ResponseBuilder } from "../../../../../plugins/protocols/imap/printing/response_builder.ts";
import { fakeConnection } from "../../../../support/fake_connection.ts";

/** What a client receives, one character an octet. */
async function received(write: (response: ResponseBuilder) => void): Promise<string> {
  const { connection, client } = fakeConnection();
  write(new ResponseBuilder(connection.writer));
  await connection.writer.flush();
  return client.received;
}

Deno.test("responses: text becomes UTF-8 and ends in CRLF", async () => {
  assertEquals(await received((response) => response.text("* 1 ").text('"ü"').end()), '* 1 "\xc3\xbc"\r\n');
});

Deno.test("responses: literals inside the text keep their line ends", async () => {
  assertEquals(
    await received((response) => response.text("* X {4}\r\n\u00fc\r\n").text(")").end()),
    "* X {4}\r\n\xc3\xbc\r\n)\r\n",
  );
});

Deno.test("responses: octets stand between text in their order", async () => {
  const octets = Uint8Array.of(0xff, 0x0d, 0x0a, 0x41);
  assertEquals(
    await received((response) =>
      response.text("* 1 FETCH (A ").literal(octets).text(" B ").literal(octets).text(")").end()
    ),
    "* 1 FETCH (A {4}\r\n\xff\r\nA B {4}\r\n\xff\r\nA)\r\n",
  );
});

Deno.test("RFC 3516 §4.3: a literal8 may hold NUL", async () => {
  assertEquals(await received((response) => response.literal8(Uint8Array.of(0)).end()), "~{1}\r\n\0\r\n");
});

Deno.test("responses: an empty literal is one too", async () => {
  assertEquals(await received((response) => response.literal(new Uint8Array(0)).text(")").end()), "{0}\r\n)\r\n");
});

Deno.test("responses: one after another with the same builder", async () => {
  const twice = await received((response) => {
    response.text("* one").end();
    response.text("* two").end();
  });
  assertEquals(twice, "* one\r\n* two\r\n");
});

Deno.test("responses: text that was never ended is not sent", async () => {
  assertEquals(await received((response) => response.text("* half")), "");
});

Deno.test("responses: a bare CR cannot be smuggled out in a line", async () => {
  const { connection } = fakeConnection();
  assertThrows(() => new ResponseBuilder(connection.writer).text("* a\rb").end(), TypeError);
  await connection.writer.flush();
});

Deno.test("responses: a bare CR is refused also after a response with text that was told before", async () => {
  const { connection } = fakeConnection();
  const response = new ResponseBuilder(connection.writer);
  response.text("* X ").textAgain("{2}\r\nab").end();
  assertThrows(() => response.text("* a\rb").end(), TypeError);
  await connection.writer.flush();
});
