/** What the promises' tests have in common. */
import { assert, assertEquals } from "@std/assert";
import type { AccountId, BodyId, MailboxId } from "../../../core/contract/identifiers.ts";
import type { Mailbox, Message, MessageDetails } from "../../../core/contract/mailbox.ts";
import { Refusal, type RefusalKind } from "../../../core/contract/refusal.ts";
import type { Storage } from "../../../core/contract/storage.ts";

/** When all test messages were received. */
export const received = new Date("2026-11-24T07:00:00.000Z");

/** Details of a message with these flags. */
export function details(...flags: string[]): MessageDetails {
  return { receivedAt: received, flags };
}

/** The octets of a text. */
export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of octets. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A small message. */
export function message(subject: string): Uint8Array {
  return octets(`From: a@example.org\r\nSubject: ${subject}\r\n\r\nThis is ${subject}.\r\n`);
}

/** An account with its INBOX. */
export async function account(storage: Storage, address = "user@example.org"): Promise<AccountId> {
  const [made] = await storage.apply([{ do: "createAccount", address, secrets: {} }]);
  return made.id;
}

/** A mailbox of a new account. */
export async function inbox(storage: Storage, address?: string): Promise<MailboxId> {
  const found = await storage.mailboxByName(await account(storage, address), "INBOX");
  assert(found);
  return found.id;
}

/** Messages in a mailbox, one for each subject, in one batch. */
export async function fill(storage: Storage, mailbox: MailboxId, ...subjects: string[]): Promise<readonly Message[]> {
  const bodies = await Promise.all(subjects.map((subject) => storage.writeBody(message(subject))));
  return await storage.apply(bodies.map((body) => ({ do: "append", mailbox, body, details: details() })));
}

/** One message with these flags. */
export async function append(storage: Storage, mailbox: MailboxId, subject: string, ...flags: string[]): Promise<void> {
  const body = await storage.writeBody(message(subject));
  await storage.apply([{ do: "append", mailbox, body, details: details(...flags) }]);
}

/** A mailbox that is there. */
export async function mailboxOf(storage: Storage, id: MailboxId): Promise<Mailbox> {
  const found = await storage.mailbox(id);
  assert(found, `no mailbox ${id}`);
  return found;
}

/** That a mailbox counts what is in it, that its snapshot is of that, and that it knows the keywords. */
export async function assertCounted(storage: Storage, mailbox: MailboxId): Promise<void> {
  const { mailbox: found, uids, firstUnseen } = await storage.snapshot(mailbox);
  const messages = await messagesOf(storage, mailbox);
  const has = (flag: string) => ({ flags }: Message) => flags.includes(flag);
  const octets = (of: readonly Message[]) => of.reduce((sum, { size }) => sum + size, 0);
  const unseen = messages.filter((message) => !has("\\Seen")(message)), deleted = messages.filter(has("\\Deleted"));
  assertEquals(
    [found.messages, found.size, found.unseen, found.deleted, found.deletedSize],
    [messages.length, octets(messages), unseen.length, deleted.length, octets(deleted)],
  );
  assertEquals([[...uids], firstUnseen], [messages.map(({ uid }) => uid), unseen[0]?.uid]);
  assert(found.recentFrom <= found.uidNext && found.uidNext > (uids.at(-1) ?? 0));
  const known = new Set(found.keywords.map((keyword) => keyword.toLowerCase()));
  assertEquals(known.size, found.keywords.length);
  const keywords = messages.flatMap(({ flags }) => flags.filter((flag) => !flag.startsWith("\\")));
  for (const keyword of keywords) assert(known.has(keyword.toLowerCase()), `does not know ${keyword}`);
}

/** All messages of a mailbox. */
export async function messagesOf(storage: Storage, mailbox: MailboxId): Promise<readonly Message[]> {
  return (await storage.messages(mailbox)).messages;
}

/** Their UIDs. */
export async function uidsOf(storage: Storage, mailbox: MailboxId): Promise<number[]> {
  return (await messagesOf(storage, mailbox)).map(({ uid }) => uid);
}

/** The whole of a body. */
export async function contentOf(storage: Storage, body: BodyId): Promise<string> {
  const opened = await storage.openBody(body);
  return text(await opened.read(0, opened.size));
}

/** The mailbox of an account. */
export async function named(storage: Storage, account: AccountId, name: string): Promise<Mailbox> {
  const found = await storage.mailboxByName(account, name);
  assert(found, `no mailbox ${name}`);
  return found;
}

/** The names of an account's mailboxes. */
export async function namesOf(storage: Storage, account: AccountId): Promise<string[]> {
  return (await storage.mailboxes(account)).map(({ name }) => name);
}

/** That this is refused, and how. */
export async function assertRefused(kind: RefusalKind, work: Promise<unknown>): Promise<void> {
  const outcome = await work.then(() => undefined, (error: unknown) => error);
  assert(outcome instanceof Refusal, `expected a refusal (${kind}), found ${outcome ?? "success"}`);
  assertEquals(outcome.kind, kind);
}
