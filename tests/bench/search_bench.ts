/**
 * What searching a large mailbox costs: `deno run -P=test tests/bench/search_bench.ts [MESSAGES] [--no-index]`. How long
 * commands of one session take, how long they stall all others at the worst, what the index of texts takes of the disk, and
 * how quickly messages are stored meanwhile. Texts are words drawn by Zipf's law from made-up ones.
 */
import { cpuUsage, memoryUsage } from "node:process";
import type { MailboxId } from "../../core/contract/mod.ts";
import { encodeUtf8 } from "../../core/wire/utf8.ts";
import type { SqliteStorage } from "../../storage/sqlite/storage.ts";
import { fred, logIn, testService } from "../plugins/protocols/imap/talk.ts";
import { openSqlite } from "../storage/sqlite/open_storage.ts";

/** The same numbers every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const next = random(1);
const syllables = [
  "ka",
  "to",
  "mi",
  "ren",
  "sol",
  "ba",
  "ther",
  "in",
  "qu",
  "ost",
  "el",
  "dra",
  "vi",
  "pun",
  "sch",
  "lo",
];
const words = Array.from({ length: 40_000 }, (_, n) => {
  let word = "";
  for (let left = n + 17; left > 0; left = Math.floor(left / syllables.length)) {
    word += syllables[left % syllables.length];
  }
  return word;
});
const anyWord = () => words[Math.floor(words.length ** next()) - 1] ?? "the";

function text(characters: number): string {
  const lines: string[] = [];
  for (let length = 0; length < characters;) {
    const line = Array.from({ length: 10 }, anyWord).join(" ");
    lines.push(line);
    length += line.length + 2;
  }
  return lines.join("\r\n");
}

/** Every thousandth has the rare word. */
function message(n: number): Uint8Array {
  const date = new Date(Date.UTC(2026, 0, 1) + (n * 7919 % 31_536_000) * 1000).toUTCString();
  const parent = n % 5 === 0
    ? ""
    : `In-Reply-To: <${n - n % 5}@example.org>\r\nReferences: <${n - n % 5}@example.org>\r\n`;
  return encodeUtf8(
    `From: ${anyWord()} <${anyWord()}@example.org>\r\nTo: ${anyWord()}@example.net\r\nDate: ${date}\r\n` +
      `Subject: ${n % 3 === 0 ? "Re: " : ""}${anyWord()} ${anyWord()}\r\nMessage-ID: <${n}@example.org>\r\n${parent}` +
      `Content-Type: text/plain; charset=utf-8\r\n\r\n${text(3600)}\r\n${n % 1000 === 500 ? "zygomorphic\r\n" : ""}`,
  );
}

interface Measured<Result> {
  readonly result: Result;
  readonly took: number;
  readonly cpu: number;
  readonly longest: number;
}

/** The longest time for which nothing else was done, while `work` was; milliseconds. */
async function stalls<Result>(work: () => Promise<Result>): Promise<Measured<Result>> {
  let longest = 0, last = performance.now(), isOver = false;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setTimeout(tick, 0);
  };
  setTimeout(tick, 0);
  const start = performance.now(), before = cpuUsage();
  const result = await work();
  isOver = true;
  // The last stretch has had no tick yet.
  longest = Math.max(longest, performance.now() - last);
  const { user, system } = cpuUsage(before);
  return { result, took: performance.now() - start, cpu: (user + system) / 1000, longest };
}

function print(what: string, milliseconds: number, more = ""): void {
  console.log(`${what.padEnd(58)} ${milliseconds.toFixed(milliseconds < 100 ? 1 : 0).padStart(8)} ms ${more}`);
}

async function fill(storage: SqliteStorage, mailbox: MailboxId, count: number): Promise<number> {
  let took = 0;
  for (let n = 0; n < count; n += 500) {
    const messages = Array.from({ length: Math.min(500, count - n) }, (_, at) => message(n + at));
    const start = performance.now();
    const bodies = await Promise.all(messages.map((octets) => storage.writeBody(octets)));
    await Promise.all(
      bodies.map((body) =>
        storage.apply([{ do: "append", mailbox, body, details: { receivedAt: new Date(), flags: [] } }])
      ),
    );
    took += performance.now() - start;
  }
  return took;
}

if (import.meta.main) {
  const count = Number(Deno.args.find((argument) => /^\d+$/.test(argument)) ?? 100_000);
  const fullText = !Deno.args.includes("--no-index");
  const { storage, file, close } = await openSqlite({ fullText });
  const tested = await testService({ storage });
  const took = await fill(storage, (await tested.mailbox(fred)).id, count);
  print(`stored ${count} messages of 4 KiB`, took, `${Math.round(count / took * 1000)}/s`);
  const before = await sizeOf(file);
  const start = performance.now();
  await storage.indexed();
  print("the index has caught up after another", performance.now() - start);
  const client = await logIn(tested);
  await client.run("EXAMINE INBOX");
  for (
    const command of [
      "SEARCH TEXT zygomorphic",
      "SEARCH TEXT zygomorphic",
      "SEARCH RETURN (COUNT) BODY katomi",
      "SEARCH RETURN (COUNT) TEXT nowhere-to-be-found",
      "SEARCH RETURN (COUNT) TEXT to",
      "SEARCH RETURN (COUNT) SUBJECT katomi",
      "SEARCH RETURN (COUNT) UNSEEN",
      "SEARCH RETURN (COUNT) SENTSINCE 1-Jun-2026",
      "SORT RETURN (COUNT) (ARRIVAL) UTF-8 ALL",
      "SORT RETURN (COUNT) (SUBJECT DATE) UTF-8 ALL",
      "SORT (REVERSE DATE) UTF-8 ALL",
      "THREAD REFERENCES UTF-8 ALL",
      "THREAD ORDEREDSUBJECT UTF-8 ALL",
    ]
  ) {
    const { result, took, cpu, longest } = await stalls(() => client.run(command));
    const [line = ""] = result;
    print(
      command,
      took,
      `CPU ${cpu.toFixed(0)} ms, stall ${longest.toFixed(0)} ms, ${Math.round(memoryUsage().rss / 1e6)} MB; ${
        line.slice(0, 60)
      }`,
    );
  }
  await client[Symbol.asyncDispose]();
  console.log(`file: ${before} MB when stored, ${await sizeOf(file)} MB in the end`);
  await close();
}

async function sizeOf(file: string): Promise<number> {
  return Math.round((await Deno.stat(file)).size / 1e6);
}
