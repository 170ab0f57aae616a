/** npm's imapflow: everything that a client library does with a mailbox, as IMAP4rev1 and as IMAP4rev2. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { once } from "node:events";
import { type ExistsEvent, type ExpungeEvent, type FlagsEvent, ImapFlow, type ImapFlowOptions } from "imapflow";
import nodemailer from "nodemailer";
import { patience } from "./client.ts";
import { alice, bob, type MailServer, mailServer } from "./server.ts";

const message = (number: number) =>
  `From: =?utf-8?q?J=C3=B6rg?= <bob@example.org>\r\nTo: alice@example.org\r\nSubject: number ${number}\r\n` +
  `Message-ID: <${number}@example.org>\r\nDate: Mon, 1 Jan 2024 10:00:0${number} +0000\r\nMIME-Version: 1.0\r\n` +
  `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n` +
  `Content-Transfer-Encoding: quoted-printable\r\n\r\nSch=C3=B6ne Gr=C3=BC=C3=9Fe ${number}\r\n--x\r\n` +
  `Content-Type: application/octet-stream; name=bytes.bin\r\nContent-Disposition: attachment; filename=bytes.bin\r\n` +
  `Content-Transfer-Encoding: base64\r\n\r\nAAECAwT/\r\n--x--\r\n`;

/** A client that has logged in; it logs out when the test is done with it. */
async function client(
  server: MailServer,
  kind: "upgrade" | "implicit",
  options: ImapFlowOptions = {},
): Promise<ImapFlow & AsyncDisposable> {
  const flow = new ImapFlow({
    host: "localhost",
    port: kind === "implicit" ? server.ports.imaps : server.ports.imap,
    ...kind === "implicit" ? { secure: true } : { doSTARTTLS: true },
    auth: { user: alice.address, pass: alice.password },
    tls: { rejectUnauthorized: false },
    logger: false,
    disableAutoIdle: true,
    ...options,
  });
  await flow.connect();
  return Object.assign(flow, { [Symbol.asyncDispose]: () => flow.logout() });
}

async function subjects(flow: ImapFlow, range: string): Promise<(string | undefined)[]> {
  const fetched = await flow.fetchAll(range, { envelope: true }, { uid: true });
  return fetched.map(({ envelope }) => envelope?.subject);
}

for (const kind of ["upgrade", "implicit"] as const) {
  for (const [version, disableIMAP4rev2] of [["IMAP4rev1", true], ["IMAP4rev2", false]] as const) {
    for (const disableCompression of [true, false]) {
      const name = `${kind} TLS, ${version}${disableCompression ? "" : ", compressed"}`;

      Deno.test(`imapflow: list, append, fetch, search, store, copy, move and delete, ${name}`, async () => {
        await using server = await mailServer();
        await using flow = await client(server, kind, { disableIMAP4rev2, disableCompression });
        assertEquals(flow.enabled.has("IMAP4REV2"), !disableIMAP4rev2);
        await mailboxes(flow);
        await messages(flow);
        await changes(flow);
      });
    }
  }
  for (const loginMethod of ["AUTH=PLAIN", "AUTH=LOGIN", "LOGIN"]) {
    Deno.test(`imapflow: ${loginMethod}, ${kind} TLS`, async () => {
      await using server = await mailServer();
      await using flow = await client(server, kind, { auth: { user: bob.address, pass: bob.password, loginMethod } });
      assertEquals((await flow.mailboxOpen("INBOX")).exists, 0);
    });
  }
}

async function mailboxes(flow: ImapFlow): Promise<void> {
  assertEquals(flow.namespace?.delimiter, "/");
  for (const path of ["Work", "Work/2024", "Entwürfe & mehr"]) {
    assertEquals((await flow.mailboxCreate(path)).created, true);
  }
  assertEquals((await flow.mailboxCreate("Work")).created, false);
  const renamed = await flow.mailboxRename("Entwürfe & mehr", "Ältere");
  assertEquals(renamed.newPath, "Ältere");
  assertEquals(await flow.mailboxSubscribe("Ältere"), true);
  const listed = await flow.list({ statusQuery: { messages: true, uidNext: true, unseen: true, highestModseq: true } });
  const paths = listed.map(({ path }) => path);
  for (const path of ["INBOX", "Work", "Work/2024", "Ältere"]) assert(paths.includes(path), `${paths}`);
  assertEquals(listed.find(({ path }) => path === "Ältere")?.subscribed, true);
  assertEquals(listed.find(({ path }) => path === "Work")?.status?.uidNext, 1);
  assertEquals(await flow.mailboxUnsubscribe("Ältere"), true);
  assertEquals((await flow.mailboxDelete("Ältere")).path, "Ältere");
}

async function messages(flow: ImapFlow): Promise<void> {
  for (const number of [1, 2, 3, 4, 5]) {
    const flags = number === 3 ? ["\\Seen", "$Work"] : [];
    const appended = await flow.append("Work", message(number), flags, new Date(Date.UTC(2024, 0, number, 10)));
    assert(appended);
    assertEquals(appended.uid, number);
  }
  const opened = await flow.mailboxOpen("Work");
  assertEquals([opened.exists, opened.uidNext, opened.readOnly], [5, 6, false]);
  assert(opened.mailboxId !== undefined && (opened.highestModseq ?? 0n) > 0n);

  const fetched = await flow.fetchOne("3", {
    ...{ uid: true, flags: true, envelope: true, bodyStructure: true, internalDate: true, size: true, source: true },
    ...{ headers: ["subject"], emailId: true, threadId: true, bodyParts: ["1", "2"] },
  });
  assert(fetched);
  assertEquals(new TextDecoder().decode(fetched.source), message(3));
  assertEquals(fetched.size, message(3).length);
  assertEquals([...fetched.flags ?? []].filter((flag) => flag !== "\\Recent").sort(), ["$Work", "\\Seen"]);
  assertEquals(fetched.envelope?.from, [{ name: "Jörg", address: "bob@example.org" }]);
  assertEquals(fetched.envelope?.messageId, "<3@example.org>");
  assertEquals(fetched.internalDate, new Date(Date.UTC(2024, 0, 3, 10)));
  assertEquals(fetched.bodyStructure?.childNodes?.map(({ type }) => type), ["text/plain", "application/octet-stream"]);
  assertEquals(fetched.bodyStructure?.childNodes?.[1]?.dispositionParameters, { filename: "bytes.bin" });
  assertEquals(new TextDecoder().decode(fetched.headers), "Subject: number 3\r\n\r\n");
  assert(fetched.emailId !== undefined && fetched.threadId !== undefined);
  const { content, meta } = await flow.download("3", "2");
  assertEquals(meta?.filename, "bytes.bin");
  assert(content);
  assertEquals([...Buffer.concat(await Array.fromAsync<Buffer>(content))], [0, 1, 2, 3, 4, 255]);
  const [first] = await Array.fromAsync(flow.fetch("1", { bodyParts: ["1"] }, { binary: true }));
  assertEquals(new TextDecoder().decode(first?.bodyParts?.get("1")), "Schöne Grüße 1");

  assertEquals(await flow.search({ subject: "number 4" }, { uid: true }), [4]);
  assertEquals(await flow.search({ body: "Grüße 2", from: "Jörg" }, { uid: true }), [2]);
  assertEquals(await flow.search({ or: [{ seen: true }, { larger: 1_000_000 }], keyword: "$Work" }), [3]);
  assertEquals(await flow.search({ since: new Date(Date.UTC(2024, 0, 4)), header: { "message-id": true } }), [4, 5]);
  assertEquals(await flow.search({ emailId: fetched.emailId }), [3]);
  const found = await flow.search({ all: true }, { returnOptions: ["COUNT", "MIN", "MAX", { partial: "1:2" }] });
  assertEquals(found, { count: 5, min: 1, max: 5, partial: { range: "1:2", messages: "1:2" } });
}

async function changes(flow: ImapFlow): Promise<void> {
  assert(flow.mailbox);
  const since = flow.mailbox.highestModseq ?? 0n;
  assertEquals(await flow.messageFlagsAdd("1:2", ["\\Flagged", "new"], { uid: true }), true);
  assertEquals(await flow.messageFlagsRemove({ uid: "2" }, ["new"], { uid: true }), true);
  assertEquals(await flow.messageFlagsSet("5", ["\\Answered"], { uid: true }), true);
  const changed = await flow.fetchAll("1:*", { flags: true }, { uid: true, changedSince: since });
  assertEquals(
    changed.map(({ uid, flags }) => [uid, ...[...flags ?? []].filter((flag) => flag !== "\\Recent").sort()]),
    [[1, "\\Flagged", "new"], [2, "\\Flagged"], [5, "\\Answered"]],
  );
  // RFC 7162 §3.1.3: what has changed since is left as it is.
  await flow.messageFlagsAdd("1", ["late"], { uid: true, unchangedSince: since });
  const [left] = await flow.fetchAll("1", { flags: true }, { uid: true });
  assertEquals(left?.flags?.has("late"), false);
  const copied = await flow.messageCopy("1:2", "INBOX", { uid: true });
  assert(copied);
  assertEquals(copied.uidMap, new Map([[1, 1], [2, 2]]));
  const moved = await flow.messageMove("4", "Work/2024", { uid: true });
  assert(moved);
  assertEquals(moved.uidMap, new Map([[4, 1]]));
  assertEquals(await flow.messageDelete("1,3", { uid: true }), true);
  assertEquals(await subjects(flow, "1:*"), ["number 2", "number 5"]);
  await flow.mailboxOpen("Work/2024", { readOnly: true });
  assertEquals(await subjects(flow, "1:*"), ["number 4"]);
  const status = await flow.status("INBOX", { messages: true, unseen: true, size: true, uidValidity: true });
  assert(status);
  assertEquals([status.messages, status.unseen, status.size], [2, 2, message(1).length * 2]);
}

Deno.test("imapflow: a delivery by SMTP wakes an IDLE, and so do changes by another session", async () => {
  await using server = await mailServer();
  await using flow = await client(server, "implicit");
  await using other = await client(server, "upgrade", { disableIMAP4rev2: true });
  await flow.mailboxOpen("INBOX");
  await other.mailboxOpen("INBOX");
  const idling = flow.idle();
  const exists = event<ExistsEvent>(flow, "exists");
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: server.ports.smtp, ignoreTLS: true });
  await transport.sendMail({ from: "x@elsewhere.example", to: alice.address, subject: "by SMTP", text: "Hello" });
  transport.close();
  assertEquals((await exists).count, 1);
  // Without it this client does not know of the message, and asks for nothing.
  await other.noop();
  const flags = event<FlagsEvent>(flow, "flags");
  await other.messageFlagsAdd("1", ["\\Flagged"]);
  assertEquals([...(await flags).flags].includes("\\Flagged"), true);
  const expunge = event<ExpungeEvent>(flow, "expunge");
  await other.messageDelete("1");
  assertEquals((await expunge).seq, 1);
  await flow.noop();
  await idling;
});

Deno.test("imapflow: QRESYNC brings a client that was away up to date when it selects the mailbox", async () => {
  await using server = await mailServer();
  for (const number of [1, 2, 3, 4, 5, 6]) await server.deliver(alice, message(number));
  const before = await (async () => {
    await using flow = await client(server, "implicit", { qresync: true });
    return await flow.mailboxOpen("INBOX");
  })();
  {
    await using other = await client(server, "upgrade");
    await other.mailboxOpen("INBOX");
    await other.messageDelete("2,4:5", { uid: true });
    await other.messageFlagsAdd("3", ["\\Seen"], { uid: true });
  }
  await server.deliver(alice, message(7));
  await using flow = await client(server, "implicit", { qresync: true });
  const vanished: (number | undefined)[] = [], flagged: (number | undefined)[] = [];
  flow.on("expunge", ({ uid, earlier }) => vanished.push(earlier ? uid : undefined));
  flow.on("flags", ({ uid }) => flagged.push(uid));
  const { uidValidity, highestModseq = 0n } = before;
  const { exists } = await flow.mailboxOpen("INBOX", { uidValidity, changedSince: highestModseq });
  assertEquals([exists, vanished, flagged], [4, [2, 4, 5], [3, 7]]);
});

Deno.test("imapflow: a wrong password is told from everything else", async () => {
  await using server = await mailServer();
  const error = await client(server, "implicit", { auth: { user: alice.address, pass: "wrong" } }).catch((error) =>
    error
  );
  assertEquals(error.authenticationFailed, true);
  assertStringIncludes(String(error.serverResponseCode ?? error.response), "AUTHENTICATIONFAILED");
});

/** What an event tells; an event that does not come is an error. */
async function event<T>(flow: ImapFlow, name: "exists" | "flags" | "expunge"): Promise<T> {
  const [data] = await once(flow, name, { signal: AbortSignal.timeout(patience) });
  return data;
}
