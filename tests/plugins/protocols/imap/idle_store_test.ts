/** STORE of flags that are so already. */
import { assertEquals } from "@std/assert";
import type { Operation, Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "./over_each_storage.ts";
import { fred, logIn, testService } from "./talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";

Deno.test("imap: RFC 9051 §6.4.6: a STORE that would change nothing writes nothing, and is answered as any", async () => {
  const whole = memoryStorage({ now: () => new Date("2026-11-24T07:00:00Z") });
  let written = 0;
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "apply") return typeof value === "function" ? value.bind(target) : value;
      return (batch: readonly Operation[]) => {
        written++;
        return target.apply(batch);
      };
    },
  });
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", [message], ["\\Seen", "$Label"]);
  await using client = await logIn(service);
  await client.run("ENABLE IMAP4rev2");
  await client.run("SELECT INBOX");
  const writesOf = async (command: string) => {
    const before = written, lines = await client.run(command);
    return [lines, written - before];
  };
  const asItIs = ["* 1 FETCH (UID 1 FLAGS (\\Seen $Label))", "OK Stored"];
  for (const flags of ["+FLAGS (\\Seen)", "+FLAGS ($LABEL \\seen)", "-FLAGS (\\Deleted Junk)", "+FLAGS ()"]) {
    assertEquals([flags, await writesOf(`STORE 1 ${flags}`)], [flags, [asItIs, 0]]);
  }
  assertEquals(await writesOf("UID STORE 1 +FLAGS.SILENT (\\Seen)"), [["OK Stored"], 0]);
  // What would change something, if only one of the flags, is written.
  assertEquals((await writesOf("STORE 1 +FLAGS.SILENT (\\Seen \\Draft)"))[1], 1);
  assertEquals((await writesOf("STORE 1 -FLAGS.SILENT (\\Deleted \\Draft)"))[1], 1);
  assertEquals(await writesOf("STORE 1 FLAGS (\\Seen)"), [["* 1 FETCH (UID 1 FLAGS (\\Seen))", "OK Stored"], 1]);
});

overEachStorage(
  "imap: RFC 7162 §3.1: a STORE of flags that others have set meanwhile tells their mod-sequence, and UNCHANGEDSINCE fails",
  async (given) => {
    const service = await testService(given);
    await service.fill(fred, "INBOX", [message, message]);
    await using one = await logIn(service);
    await using other = await logIn(service);
    for (const client of [one, other]) {
      await client.run("ENABLE IMAP4rev2 CONDSTORE");
      await client.run("SELECT INBOX");
    }
    const { highestModseq: before } = await service.mailbox(fred);
    await other.run("STORE 1 +FLAGS (\\Flagged)");
    const { highestModseq: after } = await service.mailbox(fred);
    const told = `* 1 FETCH (UID 1 FLAGS (\\Flagged) MODSEQ (${after}))`;
    const again = await one.run("STORE 1 +FLAGS (\\Flagged)");
    assertEquals([new Set(again.slice(0, -1)), again.at(-1)], [new Set([told]), "OK Stored"]);
    assertEquals((await service.mailbox(fred)).highestModseq, after);
    const failed = await one.run(`STORE 1 (UNCHANGEDSINCE ${before}) +FLAGS (\\Flagged)`);
    assertEquals(failed.at(-1), "OK [MODIFIED 1] Others have changed some of them");
    // RFC 9051 §6.4.9: of a message that is gone there is nothing to tell.
    await other.run("STORE 2 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    assertEquals(await one.run("STORE 2 +FLAGS (\\Seen)"), ["OK [EXPUNGEISSUED] Stored"]);
  },
);
