/** The delay load: how long a message takes from its last octet to the session that waits for it in IDLE. */
import { ImapClient, selectAll } from "./imap_client.ts";
import { type ImapDelayLoad, type Ran, userName } from "./load.ts";
import { bodyText, header } from "./message_text.ts";
import { WireClient } from "./wire_client.ts";

/** Milliseconds that sessions have been in IDLE before the first message comes, and after which none comes any more. */
const SETTLING = 2500, PATIENCE = 10_000;

/** Runs it; milliseconds of each message, from when its last octet was sent. */
export async function imapDelayLoad(load: ImapDelayLoad): Promise<Ran> {
  using stack = new DisposableStack();
  const waiting = await selectAll(stack, load);
  for (const client of waiting) await client.idle();
  // Dovecot hibernates after a second, and forgets what came just before.
  await new Promise((resolve) => setTimeout(resolve, SETTLING));
  const body = bodyText(load.size);
  const times: number[] = [];
  const begun = performance.now();
  for (let number = 0; number < load.messages; number++) {
    const own = number % load.connections;
    const to = `${userName(load.users, own)}@${load.users.domain}`;
    const text = header(number, to) + body;
    using sender = load.by === "append" ? await appender(load, own, text) : await smtpSender(load.by, to, text);
    using _ = deadline(`message ${number} was never told in IDLE`);
    const sent = performance.now();
    await Promise.all([waiting[own]?.arrival().then(() => times.push(performance.now() - sent)), sender.send()]);
  }
  return { times, begun };
}

/** Ends the load, which has failed, unless it is disposed of in time. */
function deadline(otherwise: string): Disposable {
  const timer = setTimeout(() => {
    throw new Error(otherwise);
  }, PATIENCE);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Sends the message, and ends when it was taken. */
interface Sender extends Disposable {
  send(): Promise<unknown>;
}

async function appender(load: ImapDelayLoad, own: number, text: string): Promise<Sender> {
  const client = await ImapClient.select(load, own);
  return { send: () => client.append(text), [Symbol.dispose]: () => client[Symbol.dispose]() };
}

async function smtpSender(door: { smtp: number; lmtp: boolean }, to: string, text: string): Promise<Sender> {
  const client = await WireClient.connect(door.smtp);
  await client.smtpReply("2");
  const hello = `${door.lmtp ? "LHLO" : "EHLO"} load.example.net`;
  for (const line of [hello, "MAIL FROM:<sender@client.example>", `RCPT TO:<${to}>`]) {
    await client.send(`${line}\r\n`);
    await client.smtpReply("2");
  }
  await client.send("DATA\r\n");
  await client.smtpReply("3");
  const send = async () => {
    await client.send(`${text}.\r\n`);
    await client.smtpReply("2");
  };
  return { send, [Symbol.dispose]: () => client[Symbol.dispose]() };
}
