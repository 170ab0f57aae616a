import { assertEquals } from "@std/assert";
import { openTestDirectory } from "./open_directory.ts";

Deno.test("local: RFC 4422 §3.4.1: an administrator may act as any account that there is, others only as themselves", async () => {
  const { directory, admin, close } = await openTestDirectory({ administrators: ["postmaster@example.org", "gone"] });
  try {
    const { account: postmaster } = await admin.add("postmaster@example.org", "a");
    const { account: joe } = await admin.add("joe@example.org", "b");
    await admin.setAlias("sales@example.org", ["joe@example.org"]);
    assertEquals(await directory.mayActAs(postmaster, "JOE@example.org"), joe);
    assertEquals(await directory.mayActAs(postmaster, "postmaster"), postmaster);
    // An alias is no login, and nobody is nobody.
    assertEquals(await directory.mayActAs(postmaster, "sales@example.org"), undefined);
    assertEquals(await directory.mayActAs(postmaster, "nobody@example.org"), undefined);
    assertEquals(await directory.mayActAs(joe, "postmaster@example.org"), undefined);
    // Whoever has the address next is somebody else: what counts is who has it now.
    await admin.remove("postmaster@example.org");
    assertEquals(await directory.mayActAs(postmaster, "joe@example.org"), undefined);
  } finally {
    await close();
  }
});
