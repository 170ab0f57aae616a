/** Promises about where mail for an address goes, and who may send from it. */
import { assertEquals } from "@std/assert";
import type { Directory, Recipient } from "../../../core/contract/directory.ts";
import type { DirectoryPromise } from "../directory_suite.ts";

/** Them. */
export const addressPromises: readonly DirectoryPromise[] = [
  ["mail for an account's address goes to it, in any case and quoting", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "secret");
    for (const address of ["joe@example.org", "JOE@EXAMPLE.ORG", '"joe"@example.org', '"\\j\\o\\e"@example.org']) {
      assertEquals(await whose(directory, address), { kind: "account", account }, address);
    }
  }],
  ["a local part that needs quotes is one address in all quoted forms", async ({ directory, admin }) => {
    const { account, address } = await admin.add('"joe smith"@example.org', "secret");
    assertEquals(address, '"joe smith"@example.org');
    assertEquals(await whose(directory, '"joe\\ smith"@example.org'), { kind: "account", account });
    assertEquals(await directory.findAccount("joe smith"), account);
  }],
  ["internationalized addresses meet in all their forms (RFC 6532 §3.1)", async ({ directory, admin }) => {
    const { account } = await admin.add("J\u00fcrgen@example.org", "secret");
    assertEquals(await whose(directory, "ju\u0308rgen@example.org"), { kind: "account", account });
    assertEquals(await directory.findAccount("J\u00dcRGEN"), account);
  }],
  ["a quota that is told with an account is the one that it has now", async ({ directory, admin }) => {
    await admin.add("joe@example.org", "secret");
    for (const quota of [{}, { storage: 1000 }, { messages: 2, storage: 1 }, {}]) {
      await admin.setQuota("joe@example.org", quota);
      for (const address of ["joe@example.org", "joe+lists@example.org"]) {
        const found = await directory.resolve(address);
        assertEquals(found.kind === "account" && (found.quota ?? quota), quota, address);
      }
    }
  }],
  ["other domains are remote, unknown names of ours are unknown", async ({ directory, admin }) => {
    await admin.add("joe@example.org", "secret");
    for (const address of ["joe@example.com", "x@sub.example.org", "joe@[192.0.2.1]", "postmaster@example.com"]) {
      assertEquals(await directory.resolve(address), { kind: "remote" }, address);
    }
    for (const address of ["ann@example.org", "joe@example.net", "ann+joe@example.org", "+x@example.org"]) {
      assertEquals(await directory.resolve(address), { kind: "unknown" }, address);
    }
    for (
      const address of ["", "@", "@example.org", "joe@", "joe@exa mple.org", "jo\u0000e@example.org", "\ud800@a.b"]
    ) {
      assertEquals(await directory.resolve(address), { kind: "unknown" }, JSON.stringify(address));
    }
  }],
  ["an alias leads to one or several, local or remote", async ({ directory, admin }) => {
    await admin.add("joe@example.org", "secret");
    await admin.add("ann@example.net", "secret");
    const to = ["joe@example.org", "ann@example.net", "Kim@example.com"];
    await admin.setAlias("Team@example.org", to);
    assertEquals(await directory.resolve("TEAM@example.org"), { kind: "redirect", to });
    await admin.setAlias("team@example.org", ["ann@example.net"]);
    assertEquals(await directory.resolve("team@example.org"), { kind: "redirect", to: ["ann@example.net"] });
    await admin.setAlias("team@example.org", []);
    assertEquals(await directory.resolve("team@example.org"), { kind: "unknown" });
  }],
  ["user+detail goes to the user (RFC 5233), of an account or an alias", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "secret");
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    const detail = (detail: string) => ({ kind: "account", account, detail } as const);
    assertEquals(await whose(directory, "joe+Lists@example.org"), detail("Lists"));
    assertEquals(await whose(directory, "JOE+a+b@example.org"), detail("a+b"));
    assertEquals(await whose(directory, "joe+@example.org"), detail(""));
    assertEquals(await directory.resolve("info+x@example.org"), { kind: "redirect", to: ["joe@example.org"] });
  }],
  ["an account or alias of exactly that address comes before the sub-address", async ({ directory, admin }) => {
    await admin.add("joe@example.org", "secret");
    const { account } = await admin.add("joe+lists@example.org", "secret");
    await admin.setAlias("joe+news@example.org", ["joe+lists@example.org"]);
    assertEquals(await whose(directory, "joe+lists@example.org"), { kind: "account", account });
    assertEquals(await directory.resolve("joe+news@example.org"), { kind: "redirect", to: ["joe+lists@example.org"] });
  }],
  ["the catch-all comes last, and is its domain's only", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "secret");
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    await admin.setAlias("@Example.org", ["kim@example.com"]);
    const caught = { kind: "redirect", to: ["kim@example.com"] } as const;
    assertEquals(await directory.resolve("anything@example.org"), caught);
    assertEquals(await directory.resolve("any+thing@example.org"), caught);
    assertEquals(await whose(directory, "joe@example.org"), { kind: "account", account });
    assertEquals(await whose(directory, "joe+x@example.org"), { kind: "account", account, detail: "x" });
    assertEquals(await directory.resolve("info@example.org"), { kind: "redirect", to: ["joe@example.org"] });
    assertEquals(await directory.resolve("anything@example.net"), { kind: "unknown" });
  }],
  ["RFC 5321 §4.5.1: mail for postmaster is always taken, in any case, with or without a domain", async (open) => {
    const { directory, admin } = open;
    const { account } = await admin.add("joe@example.org", "secret");
    for (const address of ["postmaster", "Postmaster@example.org", "POSTMASTER@example.net"]) {
      assertEquals(await whose(directory, address), { kind: "account", account }, address);
    }
    const ann = await admin.add("ann@example.org", "secret");
    await admin.setAlias("postmaster@example.org", ["ann@example.org"]);
    for (const address of ["postmaster", "postmaster@example.org", "postmaster@example.net"]) {
      assertEquals(await directory.resolve(address), { kind: "redirect", to: ["ann@example.org"] }, address);
    }
    const own = await admin.add("postmaster@example.net", "secret");
    assertEquals(await whose(directory, "PostMaster@example.net"), { kind: "account", account: own.account });
    await admin.setAlias("postmaster@example.org", []);
    await admin.remove("joe@example.org");
    const found = await directory.resolve("postmaster");
    assertEquals(found.kind === "account" && [ann.account, own.account].includes(found.account), true);
  }],
  ["RFC 6409 §6.1: whoever gets the mail for an address may send from it, and nobody else", async (open) => {
    const { directory, admin } = open;
    const joe = await admin.add("joe@example.org", "secret");
    const ann = await admin.add("ann@example.org", "secret");
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    await admin.setAlias("help@example.org", ["info+x@example.org", "kim@example.com"]);
    await admin.setAlias("@example.net", ["joe@example.org"]);
    const his = ["JOE@example.org", "joe+shop@example.org", "info@example.org", "help@example.org", "x@example.net"];
    for (const address of his) {
      assertEquals(await directory.maySendAs(joe.account, address), true, address);
      assertEquals(await directory.maySendAs(ann.account, address), false, address);
    }
    for (const address of ["ann@example.org", "kim@example.com", "joe@example.com", "nobody@example.org", "", "@"]) {
      assertEquals(await directory.maySendAs(joe.account, address), false, address);
    }
  }],
];

/** Where mail for an address goes, without the quota, which a directory tells or not. */
async function whose(directory: Directory, address: string): Promise<Recipient> {
  const recipient = await directory.resolve(address);
  if (recipient.kind !== "account") return recipient;
  const { quota: _quota, ...rest } = recipient;
  return rest;
}
