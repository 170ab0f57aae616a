/** Lines past their limit: read away, and known by their ends. */
import { assertEquals, assertRejects } from "@std/assert";
import { latin1 } from "../../../core/wire/ascii.ts";
import { LINE_EDGE, LineTooLong } from "../../../core/wire/errors.ts";
import { fakeConnection } from "../../support/fake_connection.ts";

const line = `a1 FETCH ${"1,".repeat(800)}9 {12+}`;

for (const sizes of [[10_000], [100], [LINE_EDGE], [1], [line.length + 1, 1], [line.length - 3, 2, 3]]) {
  Deno.test(`wire: a line that is too long is known by its ends, in pieces of ${sizes}`, async () => {
    const { connection: { reader }, client } = fakeConnection();
    for (let rest = `${line}\r\nnext\r\n`, index = 0; rest !== ""; index++) {
      const size = sizes[index % sizes.length] ?? 1;
      client.send(rest.slice(0, size));
      rest = rest.slice(size);
    }
    const { beginning, ending } = await assertRejects(() => reader.readLine(1000), LineTooLong);
    assertEquals(latin1(beginning), line.slice(0, LINE_EDGE));
    assertEquals(latin1(ending), line.slice(-LINE_EDGE));
    assertEquals(latin1(await reader.readLine(1000) ?? new Uint8Array()), "next");
  });
}
