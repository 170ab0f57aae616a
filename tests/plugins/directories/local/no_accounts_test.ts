/** A database that has been lost, or whose disk is not there yet, looks like one that is new. */
import { assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { recordedLog } from "../../../support/recorded_log.ts";
import { openTestDirectory } from "./open_directory.ts";

Deno.test("directory: as long as there is no account at all, nobody is told for good that theirs is not there", async () => {
  using recorded = recordedLog();
  const { directory, admin, close } = await openTestDirectory({ log: recorded.log });
  try {
    for (const address of ["joe@example.org", "any@example.net", "joe@example.org"]) {
      const error = await assertRejects(() => directory.resolve(address), Refusal);
      assertEquals(error.kind, "unavailable");
    }
    // Once is enough.
    assertEquals(recorded.events.filter(({ message }) => message.includes("no account at all")).length, 1);
    assertEquals(await directory.resolve("joe@elsewhere.example"), { kind: "remote" });
    assertEquals(await directory.findAccount("joe@example.org"), undefined);
    await admin.add("joe@example.org", "secret");
    assertEquals(await directory.resolve("any@example.org"), { kind: "unknown" });
  } finally {
    await close();
  }
});

Deno.test("directory: a server for aliases alone knows whom it has not", async () => {
  const { directory, admin, close } = await openTestDirectory();
  try {
    await admin.setAlias("sales@example.org", ["joe@elsewhere.example"]);
    assertEquals(await directory.resolve("any@example.org"), { kind: "unknown" });
  } finally {
    await close();
  }
});
