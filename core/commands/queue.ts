/** `queue …`: mail on its way out. A running server sees changes at once: the storage is shared. */
import type { QueueId } from "../contract/identifiers.ts";
import type { QueuedRecipient, QueueEntry } from "../contract/queue.ts";
import { Refusal } from "../contract/refusal.ts";
import type { Storage } from "../contract/storage.ts";
import { loadServer } from "../server/load_server.ts";
import {
  type Command,
  CommandError,
  configOption,
  type ExitCode,
  type Given,
  jsonOption,
  UsageError,
} from "./command.ts";
import { columns } from "./usage.ts";
import { withFoundation } from "./with_directory.ts";

const ids = { name: "ID", count: "any" } as const;

/** Entries that are read at a time: a queue may be longer than memory. */
const page = 500;

/** All of them. */
export const queueCommands: readonly Command[] = [
  {
    name: "queue list",
    summary: "list mail on its way out, a line for each domain that a message goes to",
    options: [configOption, jsonOption],
    async run(given) {
      await withQueue(given, given.has("json") ? listAsJson : list);
      return 0;
    },
  },
  {
    name: "queue show",
    summary: "show what is known of a message in the queue",
    operands: [{ name: "ID", count: "one" }],
    options: [configOption, jsonOption],
    async run(given) {
      const id = given.operand("ID");
      const entry = await withQueue(given, (storage) => storage.queued(queueId(id)));
      if (entry === undefined) throw new CommandError(`there is no message ${id} in the queue`);
      if (given.has("json")) console.log(JSON.stringify(entry));
      else for (const line of describe(entry)) console.log(line);
      return 0;
    },
  },
  {
    name: "queue retry",
    summary: "try messages now, and not when it is their time",
    operands: [ids],
    options: [{ name: "all", summary: "all that are in the queue" }, configOption],
    async run(given) {
      if (given.has("all") === given.rest.length > 0) {
        throw new UsageError("queue retry: expected the ids of messages, or --all");
      }
      return await withQueue(given, async (storage) => {
        const dueAt = new Date();
        const retry = (entry: QueueId) => storage.apply([{ do: "reschedule", entry, dueAt }]);
        return given.has("all") ? await retryAll(storage, retry) : await forEach(given.rest, "is tried now", retry);
      });
    },
  },
  {
    name: "queue remove",
    summary: "remove messages from the queue; nobody is told",
    operands: [ids],
    options: [configOption],
    async run(given) {
      if (given.rest.length === 0) throw new UsageError("queue remove: expected the ids of messages");
      return await withQueue(
        given,
        (storage) => forEach(given.rest, "is removed", (entry) => storage.apply([{ do: "dequeue", entry }])),
      );
    },
  },
];

async function withQueue<Result>(given: Given, use: (storage: Storage) => Promise<Result>): Promise<Result> {
  return await withFoundation(await loadServer(given.value("config")), ({ storage }) => use(storage));
}

async function* pagesOf(storage: Storage): AsyncGenerator<readonly QueueEntry[]> {
  for (let entries = await storage.queue(undefined, page); entries.length > 0;) {
    yield entries;
    entries = await storage.queue(entries.at(-1)?.id, page);
  }
}

async function list(storage: Storage): Promise<void> {
  for await (const entries of pagesOf(storage)) for (const line of columns(entries.map(row))) console.log(line);
}

async function listAsJson(storage: Storage): Promise<void> {
  let separator = "[";
  for await (const entries of pagesOf(storage)) {
    console.log(separator + entries.map((entry) => JSON.stringify(entry)).join(",\n"));
    separator = ",";
  }
  console.log(separator === "[" ? "[]" : "]");
}

function row(entry: QueueEntry): readonly [string, string] {
  const { id, envelope: { sender, recipients: [first = "", ...others] }, recipients, attempts } = entry;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const reply = recipients.find((recipient) => recipient.reply !== undefined);
  return [
    id,
    `<${sender}> → ${first}${more}  ${attempts} attempts, ${when(entry)}${
      reply === undefined ? "" : `  ${said(reply)}`
    }`,
  ];
}

function describe(entry: QueueEntry): string[] {
  const { id, message, envelope, recipients, queuedAt, attempts, isWarned } = entry;
  return columns([
    ["id", id],
    ["message", message],
    ["sender", `<${envelope.sender}>`],
    ["since", queuedAt.toISOString()],
    ["attempts", String(attempts)],
    ["next", when(entry)],
    ["sender told", isWarned ? "that it is late" : "nothing"],
    ...recipients.map((recipient) => ["recipient", [addressOf(recipient), said(recipient)].join("  ")] as const),
  ]);
}

function when({ dueAt, claim }: QueueEntry): string {
  return claim === undefined || claim.until <= new Date() ? `due ${dueAt.toISOString()}` : "being carried now";
}

function addressOf({ address, original }: QueuedRecipient): string {
  return original === undefined ? address : `${address} (for ${original})`;
}

function said({ reply }: QueuedRecipient): string {
  return reply === undefined ? "" : `${reply.code} ${reply.enhanced} ${reply.text}`;
}

/** Does something with each; what cannot be done is said, and the others are done. */
async function forEach(
  given: readonly string[],
  done: string,
  work: (entry: QueueId) => Promise<unknown>,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  for (const id of given) {
    try {
      await work(queueId(id));
      console.log(`${id} ${done}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      console.error(`${id}: ${error.message}`);
      code = 1;
    }
  }
  return code;
}

async function retryAll(storage: Storage, retry: (entry: QueueId) => Promise<unknown>): Promise<ExitCode> {
  let count = 0;
  for await (const entries of pagesOf(storage)) {
    const outcomes = await Promise.allSettled(entries.map(({ id }) => retry(id)));
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") count++;
      // What is being carried, or has been, needs no retry.
      else if (!(outcome.reason instanceof Refusal) || outcome.reason.kind === "unavailable") throw outcome.reason;
    }
  }
  console.log(`${count} are tried now`);
  return 0;
}

/** What is no id finds nothing. */
function queueId(word: string): QueueId {
  return word as QueueId;
}
