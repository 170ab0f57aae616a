/** A POP3 service over the storage in memory, which is the contract's specification, with mail in several mailboxes. */
import type { AccountId, Message, Storage } from "../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { type Given, mrose, type TestService, testService } from "./talk.ts";

/** When sessions take place. */
const now: Date = new Date("2026-11-24T07:00:00Z");

/** A message that is there from the start. */
export interface GivenMail {
  /** Default: INBOX. */
  readonly mailbox?: string;
  /** Its subject. */
  readonly subject: string;
  /** How many days ago it came; default: one. */
  readonly days?: number;
  /** Its flags. */
  readonly flags?: readonly string[];
}

/** A service, and the mail behind it. */
export interface KeptMail extends TestService {
  readonly storage: Storage;
  readonly account: AccountId;
  /** Another message arrives. */
  deliver(mail: GivenMail): Promise<void>;
  /** Names of mailboxes, each with the subjects and flags in it: `first $Popped \Seen`. */
  content(): Promise<Readonly<Record<string, readonly string[]>>>;
}

/** Mailboxes that are not INBOX, with their special uses. */
export type GivenMailboxes = Readonly<Record<string, string | undefined>>;

/** A service over mrose's mail. */
export async function keptMail(
  mail: readonly GivenMail[],
  { mailboxes = {}, ...given }: Given & { readonly mailboxes?: GivenMailboxes } = {},
): Promise<KeptMail> {
  const storage = memoryStorage();
  const [{ id: account }] = await storage.apply([{ do: "createAccount", address: mrose, secrets: {} }]);
  for (const [name, specialUse] of Object.entries(mailboxes)) {
    await storage.apply([{ do: "createMailbox", account, name, ...specialUse !== undefined && { specialUse } }]);
  }
  const deliver = async ({ mailbox = "INBOX", subject, days = 1, flags = [] }: GivenMail) => {
    const body = await storage.writeBody(latin1Bytes(`Subject: ${subject}\r\n\r\ntext\r\n`));
    const details = { receivedAt: new Date(now.getTime() - days * 86_400_000), flags };
    await storage.apply([{ do: "deliver", account, mailboxName: mailbox, body, details }]);
  };
  for (const one of mail) await deliver(one);
  const shown = async ({ body, flags }: Message) =>
    [(await storage.summary(body)).envelope.subject ?? "", ...[...flags].sort()].join(" ");
  const content = async () =>
    Object.fromEntries(
      await Promise.all((await storage.mailboxes(account)).map(async ({ id, name }) => {
        const { messages } = await storage.messages(id);
        return [name, await Promise.all(messages.map(shown))] as const;
      })),
    );
  return {
    ...testService({ now: () => now, ...given, storage, ids: { [mrose]: account } }),
    ...{ storage, account, deliver, content },
  };
}
