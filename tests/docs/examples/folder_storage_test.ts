/** docs/examples/folder_storage.ts keeps every promise of a storage, and what was acknowledged survives a crash. */
import { assertEquals, assertRejects } from "@std/assert";
import { storageSuite } from "@quetzal/server/testing";
import { openFolder } from "../../../docs/examples/folder_storage.ts";

const now = () => new Date();

storageSuite("folder", async () => {
  const folder = await Deno.makeTempDir();
  let storage = await openFolder(folder, now);
  return {
    storage,
    async reopen() {
      await storage.stop?.();
      return storage = await openFolder(folder, now);
    },
    async close() {
      await storage.stop?.();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

Deno.test("folder: half a record, as a crash leaves it, is not there, and hides nothing that comes later", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const address of ["a@x", "b@x"]) {
      const storage = await openFolder(folder, now);
      await storage.apply([{ do: "createAccount", address, secrets: {} }]);
      await storage.stop?.();
      using journal = await Deno.open(`${folder}/journal`, { append: true });
      await journal.write(Uint8Array.of(0, 0, 1, 0, 255));
    }
    const storage = await openFolder(folder, now);
    assertEquals((await storage.accounts()).map(({ address }) => address), ["a@x", "b@x"]);
    await storage.stop?.();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("folder: one process has it; another one would cut off what the first has acknowledged", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const storage = await openFolder(folder, now);
    await assertRejects(() => openFolder(folder, now), Error, "another process has it open");
    await storage.apply([{ do: "createAccount", address: "a@x", secrets: {} }]);
    await storage.stop?.();
    const next = await openFolder(folder, now);
    assertEquals((await next.accounts()).length, 1);
    await next.stop?.();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
