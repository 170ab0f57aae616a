import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { DatasetOwner } from "../../core/contract/datasets.ts";
import type { AccountId, BodyId, MailboxId, QueueId } from "../../core/contract/identifiers.ts";
import type { Mailbox, Message, MetadataPlace } from "../../core/contract/mailbox.ts";
import type { NewQueueEntry } from "../../core/contract/queue.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Operation, Storage } from "../../core/contract/storage.ts";
import { memoryStorage } from "../../storage/memory/storage.ts";
import { assertInvariants } from "../storage/sqlite/invariants.ts";
import { openSqlite } from "../storage/sqlite/open_storage.ts";
import { assertCounted, contentOf, details, message } from "./storage/support.ts";

/** The clock of both: a date is a result as well. */
const now = () => new Date("2026-11-24T08:00:00Z");

const few = (most: number) => fc.nat({ max: most });
const names = fc.constantFrom("INBOX", "a", "a/b", "a/b/c", "b", "A", "inbox/x", "a//b", "ü", "u\u0308");
const flags = fc.array(fc.constantFrom("\\Seen", "\\seen", "Work", "work", "x", "no flag"), { maxLength: 3 });
const uids = fc.array(fc.oneof(few(12), fc.tuple(few(12), few(12))), { maxLength: 3 });
const change = fc.record({
  mode: fc.constantFrom("set" as const, "add" as const, "remove" as const),
  flags,
  unchangedSince: few(30).map(BigInt),
}, { requiredKeys: ["mode", "flags"] });
const quota = fc.record({ storage: few(300), messages: few(6), mailboxes: few(5) }, { requiredKeys: [] });
const use = fc.constantFrom("\\Sent", "\\sent", "\\Junk", "Sent", undefined);
const entry = fc.tuple(
  fc.constantFrom("/a", "/A", "/b", "a"),
  fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
);
const address = fc.constantFrom("a@x", "b@x", "c@x");
const runner = fc.constantFrom("r1", "r2");
/** Minutes around the time of both. */
const minutes = (at: number) => new Date(now().getTime() + (at - 10) * 60_000);
const stored = fc.record({
  path: fc.constantFrom("/a/", "/a/b/", "/b/", "a"),
  name: fc.constantFrom("", "x", "é"),
  value: fc.uint8Array({ maxLength: 3 }),
}, { requiredKeys: ["path", "name"] });

/** Operations name things by their place among those that there are. */
const step = fc.oneof(
  fc.record({ do: fc.constant("createAccount" as const), address }),
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeAccount" as const), account: few(3) }) },
  fc.record({ do: fc.constantFrom("setAlias" as const, "removeAlias" as const), address }),
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), mailbox: few(8), body: few(5), flags }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), account: few(3), name: names, body: few(5) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("setFlags" as const), mailbox: few(8), uids, change }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("copy" as const), from: few(8), to: few(8), uids, without: flags }, {
      requiredKeys: ["do", "from", "to", "uids"],
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("move" as const), from: few(8), to: few(8), uids }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { do: fc.constant("expunge" as const), mailbox: few(8), uids, onlyDeleted: fc.constant(true as const) },
      { requiredKeys: ["do", "mailbox", "uids"] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("createMailbox" as const), account: few(3), name: names, use }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("renameMailbox" as const), mailbox: few(8), name: names }) },
  fc.record({ do: fc.constant("removeMailbox" as const), mailbox: few(8) }),
  fc.record({ do: fc.constant("takeRecent" as const), mailbox: few(8), before: few(6) }, {
    requiredKeys: ["do", "mailbox"],
  }),
  fc.record({ do: fc.constant("setQuota" as const), account: few(3), quota }),
  fc.record({ do: fc.constant("setSpecialUse" as const), mailbox: few(8), use }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("setRights" as const),
      mailbox: few(8),
      account: few(4),
      rights: fc.constantFrom("", "lr", "rl", "l0", "L"),
      mode: fc.constantFrom("add" as const, "remove" as const),
    }, { requiredKeys: ["do", "mailbox", "account", "rights"] }),
  },
  fc.record({ do: fc.constantFrom("subscribe" as const, "unsubscribe" as const), account: few(3), name: names }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("enqueue" as const), body: few(5), at: few(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("claimQueued" as const), runner, most: few(3), at: few(20) }) },
  fc.record({ do: fc.constant("extendClaims" as const), runner, entry: few(4), at: few(20) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("reschedule" as const),
      entry: few(4),
      at: few(20),
      runner,
      isAttempt: fc.boolean(),
    }, { requiredKeys: ["do", "entry", "at", "isAttempt"] }),
  },
  fc.record({ do: fc.constant("dequeue" as const), entry: few(4), runner }, { requiredKeys: ["do", "entry"] }),
  fc.record({
    do: fc.constant("setMetadata" as const),
    mailbox: fc.option(few(8)),
    account: fc.option(few(3)),
    entries: fc.array(entry, { maxLength: 3 }),
    onlyNew: fc.constant(true as const),
  }, { requiredKeys: ["do", "mailbox", "account", "entries"] }),
  fc.record({
    do: fc.constant("storeEntries" as const),
    account: few(4),
    asOf: fc.constantFrom(0, Infinity, Infinity),
    most: fc.constantFrom(215, Infinity),
    stored: fc.array(stored, { maxLength: 3 }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A message on its way out. */
function entryOf(body: BodyId, dueAt: Date): NewQueueEntry {
  const addresses = ["a@y", "b@y"];
  const envelope = { sender: "c@x", recipients: addresses, bodyType: "7bit", smtpUtf8: false } as const;
  return {
    ...{ domain: "y", envelope, recipients: addresses.map((address) => ({ address })), body, message: "m", dueAt },
    queuedAt: now(),
  };
}

/** One storage under test: what it calls its accounts, mailboxes and bodies, in the order in which both made them. */
class Side {
  readonly storage: Storage;
  bodies: BodyId[] = [];
  constructor(storage: Storage) {
    this.storage = storage;
  }

  async batch(steps: readonly Step[]): Promise<unknown> {
    const accounts = await this.storage.accounts();
    const mailboxes = (await Promise.all(accounts.map(({ id }) => this.storage.mailboxes(id)))).flat();
    this.bodies = await Promise.all(["0", "1", "2", "3", "4"].map((text) => this.storage.writeBody(message(text))));
    const queue = await this.storage.queue();
    const queued = (at: number) => queue[at]?.id ?? "777" as QueueId;
    const account = (at: number) => accounts[at]?.id ?? "777" as AccountId;
    const mailbox = (at: number) => mailboxes[at]?.id ?? 777 as MailboxId;
    const body = (at: number) => this.bodies[at] ?? "777" as BodyId;
    const operations = steps.map((step): Operation => {
      switch (step.do) {
        case "createAccount":
          return { ...step, secrets: { of: step.address } };
        case "setAlias":
          return { ...step, to: ["a@x"] };
        case "removeAlias":
          return { do: step.do, address: step.address };
        case "removeAccount":
          return { ...step, account: account(step.account) };
        case "createMailbox": {
          const { do: does, name, use } = step;
          return { do: does, account: account(step.account), name, ...use !== undefined && { specialUse: use } };
        }
        case "setQuota":
        case "subscribe":
        case "unsubscribe":
          return { ...step, account: account(step.account) };
        case "setSpecialUse":
          return { do: step.do, mailbox: mailbox(step.mailbox), specialUse: step.use };
        case "setRights": {
          // One more than the accounts there can be stands for anyone.
          const { account: at, ...change } = step;
          return { ...change, mailbox: mailbox(step.mailbox), who: at === 4 ? "anyone" : account(at) };
        }
        case "setMetadata": {
          const place = {
            ...step.mailbox !== null && { mailbox: mailbox(step.mailbox) },
            ...step.account !== null && { account: account(step.account) },
          };
          return { do: step.do, place, entries: step.entries, ...step.onlyNew && { onlyNew: true } };
        }
        case "storeEntries": {
          const { account: at, stored: entries, asOf, most } = step;
          return { do: step.do, owner: at === 4 ? "everybody" : account(at), asOf, most, entries };
        }
        case "append":
          return {
            do: step.do,
            mailbox: mailbox(step.mailbox),
            body: body(step.body),
            details: details(...step.flags),
          };
        case "deliver": {
          const [id, octets] = [account(step.account), body(step.body)];
          // Those that were not delivered by SMTP have none.
          const envelope = step.body < 2 ? undefined : { sender: "", recipient: `${step.body}@x` };
          const given = { ...details(), ...envelope && { envelope } };
          return { do: step.do, account: id, mailboxName: step.name, body: octets, details: given };
        }
        case "enqueue":
          return { do: step.do, entry: entryOf(body(step.body), minutes(step.at)) };
        case "claimQueued":
          return { ...step, until: minutes(step.at) };
        case "extendClaims":
          return { ...step, entries: [queued(step.entry)], until: minutes(step.at) };
        case "reschedule": {
          const { isAttempt, at, ...rest } = step;
          const attempt = { recipients: [{ address: "b@y" }], isWarned: true };
          return { ...rest, entry: queued(step.entry), dueAt: minutes(at), ...isAttempt && { attempt } };
        }
        case "dequeue":
          return { ...step, entry: queued(step.entry) };
        case "copy":
        case "move":
          return { ...step, from: mailbox(step.from), to: mailbox(step.to) };
        default:
          return { ...step, mailbox: mailbox(step.mailbox) };
      }
    });
    try {
      return (await this.storage.apply(operations)).map(nameless);
    } catch (error) {
      // Which of several reasons is told is not promised.
      if (error instanceof Refusal) return "refused";
      throw error;
    }
  }

  /** All that can be read. */
  async state(since: bigint): Promise<unknown> {
    const { storage } = this;
    const accounts = await storage.accounts();
    const place = (id: string) => String(accounts.findIndex((account) => account.id === id));
    const shown = ({ rights, ...mailbox }: Mailbox) => [
      nameless(mailbox),
      Object.entries(rights).map(([who, letters]) => [who === "anyone" ? who : place(who), letters]).sort(),
    ];
    const queue = await storage.queue();
    const outgoing = [
      queue.map(nameless),
      await Promise.all(queue.map(({ body }) => contentOf(storage, body))),
      [(await storage.queue()).length, await storage.nextDue(new Date(0)), await storage.nextDue(now())],
    ];
    const owned = await Promise.all(accounts.map(async ({ id, ...account }) => {
      const mailboxes = await storage.mailboxes(id);
      const pages = await Promise.all(mailboxes.map(async (mailbox) => {
        const page = await storage.messages(mailbox.id, { changedSince: since, after: 1, most: 4 });
        const all = await storage.messages(mailbox.id);
        const contents = await Promise.all(all.messages.map(({ body }) => contentOf(storage, body)));
        await assertCounted(storage, mailbox.id);
        return [
          shown(mailbox),
          { ...page, messages: page.messages.map(nameless) },
          all.messages.map(nameless),
          contents,
          [...await storage.envelopes(mailbox.id)],
          [...await storage.envelopes(mailbox.id, [2, [4, 6]])],
          await storage.summaries(all.messages.map(({ body }) => body)),
          await this.#metadata({ mailbox: mailbox.id }),
          await Promise.all(accounts.map(({ id }) => this.#metadata({ mailbox: mailbox.id, account: id }))),
        ];
      }));
      const shared = await storage.mailboxesSharedWith(id);
      return [
        nameless(account),
        pages,
        shared.map((mailbox) => [place(mailbox.account), ...shown(mailbox)]),
        await storage.subscriptions(id),
        await this.#metadata({ account: id }),
        await this.#metadata({}),
        await this.#datasets(id),
        await this.#datasets("everybody"),
      ];
    }));
    return [owned, outgoing];
  }

  async #datasets(owner: DatasetOwner): Promise<unknown> {
    const { storage } = this;
    const datasets = await Promise.all(["/a/", "/a/b/", "/b/"].map(async (path) => {
      const { entries, removed } = await storage.dataset({ owner, path }, { removedSince: 0 });
      const byTime = [...entries].sort((a, b) => a.modtime - b.modtime).map(({ name }) => name);
      return [entries.map(({ name, value }) => [name, value]), byTime, removed.map(({ name }) => name)];
    }));
    const places = (await storage.datasets("/a/", owner)).map(({ path }) => path);
    return [datasets, places, await storage.datasetOctets(owner)];
  }

  async #metadata(place: MetadataPlace): Promise<unknown> {
    return [...await this.storage.metadata(place)].sort(([a], [b]) => a < b ? -1 : 1);
  }
}

/** Without what each storage chooses itself. */
function nameless(result: unknown): unknown {
  if (typeof result !== "object" || result === null) return result;
  // In which order entries are claimed is not promised.
  if (Array.isArray(result)) return result.map(nameless).sort((a, b) => Deno.inspect(a) < Deno.inspect(b) ? -1 : 1);
  if ("changed" in result && Array.isArray(result.changed)) return { ...result, changed: result.changed.map(nameless) };
  const { id: _id, account: _account, body: _body, uidValidity: _validity, ...rest } = result as Partial<
    Mailbox & Message
  >;
  return rest;
}

Deno.test("storage: whatever is done, SQLite answers and keeps what memory does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 25 }), async (batches) => {
      const opened = await openSqlite({ now });
      try {
        const sqlite = new Side(opened.storage), memory = new Side(memoryStorage({ now }));
        for (const side of [sqlite, memory]) await side.batch([{ do: "createAccount", address: "a@x" }]);
        for (const steps of batches) assertEquals(await sqlite.batch(steps), await memory.batch(steps));
        assertEquals(await sqlite.state(3n), await memory.state(3n));
        assertInvariants(opened.file);
        const reopened = new Side(await opened.reopen());
        assertEquals(await reopened.state(0n), await memory.state(0n));
      } finally {
        await opened.close();
      }
    }),
    { numRuns: 60 },
  );
});
