/** The SMTP load: MAIL, RCPT, DATA, one after the other, as most clients send. */
import { numbers, type Ran, type SmtpLoad, userName } from "./load.ts";
import { bodyText, header } from "./message_text.ts";
import { WireClient } from "./wire_client.ts";

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
  const text = bodyText(load.size);
  const turns = numbers(load);
  async function connection(client: WireClient) {
    for (const number of turns) {
      const to = `${userName(load.users, number * 7919)}@${load.users.domain}`;
      const begun = performance.now();
      await client.send("MAIL FROM:<sender@client.example>\r\n");
      await client.smtpReply("2");
      await client.send(`RCPT TO:<${to}>\r\n`);
      await client.smtpReply("2");
      await client.send("DATA\r\n");
      await client.smtpReply("3");
      await client.send(`${header(number, to)}${text}.\r\n`);
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
