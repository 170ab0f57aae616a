/**
 * The RFCs' own examples: `tests/dialogues/imap`. Comments say what the server is given: `# given: tls`, `starttls`,
 * `strict` (no passwords without TLS), `option max_errors 3`, `accounts fred@example.org bob@example.org`,
 * `administrator fred@example.org`, `submission_server submit@example.org`, `messages fred@example.org INBOX 3`, `mailbox bob@example.org Projects`,
 * `message fred@example.org INBOX (\Seen) 2026-11-24T07:00:00Z Subject: one\r\n\r\nText` (a backslash and r or n is a CR or
 * LF), `rights bob@example.org Projects fred@example.org lrs`, `quota fred@example.org STORAGE-OCTETS MESSAGES MAILBOXES`.
 * What others do meanwhile is said in the same words, and in these: `flags fred@example.org INBOX 2 add \Seen`,
 * `expunge fred@example.org INBOX 2`, `remove fred@example.org misc`, `rename fred@example.org misc more`,
 * `subscribe fred@example.org misc`, `metadata fred@example.org INBOX /comment Text` (shared; `""` is the server).
 */
import { assertEquals } from "@std/assert";
import type { Operation } from "../../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { untranslated } from "./languages/untranslated.ts";
import { type TestService, testService } from "./talk.ts";

const folder = new URL("../../../dialogues/imap/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`imap dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    // One character an octet, as the dialogue has it: UTF-8 stays what it is.
    const transcript = latin1(await Deno.readFile(new URL(name, folder)));
    const given = [...transcript.matchAll(/^# given: (\S+) ?(.*)$/gm)]
      .map(([, key = "", rest = ""]) => ({ key, words: rest.split(" ") }));
    const isGiven = (what: string) => given.some(({ key }) => key === what);
    const all = (what: string) => given.filter(({ key }) => key === what).map(({ words }) => words);
    const [accounts] = all("accounts");
    const service = await testService({
      options: {
        ...Object.fromEntries(all("option").map(([name, value = ""]) => [name, Number(value) || value])),
        administrators: all("administrator").flat(),
        submission_servers: all("submission_server").flat(),
      },
      cleartextAuth: !isGiven("strict"),
      ...accounts && { accounts },
    });
    for (const [address = "", mailbox = "", count = ""] of all("messages")) {
      const texts = Array.from({ length: Number(count) }, (_, index) => `Subject: ${index + 1}\r\n\r\nText\r\n`);
      await service.fill(address, mailbox, texts);
    }
    for (const { key, words } of given) await happen(service, key, words);
    const meanwhile = async (text: string) => {
      const [key = "", ...words] = text.split(" ");
      if (!await happen(service, key, words)) throw new Error(`nobody knows how to do this: ${text}`);
    };
    const { received } = await runDialogue(transcript, service.serve, {
      startTls: isGiven("starttls"),
      tls: isGiven("tls"),
      meanwhile,
    });
    // RFC 5255 §3: all that was said to people, unless it was in another language already.
    if (!name.startsWith("rfc5255")) assertEquals(untranslated(received), []);
  });
}

/** @returns Whether the key is one of what can happen. */
async function happen(service: TestService, key: string, words: readonly string[]): Promise<boolean> {
  if (key === "message") await append(service, words.join(" "));
  const operation = await operationOf(service, key, words);
  if (operation !== undefined) await service.storage.apply([operation]);
  return key === "message" || operation !== undefined;
}

async function append({ storage, mailbox }: TestService, given: string): Promise<void> {
  const [, address = "", name, flags = "", date = "", text = ""] = /^(\S+) (\S+) \(([^)]*)\) (\S+) (.*)$/.exec(given) ??
    [];
  const { id } = await mailbox(address, name);
  const octets = latin1Bytes(text.replaceAll("\\r", "\r").replaceAll("\\n", "\n"));
  const details = { receivedAt: new Date(date), flags: flags.split(" ").filter((flag) => flag !== "") };
  await storage.apply([{ do: "append", mailbox: id, body: await storage.writeBody(octets), details }]);
}

async function operationOf(
  { account, mailbox }: TestService,
  key: string,
  [address = "", ...words]: readonly string[],
): Promise<Operation | undefined> {
  const [name = "", who = "", rights = ""] = words;
  if (key === "mailbox") return { do: "createMailbox", account: account(address), name };
  if (key === "subscribe") return { do: "subscribe", account: account(address), name };
  if (key === "remove") return { do: "removeMailbox", mailbox: (await mailbox(address, name)).id };
  if (key === "rename") return { do: "renameMailbox", mailbox: (await mailbox(address, name)).id, name: who };
  if (key === "expunge") return { do: "expunge", mailbox: (await mailbox(address, name)).id, uids: [Number(who)] };
  if (key === "metadata") {
    const place = name === '""' ? {} : { mailbox: (await mailbox(address, name)).id };
    return { do: "setMetadata", place, entries: [[who, latin1Bytes(rights)]] };
  }
  if (key === "flags") {
    const [, uid = "", mode, ...flags] = words;
    const change = { mode: mode === "remove" ? "remove" : "add", flags } as const;
    return { do: "setFlags", mailbox: (await mailbox(address, name)).id, uids: [Number(uid)], change };
  }
  if (key === "rights") {
    const { id } = await mailbox(address, name);
    return { do: "setRights", mailbox: id, who: who === "anyone" ? who : account(who), rights };
  }
  if (key !== "quota") return undefined;
  const [storage = 0, messages = 0, mailboxes = 0] = words.map(Number);
  return { do: "setQuota", account: account(address), quota: { storage, messages, mailboxes } };
}
