/** A server that is started by a whole line, used in every way that its rights could matter for, and stopped. */
import { projectFolder } from "../house/project_files.ts";
import { linesOf } from "./lines_of.ts";
import { dialogue } from "./plain_client.ts";

/** What a line is tried with. */
export interface Trial {
  /** After `deno run`. */
  readonly words: readonly string[];
  /** Default: the project. */
  readonly cwd?: string;
  /** Of SMTP and POP3. */
  readonly ports: { readonly smtp: number; readonly pop3: number };
  /** Who gets a message. */
  readonly recipient: string;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What came of it. */
export interface Tried {
  /** Everything that it printed and logged. */
  readonly said: string;
  /** Replies by what was asked; empty where the server did not start. */
  readonly replies: Partial<Record<"delivery" | "spam" | "token" | "capabilities", string>>;
  /** Its exit code. */
  readonly code: number;
}

/** Runs the line. A server is used, then stopped; a command is waited for. */
export async function tryLine({ words, cwd, ports, recipient, env = {} }: Trial): Promise<Tried> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...words],
    cwd: cwd ?? projectFolder,
    env: { ...env, NO_COLOR: "1" },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  const printed = new Response(child.stdout).text();
  const said: string[] = [];
  let replies: Tried["replies"] = {};
  for await (const line of linesOf(child.stderr)) {
    const event: { readonly message: string } = line.startsWith("{") ? JSON.parse(line) : { message: line };
    said.push(line);
    // Using it takes place beside the reading: a full pipe would hold it up.
    if (/\bserving\b/.test(event.message)) {
      use(ports, recipient).then((got) => replies = got).finally(() => child.kill("SIGTERM"));
    }
  }
  const { code } = await child.status;
  return { said: [...said, await printed].join("\n"), replies, code };
}

async function use(ports: Trial["ports"], recipient: string): Promise<Tried["replies"]> {
  return { ...await deliver(ports.smtp, recipient), ...await logIn(ports.pop3, recipient) };
}

async function deliver(port: number, recipient: string) {
  await using client = await dialogue(port);
  await client.line();
  await client.ask("EHLO client.example.com");
  const spam = await client.ask("MAIL FROM:<spam@example.com>");
  await client.ask("RSET");
  const sender = await client.ask("MAIL FROM:<kim@example.com>");
  if (!sender.startsWith("250")) return { spam, delivery: sender };
  await client.ask(`RCPT TO:<${recipient}>`);
  await client.ask("DATA");
  return { spam, delivery: await client.ask("Subject: a line\r\n\r\ntried\r\n.") };
}

async function logIn(port: number, login: string) {
  await using client = await dialogue(port);
  await client.line();
  const capabilities = await client.ask("CAPA", true);
  if (!/^SASL .*XOAUTH2/m.test(capabilities)) return { capabilities };
  const token = await client.ask(`AUTH XOAUTH2 ${btoa(`user=${login}\x01auth=Bearer good\x01\x01`)}`);
  return { capabilities, token };
}
