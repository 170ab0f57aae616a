/** The SMTP load: MAIL, RCPT, DATA, one after the other, as most clients send. */
import { type SmtpLoad, userName } from "./load.ts";
import { bodyText, header } from "./message_text.ts";
import { WireClient } from "./wire_client.ts";

/** Runs it; the milliseconds from MAIL to the last 250 of every message. */
export async function smtpLoad(load: SmtpLoad): Promise<number[]> {
  const times: number[] = [];
  const text = bodyText(load.size);
  let started = 0;
  async function connection() {
    using client = await WireClient.connect(load.port);
    await client.smtpReply("2");
    await client.send(`${load.lmtp ? "LHLO" : "EHLO"} load.example.net\r\n`);
    await client.smtpReply("2");
    while (started < load.messages) {
      const number = started++;
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
  await Promise.all(Array.from({ length: load.connections }, connection));
  return times;
}
