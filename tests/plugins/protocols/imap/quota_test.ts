/** GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208), over memory and SQLite. */
import { assertEquals } from "@std/assert";
import anonymous from "../../../../plugins/auth/anonymous.ts";
import { setUpMechanism } from "../../../support/test_directory.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { bob, carol, fred, ImapClient, logIn, testService } from "./talk.ts";

overEachStorage(
  "quota: RFC 9208 §4.1.3, §4.3.1: what an administrator sets holds at once, for APPEND and COPY too",
  async (given) => {
    const service = await testService({ ...given, options: { administrators: [carol] } });
    await using administrator = await logIn(service, carol);
    await using user = await logIn(service, fred);
    assertEquals(await administrator.run(`SETQUOTA ${fred} (MESSAGE 2 STORAGE 4)`), [
      `* QUOTA ${fred} (STORAGE 0 4 MESSAGE 0 2)`,
      "OK Done",
    ]);
    const append = async (size: number) =>
      (await user.run(`APPEND INBOX {${size}+}\r\n${"x".repeat(size)}`)).at(-1)?.replace(/ \d.*?\]/, "]");
    assertEquals(await append(5000), "NO [OVERQUOTA] The mailbox is full");
    assertEquals((await append(3000))?.slice(0, 2), "OK");
    assertEquals(await append(1097), "NO [OVERQUOTA] The mailbox is full");
    assertEquals((await append(1095))?.slice(0, 2), "OK");
    assertEquals(await append(1), "NO [OVERQUOTA] The mailbox is full");
    await user.run("SELECT INBOX");
    assertEquals((await user.run("COPY 1 INBOX")).at(-1)?.slice(0, 14), "NO [OVERQUOTA]");
    assertEquals(await user.run("GETQUOTAROOT INBOX"), [
      `* QUOTAROOT INBOX ${fred}`,
      `* QUOTA ${fred} (STORAGE 4 4 MESSAGE 2 2)`,
      "OK That is all",
    ]);
    // All limits are replaced.
    assertEquals((await administrator.run(`SETQUOTA ${fred} (MAILBOX 1)`))[0], `* QUOTA ${fred} (MAILBOX 1 1)`);
    assertEquals((await append(5000))?.slice(0, 2), "OK");
    assertEquals((await user.run("CREATE x"))[0]?.slice(0, 14), "NO [OVERQUOTA]");
  },
);

overEachStorage(
  "quota: RFC 6851 §3.3: MOVE needs no room beside that of what is moved, whatever rights there are",
  async (given) => {
    const service = await testService(given);
    await service.fill(bob, "A", ["Subject: 1\r\n\r\nHello\r\n"], ["\\Seen", "\\Deleted", "word"]);
    await service.fill(bob, "B", []);
    const who = service.account(fred), account = service.account(bob);
    await service.storage.apply([
      { do: "setRights", mailbox: (await service.mailbox(bob, "A")).id, who, rights: "lrte" },
      { do: "setRights", mailbox: (await service.mailbox(bob, "B")).id, who, rights: "lris" },
      { do: "setQuota", account, quota: { messages: 1 } },
    ]);
    await using client = await logIn(service, fred);
    await client.run('SELECT "Other Users/bob@example.org/A"');
    const { uidValidity } = await service.mailbox(bob, "B");
    const moved = await client.run('MOVE 1 "Other Users/bob@example.org/B"');
    assertEquals(moved, [
      `* OK [COPYUID ${uidValidity} 1 1] Moved`,
      "* 1 EXPUNGE",
      "* 0 RECENT",
      `OK [HIGHESTMODSEQ ${(await service.mailbox(bob, "A")).highestModseq}] Moved`,
    ]);
    await client.run('SELECT "Other Users/bob@example.org/B"');
    assertEquals(await client.run("FETCH 1 FLAGS"), ["* 1 FETCH (FLAGS (\\Seen \\Recent))", "OK Fetched"]);
    assertEquals((await service.mailbox(bob, "A")).messages, 0);
  },
);

overEachStorage("quota: RFC 9208 §8: what others keep is no business of those who may not read it", async (given) => {
  const service = await testService({ ...given, options: { administrators: [carol] } });
  await using user = await logIn(service, fred);
  const unknown = await user.run("GETQUOTA nobody@example.org");
  assertEquals(unknown, ["NO [NONEXISTENT] There is no such quota root"]);
  assertEquals(await user.run(`GETQUOTA ${bob}`), unknown);
  assertEquals((await user.run(`SETQUOTA ${fred} (STORAGE 1)`))[0]?.slice(0, 11), "NO [NOPERM]");
  await using administrator = await logIn(service, carol);
  assertEquals((await administrator.run(`GETQUOTA ${bob}`))[0], `* QUOTA ${bob} ()`);
  // Whose quota a mailbox would count for, where there is none yet: told to those who may read what is above.
  const { id } = await service.mailbox(bob);
  await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights: "r" }]);
  const below = '"Other Users/bob@example.org/INBOX/a/b"', beside = '"Other Users/bob@example.org/a"';
  assertEquals((await user.run(`GETQUOTAROOT ${below}`))[0], `* QUOTAROOT ${below} ${bob}`);
  assertEquals(await user.run(`GETQUOTAROOT ${beside}`), ["NO [NONEXISTENT] There is no such mailbox"]);
  assertEquals((await user.run(`GETQUOTA ${bob}`))[0], `* QUOTA ${bob} ()`);
});

Deno.test("quota: RFC 9208 §1: QUOTASET is announced to those who may set quotas, and to nobody else", async () => {
  const service = await testService({ options: { administrators: [carol] } });
  for (const [address, isAdministrator] of [[carol, true], [fred, false]] as const) {
    await using client = await logIn(service, address);
    const [capabilities = ""] = await client.run("CAPABILITY");
    assertEquals(capabilities.split(" ").includes("QUOTASET"), isAdministrator);
    for (const resource of ["STORAGE", "MESSAGE", "MAILBOX"]) {
      assertEquals(capabilities.split(" ").includes(`QUOTA=RES-${resource}`), true);
    }
  }
});

Deno.test("quota: RFC 9208 §8: who has not said who it is learns nothing of quotas", async () => {
  const service = await testService({ mechanisms: [setUpMechanism(anonymous, { account: carol })] });
  await using visitor = new ImapClient(service);
  await visitor.greeting;
  assertEquals((await visitor.run("AUTHENTICATE ANONYMOUS dHJhY2U=")).at(-1)?.slice(0, 2), "OK");
  for (const command of [`GETQUOTA ${carol}`, "GETQUOTAROOT INBOX"]) {
    assertEquals(await visitor.run(command), ["NO [NOPERM] You may not do that here"], command);
  }
});
