/** The SMTP load: MAIL, RCPT, DATA, one after the other, as most clients send. */
import { numbers, type Ran, type SmtpLoad, userName } from "./load.ts";
import { bodyText, header } from "./message_text.ts";
import { WireClient } from "./wire_client.ts";

const encoder = new TextEncoder();
/** Octets of a header at most. */
const mostOfHeader = 1024;

/** Runs it; the milliseconds from MAIL to the last 250 of every message. */
export async function smtpLoad(load: SmtpLoad): Promise<Ran> {
  using stack = new DisposableStack();
  const clients = await Promise.all(Array.from({ length: load.connections }, async () => {
    const client = stack.use(await WireClient.connect(load.port));
    await client.smtpReply("2");
    await client.send(`${load.lmtp ? "LHLO" : "EHLO"} load.example.net\r\n`);
    await client.smtpReply("2");
    return client;
  }));
  const times: number[] = [];
  const body = encoder.encode(`${bodyText(load.size)}.\r\n`);
  const turns = numbers(load);
  async function connection(client: WireClient) {
    // The bodies are all alike: each header is written in front of it.
    const text = new Uint8Array(mostOfHeader + body.length);
    text.set(body, mostOfHeader);
    for (const number of turns) {
      const to = `${userName(load.users, number * 7919)}@${load.users.domain}`;
      const begun = performance.now();
      await client.send("MAIL FROM:<sender@client.example>\r\n");
      await client.smtpReply("2");
      await client.send(`RCPT TO:<${to}>\r\n`);
      await client.smtpReply("2");
      await client.send("DATA\r\n");
      await client.smtpReply("3");
      const head = encoder.encode(header(number, to));
      text.set(head, mostOfHeader - head.length);
      await client.send(text.subarray(mostOfHeader - head.length));
      await client.smtpReply("2");
      times.push(performance.now() - begun);
    }
    await client.send("QUIT\r\n");
    await client.smtpReply("2");
  }
  const begun = performance.now();
  await Promise.all(clients.map(connection));
  return { times, begun };
}
