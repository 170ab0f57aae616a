/**
 * Plays the RFCs' own examples, `tests/dialogues/pop3`, against POP3, or what is POP3 with something added. Comments say what the server is given: `# given: tls`, `starttls`,
 * `messages 369`, `option login_delay 900s`, `locked`, `account karen password`, `hostname elwood.innosoft.com`,
 * `cram-md5 <challenge>`, `digest-md5 nonce`.
 */
import type { AccountId, AuthMechanism } from "../../../../core/contract/mod.ts";
import { silentLog } from "../../../../core/observe/log.ts";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { cramMd5 } from "../../../../plugins/auth/cram_md5.ts";
import type { CommandTable } from "../../../../plugins/protocols/pop3/command.ts";
import { digestMd5 } from "../../../../plugins/auth/digest_md5/conversation.ts";
import { Nonces } from "../../../../plugins/auth/digest_md5/nonces.ts";
import { testMechanisms } from "../../../support/test_directory.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { FakeMaildrops, mailOf } from "./fake_maildrops.ts";
import { mechanismsWithTimestamp, mrose, testService } from "./talk.ts";

const folder = new URL("../../../dialogues/pop3/", import.meta.url);

/** Their names, without `.txt`. */
export const dialogueNames: readonly string[] = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort()
  .map((name) => name.replace(".txt", ""));

/** What another protocol adds. */
export interface Added {
  /** All its commands. */
  readonly commands?: CommandTable;
  /** Its greeting. */
  readonly greeting?: string;
  /** What a transcript becomes by that. */
  readonly transcript?: (text: string) => string;
}

/** Plays one. */
export async function playDialogue(name: string, added: Added = {}): Promise<void> {
  // One character an octet, as the dialogue has it: UTF-8 stays what it is.
  const original = latin1(await Deno.readFile(new URL(`${name}.txt`, folder)));
  const transcript = added.transcript?.(original) ?? original;
  const given = [...transcript.matchAll(/^# given: (\S+) ?(.*)$/gm)];
  const all = (what: string) => given.flatMap(([, key, value = ""]) => key === what ? value : []);
  const isGiven = (what: string) => all(what).length > 0;
  const sizes = all("messages")[0]?.split(" ").map(Number) ?? [120, 200];
  const accounts = Object.fromEntries(
    all("account").map((text) => {
      const [name = "", password = ""] = text.split(" ");
      return [`${name}@dbc.mtview.ca.us`, password];
    }),
  );
  const maildrops = new FakeMaildrops({
    ...{ [mrose]: sizes.map(mailOf), "test@example.org": [] },
    ...Object.fromEntries(Object.keys(accounts).map((address) => [address, sizes.map(mailOf)])),
  });
  if (isGiven("locked")) maildrops.locked.add(mrose as AccountId);
  const [hostname = "dewey"] = all("hostname");
  const { serve } = testService({
    ...{ maildrops, accounts, hostname, ...added.commands && { commands: added.commands } },
    ...added.greeting !== undefined && { greeting: added.greeting },
    options: Object.fromEntries(all("option").map((text) => text.split(" "))),
    cleartextAuth: !isGiven("strict"),
    mechanisms: mechanismsOf(all("cram-md5")[0], all("digest-md5")[0], hostname),
  });
  await runDialogue(transcript, serve, { startTls: isGiven("starttls"), tls: isGiven("tls") });
}

/** Those of all dialogues, with the challenge or the nonce of an example. */
function mechanismsOf(challenge: string | undefined, nonce: string | undefined, hostname: string): AuthMechanism[] {
  if (nonce !== undefined) {
    const nonces = new Nonces(600_000, () => new Date(0));
    const offered = { realms: [hostname], qop: ["auth"], ciphers: [], hosts: [] } as const;
    const parts = { ...offered, nonces, log: silentLog, freshNonce: () => nonce };
    return testMechanisms().flatMap((mechanism) =>
      mechanism.mechanism === "DIGEST-MD5"
        ? { ...mechanism, exchange: (request) => digestMd5(request, parts) } satisfies AuthMechanism
        : []
    );
  }
  return mechanismsWithTimestamp().map((mechanism) =>
    mechanism.mechanism === "CRAM-MD5" && challenge !== undefined
      ? { ...mechanism, exchange: (request) => cramMd5(request, challenge) }
      : mechanism
  );
}
