/** Mailboxes to be searched, and what searches in them give. */
import type { Message } from "../../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../../core/wire/ascii.ts";
import { fred, type Given, type ImapClient, logIn, type TestService, testService } from "../talk.ts";

/** A message of a test; text is one character an octet. */
export interface Made {
  readonly text?: string;
  readonly flags?: readonly string[];
  /** INTERNALDATE; the time of the service unless given. */
  readonly receivedAt?: string;
}

/** Appends messages to one of fred's mailboxes. */
export async function append(
  { storage, mailbox, service }: TestService,
  name: string,
  messages: readonly Made[],
): Promise<readonly Message[]> {
  const { id } = await mailbox(fred, name);
  const bodies = await Promise.all(
    messages.map(({ text = "Subject: x\r\n\r\nbody\r\n" }) => storage.writeBody(latin1Bytes(text))),
  );
  return await storage.apply(messages.map(({ flags = [], receivedAt }, index) => {
    const date = receivedAt === undefined ? service.context.now() : new Date(receivedAt);
    return { do: "append", mailbox: id, body: bodies[index] ?? fail(), details: { receivedAt: date, flags } } as const;
  }));
}

/** A client of fred's that has these messages in its selected INBOX; `await using` it. */
export async function searching(
  messages: readonly Made[],
  given: Given = {},
): Promise<{ readonly client: ImapClient; readonly tested: TestService } & AsyncDisposable> {
  const tested = await testService(given);
  await append(tested, "INBOX", messages);
  const client = await logIn(tested);
  await client.run("SELECT INBOX");
  return { client, tested, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** The sequence numbers that SEARCH gives; the reply where it is not OK. */
export async function found(client: ImapClient, program: string): Promise<readonly number[] | string> {
  const lines = await client.run(`SEARCH ${program}`);
  const reply = lines.at(-1) ?? "";
  if (!reply.startsWith("OK")) return reply;
  const [line = ""] = lines.filter((line) => line.startsWith("* SEARCH"));
  return line.split(" ").slice(2).map(Number);
}

/** A text in UTF-8, one character an octet: a literal that needs no go-ahead. */
export function literal(text: string): string {
  const octets = new TextEncoder().encode(text);
  return `{${octets.length}+}\r\n${String.fromCharCode(...octets)}`;
}

/** UTF-8 of a text, one character an octet. */
export function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function fail(): never {
  throw new Error("there is no such body");
}
