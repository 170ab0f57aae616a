/** docs/examples/json_directory.ts: who is in the file has an account, as of the file's last change. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { setUp } from "@quetzal/server/testing";
import json, { hashOf } from "../../../docs/examples/json_directory.ts";

Deno.test("examples: json_directory knows who is in the file and their passwords, and sees changes", async () => {
  const folder = await Deno.makeTempDir(), file = `${folder}/accounts.json`;
  try {
    await Deno.writeTextFile(file, JSON.stringify({ "Ada@example.org": await hashOf("engine") }));
    await using set = await setUp(json, { options: { file } });
    const directory = set.extension;
    const ada = await directory.checkPassword("ada@example.org", "engine");
    assert(ada);
    assertEquals(await directory.checkPassword("ADA", "engine"), ada);
    assertEquals(await directory.checkPassword("ada", "wrong"), undefined);
    assertEquals(await directory.checkPassword("nobody", "engine"), undefined);
    assertEquals(await directory.resolve("ada@example.org"), { kind: "account", account: ada });
    assertEquals((await directory.resolve("bob@example.org")).kind, "unknown");
    assertEquals((await directory.resolve("ada@example.com")).kind, "remote");
    await Deno.writeTextFile(file, JSON.stringify({ "bob@example.org": await hashOf("word") }));
    await Deno.utime(file, 1, 1);
    assertEquals(await directory.checkPassword("ada", "engine"), undefined);
    assert(await directory.checkPassword("bob", "word"));
    // The client is told to come again: nobody is taken to be nobody because of a slip of the pen.
    await Deno.writeTextFile(file, JSON.stringify({ "bob@example.org": "word" }));
    await assertRejects(
      () => directory.checkPassword("bob", "word"),
      Error,
      "bob@example.org: expected scrypt:SALT:HASH",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("examples: json_directory makes no entry without a password", async () => {
  const path = (name: string) => decodeURIComponent(new URL(`../../../${name}`, import.meta.url).pathname);
  const args = ["run", "-q", "--no-prompt", "--config", path("deno.json"), path("docs/examples/json_directory.ts")];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "ada@example.org"],
    stdin: "null",
  })
    .output();
  assertEquals([code, stdout.length], [1, 0]);
});
