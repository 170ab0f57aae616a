/** docs/examples/maildir.ts: each recipient's Maildir gets the message, whole. */
import { assertEquals } from "@std/assert";
import { carry } from "@quetzal/server/testing";
import maildir from "../../../docs/examples/maildir.ts";

Deno.test("examples: maildir delivers into new, one Maildir for each recipient, and nowhere above its folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const to = ["Ada@archive.example", "../../etc@archive.example", "__.._etc@archive.example"];
    const results = await carry(maildir, {
      options: { folder },
      to,
      from: "a@x.example",
      message: "x: y\r\n\r\nz\r\n",
    });
    assertEquals(Object.values(results).map(({ outcome }) => outcome), ["delivered", "delivered", "delivered"]);
    assertEquals(
      Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(),
      // No two addresses share a Maildir.
      ["%2E.%2F..%2Fetc@archive.example", "__.._etc@archive.example", "ada@archive.example"],
    );
    const [message] = Array.from(Deno.readDirSync(`${folder}/ada@archive.example/new`));
    assertEquals(
      await Deno.readTextFile(`${folder}/ada@archive.example/new/${message?.name}`),
      "Return-Path: <a@x.example>\r\nx: y\r\n\r\nz\r\n",
    );
    assertEquals(Array.from(Deno.readDirSync(`${folder}/ada@archive.example/tmp`)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("examples: maildir says nothing of a recipient that it cannot write for: the queue tries again", async () => {
  assertEquals(await carry(maildir, { options: { folder: "/proc/none" } }), {});
});
