/** The messages of the loads: all alike but for number, recipient and Message-ID. */

/** Of the message of this number. */
export function header(number: number, to: string): string {
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

/** Lines that no encoding shortens, of about so many octets with their header. */
export function bodyText(size: number): string {
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
  // Joined of single characters it would be walked character by character for every message, which took milliseconds.
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
