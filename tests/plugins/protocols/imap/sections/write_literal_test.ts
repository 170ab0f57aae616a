import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { OutOfStep } from "../../../../../core/wire/errors.ts";
import { ResponseBuilder } from "../../../../../plugins/protocols/imap/printing/response_builder.ts";
import { type LiteralForm, writeLiteral } from "../../../../../plugins/protocols/imap/sections/write_literal.ts";
import { MemoryView, type Octets } from "../../../../../plugins/protocols/imap/sections/views.ts";
import { latin1 } from "../../../../../core/wire/ascii.ts";
import { octets } from "../../../../core/message/corpus.ts";
import { fakeConnection } from "../../../../support/fake_connection.ts";

/** What a client receives of a response with such a literal, one character an octet. */
async function received(content: Octets, form?: LiteralForm): Promise<string> {
  const { connection, client } = fakeConnection();
  const response = new ResponseBuilder(connection.writer).text("* 1 FETCH (X ");
  await writeLiteral(response, connection.writer, content, form);
  response.text(")").end();
  await connection.writer.flush();
  return client.received;
}

function view(text: string): Octets {
  return new MemoryView(octets(text));
}

Deno.test("RFC 9051 §6.4.5, partial: from an octet on, at most so many, truncated at the end", async () => {
  assertEquals(await received(view("hello")), "* 1 FETCH (X {5}\r\nhello)\r\n");
  assertEquals(await received(view("hello"), { range: { offset: 1, size: 3 } }), "* 1 FETCH (X {3}\r\nell)\r\n");
  assertEquals(await received(view("hello"), { range: { offset: 0, size: 2048 } }), "* 1 FETCH (X {5}\r\nhello)\r\n");
  assertEquals(await received(view("hello"), { range: { offset: 4, size: 4294967295 } }), "* 1 FETCH (X {1}\r\no)\r\n");
  // "If the starting octet is beyond the end of the text, an empty string is returned."
  assertEquals(await received(view("hello"), { range: { offset: 5, size: 1 } }), "* 1 FETCH (X {0}\r\n)\r\n");
  assertEquals(await received(view("hello"), { range: { offset: 9e9, size: 1 } }), "* 1 FETCH (X {0}\r\n)\r\n");
});

Deno.test("RFC 3516 §4.3: with NUL a literal8", async () => {
  assertEquals(await received(view("a\0"), { isBinary: true }), "* 1 FETCH (X ~{2}\r\na\0)\r\n");
});

Deno.test("literals: 5 MB go piece by piece, and come whole", async () => {
  const content = Uint8Array.from({ length: 5_000_000 }, (_, index) => index % 251);
  let largest = 0;
  const body: Octets = {
    size: content.length,
    read(start, end) {
      largest = Math.max(largest, end - start);
      return Promise.resolve(content.slice(start, end));
    },
  };
  const text = await received(body);
  assert(text === `* 1 FETCH (X {5000000}\r\n${latin1(content)})\r\n`);
  assert(largest <= 131_072);
});

Deno.test("literals: any range is what slice gives", async () => {
  const number = fc.nat(8);
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n") }),
      number,
      number,
      async (text, offset, more) => {
        const expected = text.slice(offset, offset + more + 1);
        assertEquals(
          await received(view(text), { range: { offset, size: more + 1 } }),
          `* 1 FETCH (X {${expected.length}}\r\n${expected})\r\n`,
        );
      },
    ),
  );
});

/** Octets of which those from `end` on cannot be read. */
function broken(size: number, end: number, how: "short" | "throws"): Octets {
  return {
    size,
    read(start, to) {
      if (to <= end) return Promise.resolve(new Uint8Array(to - start));
      return how === "short" ? Promise.resolve(new Uint8Array(0)) : Promise.reject(new Error("gone"));
    },
  };
}

Deno.test("literals: when nothing can be read, nothing has been written", async () => {
  for (const how of ["short", "throws"] as const) {
    const { connection, client } = fakeConnection();
    const response = new ResponseBuilder(connection.writer).text("* 1 FETCH (X ");
    const error = await assertRejects(
      async () => await writeLiteral(response, connection.writer, broken(10, 0, how)),
      Error,
    );
    assert(!(error instanceof OutOfStep));
    connection.writer.line("a1 NO");
    await connection.writer.flush();
    assertEquals(client.received, "a1 NO\r\n");
  }
});

Deno.test("literals: one that breaks off in the middle is told apart, for the dialogue cannot go on", async () => {
  for (const how of ["short", "throws"] as const) {
    const { connection } = fakeConnection();
    const response = new ResponseBuilder(connection.writer);
    await assertRejects(
      async () => await writeLiteral(response, connection.writer, broken(400_000, 300_000, how)),
      OutOfStep,
    );
    await connection.writer.flush();
  }
});
