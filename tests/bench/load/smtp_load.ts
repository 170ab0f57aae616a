/** The SMTP load: MAIL, RCPT, DATA, one after the other, as most clients send. */
import { type SmtpLoad, userName } from "./load.ts";
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

function header(number: number, to: string): string {
  return [
    "From: Load Generator <sender@client.example>",
    `To: <${to}>`,
    `Subject: load test message number ${number}`,
    "Date: Mon, 23 Nov 2026 07:00:00 +0000",
    `Message-ID: <${number}.${crypto.randomUUID()}@client.example>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    "",
  ].join("\r\n");
}

function bodyText(size: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ ";
  let state = 42;
  let text = "";
  while (text.length < size - 300) {
    let line = "";
    while (line.length < 76) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      line += alphabet[(state >>> 16) % alphabet.length];
    }
    text += line + "\r\n";
  }
  return text;
}
