/** Hosts that part their mail themselves: whose it is, and that each address has a copy. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Recipient } from "../../../../core/contract/directory.ts";
import { openTestDirectory } from "./open_directory.ts";

Deno.test("multidrop: all mail for a host is that of its account, each address by itself", async () => {
  const { directory, admin, close } = await openTestDirectory({ multidrop: ["*.example.org"] });
  try {
    const { account } = await admin.add("vision25@example.org", "secret");
    const expected: Recipient = { kind: "account", account, quota: {}, isSeparate: true };
    for (const local of ["fred", "FRED", "fred+lists", "postmaster", '"any one"']) {
      assertEquals(await directory.resolve(`${local}@Vision25.Example.org`), expected, local);
    }
    assertEquals(await directory.maySendAs(account, "fred@vision25.example.org"), true);
    assertEquals(await directory.resolve("vision25@example.org"), { kind: "account", account, quota: {} });
    for (
      const other of ["gone.example.org", "a.vision25.example.org", "vision25.example.net", "vision25.example.org.x"]
    ) {
      assertEquals(await directory.resolve(`fred@${other}`), { kind: "remote" }, other);
      assertEquals(await directory.maySendAs(account, `fred@${other}`), false, other);
    }
    // Whose mail it is says nothing of logins.
    assertEquals(await directory.findAccount("fred@vision25.example.org"), undefined);
  } finally {
    await close();
  }
});

Deno.test("multidrop: in a local domain only where mail goes counts: account, alias, catch-all", async () => {
  const { directory, admin, close } = await openTestDirectory({ multidrop: ["example.net"] });
  try {
    const { account } = await admin.add("joe@example.net", "secret");
    await admin.setAlias("@example.net", ["joe@example.net"]);
    assertEquals(await directory.resolve("joe@example.net"), { kind: "account", account, quota: {}, isSeparate: true });
    const to = ["joe@example.net"];
    assertEquals(await directory.resolve("any@example.net"), { kind: "redirect", to, isSeparate: true });
    await admin.setAlias("joe@example.org", ["joe@example.net"]);
    assertEquals(await directory.resolve("joe@example.org"), { kind: "redirect", to });
    assertEquals(await directory.resolve("joe@host.example.net"), { kind: "remote" });
  } finally {
    await close();
  }
});

Deno.test("multidrop: a domain whose mail does not come here is told when the server starts", async () => {
  for (const domain of ["*.example.com", "host.example.org"]) {
    const opened = openTestDirectory({ multidrop: [domain] });
    await assertRejects(() => opened, Error, `multidrop: ${domain} is of no local domain (those are example.org, `);
  }
});
