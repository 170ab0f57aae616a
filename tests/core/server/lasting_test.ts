import { assertEquals, assertRejects } from "@std/assert";
import { mayRead, syncFolder, writeLasting } from "../../../core/server/lasting.ts";

Deno.test("lasting: a file is written in place of one that is there, and a new one only where there is none", async () => {
  const folder = await Deno.makeTempDir(), file = `${folder}/file`;
  try {
    await writeLasting(file, "a long text\n", { isNew: true, mode: 0o600 });
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
    await writeLasting(file, "another\n");
    assertEquals(await Deno.readTextFile(file), "another\n");
    await assertRejects(() => writeLasting(file, "a third\n", { isNew: true }), Deno.errors.AlreadyExists);
    assertEquals(await Deno.readTextFile(file), "another\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "lasting: a folder that the program may not read is left alone, and one that is not there is an error",
  permissions: { read: ["tests"], write: false },
  async fn() {
    assertEquals([mayRead("tests"), mayRead("core")], [true, false]);
    await syncFolder("core");
    await syncFolder("tests");
    await assertRejects(() => syncFolder("tests/nowhere"), Deno.errors.NotFound);
  },
});
