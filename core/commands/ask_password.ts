/** Where passwords come from: standard input for scripts, a terminal for people. Never an argument. */
import { decodeUtf8 } from "../wire/utf8.ts";
import { CommandError, type Given, UsageError } from "./command.ts";

/** Octets of the longest password line. */
const longestLine = 4096;

/** The password for an address, as the options say. @throws UsageError without `--password-stdin` and terminal. */
export async function readPassword(given: Given, address: string): Promise<string> {
  if (given.has("password-stdin")) return await passwordFromStdin();
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError("no password: expected --password-stdin and one line, or a terminal to ask on");
  }
  return askTwice(address);
}

/** One line of standard input. */
export async function passwordFromStdin(): Promise<string> {
  const octets: number[] = [];
  for await (const chunk of Deno.stdin.readable) {
    octets.push(...chunk.subarray(0, longestLine + 1));
    if (octets.length > longestLine) throw new UsageError(`--password-stdin: expected at most ${longestLine} octets`);
  }
  const [password = "", ...more] = decode(Uint8Array.from(octets)).split(/\r?\n/);
  if (password === "" || more.some((line) => line !== "")) {
    throw new UsageError("--password-stdin: expected one line with the password");
  }
  return password;
}

/** Asks on the terminal, without echo, until two answers are the same. */
export function askTwice(address: string): string {
  for (let tries = 0; tries < 3; tries++) {
    const first = ask(`Password for ${address}: `);
    if (first === "") {
      console.error("A password cannot be empty.");
      continue;
    }
    if (ask("Once more: ") === first) return first;
    console.error("These were not the same.");
  }
  throw new CommandError("no password was given");
}

/** Asks on the terminal, without echo. */
function ask(question: string): string {
  const octets: number[] = [];
  const buffer = new Uint8Array(64);
  // Before it is asked for: whoever answers at once is not to be echoed.
  Deno.stdin.setRaw(true);
  try {
    write(question);
    while (true) {
      const read = Deno.stdin.readSync(buffer);
      if (read === null) throw new CommandError("no password was given");
      for (const octet of buffer.subarray(0, read)) {
        if (octet === enter || octet === lineFeed) return decode(Uint8Array.from(octets));
        if (octet === controlC || octet === controlD) throw new CommandError("no password was given");
        if (octet === backspace || octet === del) eraseCharacter(octets);
        else if (octet === controlU) octets.length = 0;
        else octets.push(octet);
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
    write("\n");
  }
}

const enter = 13, lineFeed = 10, backspace = 8, del = 127, controlC = 3, controlD = 4, controlU = 21;

/** UTF-8: the octets that continue a character go with the one that begins it. */
function eraseCharacter(octets: number[]): void {
  let octet = octets.pop();
  while (octet !== undefined && (octet & 0xc0) === 0x80) octet = octets.pop();
}

function decode(octets: Uint8Array): string {
  const text = decodeUtf8(octets);
  if (text === undefined) throw new UsageError("the password is not UTF-8");
  return text;
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
