/** A filter, or an extension that places copies, asked about one message on its way through the real delivery. */
import type { AcceptAnswer, ConnectionFacts, SmtpReply } from "../../core/contract/mod.ts";
import type { PluginDefinition } from "../../core/contract/plugin.ts";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { setUp, type Surroundings } from "./set_up.ts";
import { testContext } from "./test_context.ts";

/** A message and how it comes. All of it may be left out. */
export interface Incoming extends Surroundings {
  /** Its octets, one a character; lines may end in LF alone. Default: a small message. */
  readonly message?: string;
  /** Reverse-path. */
  readonly from?: string;
  /** Forward-paths; default: the first account. */
  readonly to?: readonly string[];
  /** About the connection: peer, tls, helo, account. */
  readonly facts?: Partial<ConnectionFacts>;
}

/** What became of it. */
export type Judged =
  | {
    readonly accepted: false;
    readonly stage: "connected" | "sender" | "recipient" | "message";
    readonly reply: SmtpReply;
  }
  | {
    readonly accepted: true;
    /** Each copy: whose, where, with which flags, and its text, one character an octet. */
    readonly copies: readonly {
      readonly address: string;
      readonly mailbox: string;
      readonly flags: readonly string[];
      readonly text: string;
    }[];
  };

/** Brings a message to a server that has one filter. */
export async function judge<Options>(
  plugin: PluginDefinition<"filter", Options>,
  incoming: Incoming = {},
): Promise<Judged> {
  await using filter = await setUp(plugin, incoming);
  const placed = { name: plugin.name, filter: filter.extension, onFailure: "defer" as const };
  return await bring(incoming, { filters: [placed] });
}

/** Brings a message to a server that has one extension. */
export async function place<Options>(
  plugin: PluginDefinition<"extension", Options>,
  incoming: Incoming = {},
): Promise<Judged> {
  await using placing = await setUp(plugin, incoming);
  return await bring(incoming, { extensions: [{ name: plugin.name, extension: placing.extension }] });
}

const small = "From: somebody@example.net\nSubject: A message\n\nText\n";

async function bring(
  incoming: Incoming,
  delivery: NonNullable<Parameters<typeof testContext>[0]>["delivery"] & object,
): Promise<Judged> {
  const { message = small, from = "somebody@example.net" } = incoming;
  const context = await testContext({ ...incoming, delivery });
  const { to = Object.keys(context.accountIds).slice(0, 1) } = incoming;
  const facts: ConnectionFacts = {
    id: "test-1",
    peer: "192.0.2.1",
    tls: false,
    helo: "client.example.net",
    ...incoming.facts,
  };
  const asked = context.delivery;
  const refusedAs = (stage: "connected" | "sender", reply: SmtpReply | undefined) =>
    reply && { accepted: false, stage, reply } as const;
  const early = refusedAs("connected", await asked.connected(facts)) ??
    refusedAs("sender", await asked.sender(facts, from));
  if (early !== undefined) return early;
  const recipients = [];
  for (const address of to) {
    const answer = await asked.recipient(facts, address);
    if (!answer.accepted) return { accepted: false, stage: "recipient", reply: answer.reply };
    recipients.push(answer.recipient);
  }
  const answer: AcceptAnswer = await asked.accept({
    ...{ facts, recipients },
    envelope: { sender: from, recipients: to, bodyType: "8bitmime", smtpUtf8: false },
    id: "test-message",
    trace: latin1Bytes(`Return-Path: <${from}>\r\n`),
    body: latin1Bytes(message.replace(/\r?\n/g, "\r\n")),
  });
  if (!answer.accepted) return { accepted: false, stage: "message", reply: answer.reply };
  return { accepted: true, copies: await copiesOf(context) };
}

async function copiesOf({ storage, accountIds }: Awaited<ReturnType<typeof testContext>>) {
  const copies = [];
  for (const [address, account] of Object.entries(accountIds)) {
    for (const { id, name: mailbox } of await storage.mailboxes(account)) {
      for (const { body, flags } of (await storage.messages(id)).messages) {
        const opened = await storage.openBody(body);
        const text = latin1(await opened.read(0, opened.size));
        copies.push({ address, mailbox, flags, text });
      }
    }
  }
  return copies;
}
