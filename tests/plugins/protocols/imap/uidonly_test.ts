/** UIDONLY (RFC 9586): one session's numbers are not another's. */
import { assertEquals } from "@std/assert";
import { fred, logIn, testService } from "./talk.ts";

const text = "Subject: hi\r\n\r\nText\r\n";

Deno.test("uidonly: RFC 9586 §3: what others do is told by UIDs to who has enabled it, and by numbers to the rest", async () => {
  const service = await testService();
  await service.fill(fred, "INBOX", [text, text, text, text]);
  await using plain = await logIn(service);
  await using uidOnly = await logIn(service);
  for (const client of [plain, uidOnly]) await client.run("ENABLE IMAP4rev2 CONDSTORE");
  await uidOnly.run("ENABLE UIDONLY");
  for (const client of [plain, uidOnly]) await client.run("SELECT INBOX");
  const { id } = await service.mailbox(fred);
  await service.storage.apply([
    { do: "expunge", mailbox: id, uids: [1, 3] },
    { do: "setFlags", mailbox: id, uids: [4], change: { mode: "add", flags: ["\\Seen"] } },
  ]);
  await service.fill(fred, "INBOX", [text]);
  assertEquals(await plain.run("NOOP"), [
    ...["* 1 EXPUNGE", "* 2 EXPUNGE", "* 3 EXISTS"],
    ...["* 2 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (7))", "OK Nothing done"],
  ]);
  assertEquals(await uidOnly.run("NOOP"), [
    ...["* VANISHED 1,3", "* 3 EXISTS"],
    ...["* 4 UIDFETCH (FLAGS (\\Seen) MODSEQ (7))", "OK Nothing done"],
  ]);
  // UIDs that the client may not know yet, and those that are gone, are as they are for anybody.
  assertEquals(await uidOnly.run("UID FETCH 1:2,5:9 (FLAGS) (CHANGEDSINCE 5)"), [
    "* 5 UIDFETCH (FLAGS () MODSEQ (8))",
    "OK Fetched",
  ]);
  assertEquals(await uidOnly.run("UID STORE 4 (UNCHANGEDSINCE 6) -FLAGS (\\Seen)"), [
    "* 4 UIDFETCH (FLAGS (\\Seen) MODSEQ (7))",
    "OK [MODIFIED 4] Others have changed some of them",
  ]);
});

Deno.test("uidonly: RFC 9586 §3: numbers come back with UNAUTHENTICATE, and not before", async () => {
  const service = await testService();
  await service.fill(fred, "INBOX", [text]);
  await using client = await logIn(service);
  await client.run("ENABLE UIDONLY");
  for (const command of ["SELECT INBOX", "UNSELECT", "EXAMINE INBOX"]) await client.run(command);
  assertEquals(await client.run("FETCH 1 UID"), ["BAD [UIDREQUIRED] Messages have no numbers once UIDONLY is enabled"]);
  for (const command of ["UNAUTHENTICATE", `LOGIN ${fred} secret`, "SELECT INBOX"]) await client.run(command);
  assertEquals(await client.run("FETCH 1 UID"), ["* 1 FETCH (UID 1)", "OK Fetched"]);
});

Deno.test("uidonly: RFC 9586 §3, RFC 9051 §7.3.4: searches are answered with UIDs, in ESEARCH by its UID, found or not", async () => {
  const service = await testService();
  await service.fill(fred, "INBOX", [text, text, text, text]);
  const { id: mailbox } = await service.mailbox(fred);
  await service.storage.apply([{ do: "expunge", mailbox, uids: [1] }]);
  await using client = await logIn(service);
  await client.run("ENABLE UIDONLY");
  await client.run("SELECT INBOX");
  // Until rev2 is enabled, RFC 3501 §7.2.5 holds.
  assertEquals(await client.run("UID SEARCH ALL"), ["* SEARCH 2 3 4", "OK Searched"]);
  await client.run("ENABLE IMAP4rev2");
  const found = async (command: string, ...answers: string[]) => {
    const lines = await client.run(command);
    assertEquals(lines.slice(0, -1), answers.map((answer) => answer.replace("(T)", `(TAG "${client.tag}")`)), command);
  };
  await found("UID SEARCH ALL", "* ESEARCH (T) UID ALL 2:4");
  await found("UID SEARCH UID 3:*", "* ESEARCH (T) UID ALL 3:4");
  await found("UID SEARCH DELETED", "* ESEARCH (T) UID");
  await found("UID SEARCH RETURN (SAVE) UID 2,4");
  await found(
    "UID SEARCH RETURN (MIN MAX COUNT PARTIAL 1:1) $",
    "* ESEARCH (T) UID MIN 2 MAX 4 COUNT 2 PARTIAL (1:1 2)",
  );
  await found("UID SORT RETURN () (REVERSE ARRIVAL) UTF-8 ALL", "* ESEARCH (T) UID ALL 2:4");
  await found("UID SORT (SUBJECT) UTF-8 ALL", "* SORT 2 3 4");
  // What goes on is told by UIDs, too (RFC 5267 §4.3).
  await found("UID SEARCH RETURN (UPDATE) FLAGGED", "* ESEARCH (T) UID");
  const followed = client.tag;
  assertEquals(await client.run("UID STORE 4 +FLAGS (\\Flagged)"), [
    "* 4 UIDFETCH (FLAGS (\\Flagged))",
    `* ESEARCH (TAG "${followed}") UID ADDTO (0 4)`,
    "OK Stored",
  ]);
});
