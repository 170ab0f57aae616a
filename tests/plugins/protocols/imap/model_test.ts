/**
 * Several sessions on one mailbox against what the text says that each of their clients must come to know: random commands
 * by all of them, and mail that comes in meanwhile.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message, Storage } from "../../../../core/contract/mod.ts";
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import { ClientModel, type FlagWish, uidsIn } from "./client_model.ts";
import { fred, type ImapClient, logIn, type TestService, testService } from "./talk.ts";

const text = "Subject: x\r\n\r\ntext\r\n";
/** What each of the three clients enables when it comes. */
const enabled = ["", "CONDSTORE", "QRESYNC"];

const place = fc.nat(30);
const wish = fc.record({
  mode: fc.constantFrom("set" as const, "add" as const, "remove" as const),
  flags: fc.uniqueArray(fc.constantFrom("\\Seen", "\\Deleted", "\\Flagged", "Key", "Other"), { maxLength: 3 }),
});
const range = fc.tuple(place, place);
const isUid = fc.boolean();
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("store" as const),
      isUid,
      range,
      wish,
      silent: fc.boolean(),
      unchangedSince: fc.option(fc.constantFrom("known" as const, "old" as const)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("expunge" as const), range: fc.option(range) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("copy" as const, "move" as const), isUid, range, away: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      flags: fc.constantFrom("", "(\\Seen) ", "(\\Deleted) "),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("replace" as const), isUid, place }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const), isUid, range, peek: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("modseqs" as const), isUid, range }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("search" as const), isUid }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("noop" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("idle" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deliver" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reselect" as const), close: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reconnect" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What all sessions share. */
interface World {
  readonly service: TestService;
  readonly storage: Storage;
  readonly messages: () => Promise<readonly Message[]>;
  readonly deliver: () => Promise<unknown>;
}

/** A client with its connection. */
class Actor implements AsyncDisposable {
  readonly #world: World;
  readonly #enables: string;
  #client: ImapClient;
  model = new ClientModel();
  /** How many commands it has sent. */
  commands = 0;

  private constructor(world: World, enables: string, client: ImapClient) {
    this.#world = world;
    this.#enables = enables;
    this.#client = client;
  }

  static async come(world: World, enables: string): Promise<Actor> {
    const actor = new Actor(world, enables, await logIn(world.service));
    await actor.#select("SELECT INBOX");
    return actor;
  }

  get hasModseq(): boolean {
    return this.#enables !== "";
  }

  async run(name: string, rest = ""): Promise<string> {
    this.commands++;
    this.model.begins(name);
    const lines = await this.#client.run(rest === "" ? name : `${name} ${rest}`);
    this.model.takes(lines);
    return lines.at(-1) ?? "";
  }

  /** RFC 9051 §7.5.2: what FETCH says now is what the client should know already. */
  async agrees(): Promise<void> {
    const before = structuredClone(this.model.messages);
    await this.run("FETCH", "1:* (UID FLAGS)");
    const there = new Map((await this.#world.messages()).map((message) => [message.uid, message]));
    for (const [index, known] of before.entries()) {
      const now = this.model.messages[index];
      assertEquals(known.uid ?? now?.uid, now?.uid);
      const stored = there.get(now?.uid ?? 0);
      // What is gone may wait for a command that can tell it.
      if (stored === undefined || known.flags === undefined) continue;
      assertEquals(known.flags, new Set(stored.flags), `flags of ${now?.uid}`);
      if (this.hasModseq && known.modseq !== undefined) assertEquals(now?.modseq ?? known.modseq, known.modseq);
    }
  }

  /** After a command that may tell everything: the client knows what is there, and nothing else. */
  async agreesWithStorage(): Promise<void> {
    await this.run("NOOP");
    await this.run("FETCH", "1:* (UID FLAGS)");
    const stored = await this.#world.messages();
    assertEquals(
      this.model.messages.map(({ uid, flags }) => ({ uid, flags })),
      stored.map(({ uid, flags }) => ({ uid, flags: new Set(flags) })),
    );
    this.model.countsRecent();
  }

  async perform(step: Step): Promise<void> {
    const { model } = this;
    switch (step.do) {
      case "store":
        return await this.#store(step);
      case "expunge":
        if (step.range === null) await this.run("EXPUNGE");
        else await this.run("UID EXPUNGE", this.#uidSet(step.range));
        return;
      case "copy":
      case "move":
        return await this.#withSet(step.do.toUpperCase(), step, step.away ? "away" : "INBOX");
      case "append":
        await this.run("APPEND", `INBOX ${step.flags}{${text.length}+}\r\n${text}`);
        return;
      case "replace": {
        const number = model.messages.length === 0 ? 0 : step.place % model.messages.length + 1;
        const uid = model.messages[number - 1]?.uid;
        if (uid === undefined) return;
        const rest = `${step.isUid ? uid : number} INBOX {${text.length}+}\r\n${text}`;
        await this.run(step.isUid ? "UID REPLACE" : "REPLACE", rest);
        return;
      }
      case "read":
        return await this.#withSet("FETCH", step, `BODY${step.peek ? ".PEEK" : ""}[]<0.1>`);
      case "modseqs":
        return await this.#withSet("FETCH", step, this.hasModseq ? "(MODSEQ UID)" : "UID");
      case "search":
        await this.run(step.isUid ? "UID SEARCH" : "SEARCH", "UNSEEN");
        return;
      case "noop":
        await this.run("NOOP");
        return;
      case "idle":
        return await this.#idle();
      case "deliver":
        await this.#world.deliver();
        return;
      case "reselect":
        if (step.close) await this.run("CLOSE");
        return await this.#select("SELECT INBOX");
      case "reconnect":
        return await this.#reconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  async #store({ isUid, range, wish, silent, unchangedSince }: Step & { readonly do: "store" }): Promise<void> {
    const set = isUid ? this.#uidSet(range) : this.#numberSet(range);
    if (set === undefined) return;
    const uids = isUid ? uidsBetween(this.model, set) : numbersBetween(this.model, set);
    const sign = { set: "", add: "+", remove: "-" }[wish.mode];
    const since = !this.hasModseq || unchangedSince === null
      ? undefined
      : unchangedSince === "old"
      ? 1n
      : this.model.modseq;
    const modifier = since === undefined ? "" : `(UNCHANGEDSINCE ${since}) `;
    const item = `${sign}FLAGS${silent ? ".SILENT" : ""}`;
    const numbers = this.model.uids;
    const reply = await this.run(isUid ? "UID STORE" : "STORE", `${set} ${modifier}${item} (${wish.flags.join(" ")})`);
    if (!silent) return;
    const [, modified] = /\[MODIFIED (\S+)\]/.exec(reply) ?? [];
    const failed = new Set(
      modified === undefined ? [] : isUid ? uidsIn(modified) : uidsIn(modified).map((number) => numbers[number - 1]),
    );
    this.model.assumes(uids.filter((uid) => !failed.has(uid)), wish satisfies FlagWish);
  }

  async #withSet(
    name: string,
    { isUid, range }: { readonly isUid: boolean; readonly range: readonly [number, number] },
    rest: string,
  ): Promise<void> {
    const set = isUid ? this.#uidSet(range) : this.#numberSet(range);
    if (set !== undefined) await this.run(isUid ? `UID ${name}` : name, `${set} ${rest}`);
  }

  #numberSet([one, other]: readonly [number, number]): string | undefined {
    const count = this.model.messages.length;
    return count === 0 ? undefined : `${one % count + 1}:${other % count + 1}`;
  }

  /** Also of UIDs that are not there. */
  #uidSet([one, other]: readonly [number, number]): string {
    return `${one + 1}:${other + 1}`;
  }

  /** Tells all that there is to tell, and ends. */
  async #idle(): Promise<void> {
    const { wire } = this.#client;
    this.commands++;
    this.model.begins("IDLE");
    wire.send("idle IDLE\r\n");
    const lines: string[] = [];
    for (let line = await wire.readLine(); line !== undefined; line = await wire.readLine()) {
      if (line.startsWith("+ ")) wire.send("DONE\r\n");
      else if (line.startsWith("idle ")) return this.model.takes([...lines, line.slice(5)]);
      else lines.push(line);
    }
    throw new Error("the connection has ended");
  }

  async #select(command: string): Promise<void> {
    const { modseq } = this.model;
    this.model = new ClientModel();
    this.model.modseq = modseq;
    await this.run("SELECT", command.slice("SELECT ".length));
    assert(this.model.uidValidity > 0);
    if (this.#enables !== "") await this.run("ENABLE", this.#enables);
    await this.run("FETCH", this.hasModseq ? "1:* (UID FLAGS MODSEQ)" : "1:* (UID FLAGS)");
  }

  /** RFC 7162 §6: the connection breaks, and what the client kept is brought up to date in one command. */
  async #reconnect(): Promise<void> {
    const { uidValidity, modseq, messages } = this.model;
    await this.#client[Symbol.asyncDispose]();
    this.#client = await logIn(this.#world.service);
    if (this.#enables !== "QRESYNC") return await this.#select("SELECT INBOX");
    const kept = new Map(
      messages.flatMap(({ uid, flags }) => uid === undefined || flags === undefined ? [] : [[uid, flags]]),
    );
    await this.#client.run("ENABLE QRESYNC");
    const lines = await this.#client.run(`SELECT INBOX (QRESYNC (${uidValidity} ${modseq}))`);
    for (const line of lines) {
      const [, gone] = /^\* VANISHED \(EARLIER\) (\S+)$/.exec(line) ?? [];
      for (const uid of gone === undefined ? [] : uidsIn(gone)) kept.delete(uid);
      const [, uid, flags = ""] = /^\* \d+ FETCH \(UID (\d+) FLAGS \((.*?)\)/.exec(line) ?? [];
      if (uid !== undefined) {
        kept.set(
          Number(uid),
          new Set(flags.split(" ").filter((flag) => flag !== "" && flag !== "\\Recent")),
        );
      }
    }
    const stored = (await this.#world.messages()).map(({ uid, flags }) =>
      [uid, new Set(flags)] as [number, ReadonlySet<string>]
    );
    assertEquals([...kept].sort(([a], [b]) => a - b), stored, `after QRESYNC from ${modseq}: ${lines.join("\n")}`);
    await this.#select("SELECT INBOX");
  }
}

function uidsBetween({ uids }: ClientModel, set: string): number[] {
  const [from = 0, to = 0] = set.split(":").map(Number).sort((a, b) => a - b);
  return uids.filter((uid) => uid !== undefined).filter((uid) => uid >= from && uid <= to);
}

function numbersBetween({ uids }: ClientModel, set: string): number[] {
  const [from = 0, to = 0] = set.split(":").map(Number).sort((a, b) => a - b);
  return uids.slice(from - 1, to).filter((uid) => uid !== undefined);
}

async function worldOver(storage: Storage | undefined): Promise<World> {
  const service = await testService(storage === undefined ? {} : { storage });
  await service.fill(fred, "away", []);
  await service.fill(fred, "INBOX", Array.from({ length: 5 }, () => text));
  const { id } = await service.mailbox(fred);
  return {
    service,
    storage: service.storage,
    messages: async () => (await service.storage.messages(id)).messages,
    deliver: () => service.fill(fred, "INBOX", [text]),
  };
}

const session = fc.array(fc.record({ actor: fc.nat(2), step }), { minLength: 1, maxLength: 40, size: "max" });

/** One after another: each client must know at every reply what there is to be known. */
async function inTurn(
  storage: Storage | undefined,
  steps: readonly { readonly actor: number; readonly step: Step }[],
): Promise<void> {
  const world = await worldOver(storage);
  await using actors = new AsyncDisposableStack();
  const all: Actor[] = [];
  for (const enables of enabled) all.push(actors.use(await Actor.come(world, enables)));
  for (const { actor: at, step } of steps) {
    const actor = all[at], before = actor?.commands;
    await actor?.perform(step);
    // Who asks nothing is told nothing.
    if (actor?.commands !== before) await actor?.agrees();
  }
  for (const actor of all) await actor.agreesWithStorage();
  assertEquals(world.service.log.lines.filter((line) => line.startsWith("error")), []);
}

/** All at once: when they have come to rest, each client knows what there is. */
async function atOnce(
  storage: Storage | undefined,
  steps: readonly { readonly actor: number; readonly step: Step }[],
): Promise<void> {
  const world = await worldOver(storage);
  await using actors = new AsyncDisposableStack();
  const all: Actor[] = [];
  for (const enables of enabled) all.push(actors.use(await Actor.come(world, enables)));
  await Promise.all(all.map(async (actor, index) => {
    // Others go on meanwhile: what has to be the same at one moment only is not looked at.
    for (const { actor: at, step } of steps) if (at === index && step.do !== "reconnect") await actor.perform(step);
  }));
  for (const actor of all) await actor.agreesWithStorage();
  for (const actor of all) await actor.perform({ do: "reconnect" });
  assertEquals(world.service.log.lines.filter((line) => line.startsWith("error")), []);
}

Deno.test("imap model: sessions that take turns know at every reply what there is (memory)", async () => {
  await fc.assert(fc.asyncProperty(session, (steps) => inTurn(undefined, steps)), { numRuns: 150 });
});

Deno.test("imap model: sessions that work at once come to know the same (memory)", async () => {
  await fc.assert(fc.asyncProperty(session, (steps) => atOnce(undefined, steps)), { numRuns: 150 });
});

for (const [name, play] of [["take turns", inTurn], ["work at once", atOnce]] as const) {
  Deno.test(`imap model: sessions that ${name}, over SQLite`, async () => {
    await fc.assert(
      fc.asyncProperty(session, async (steps) => {
        const { storage, close } = await openSqlite();
        try {
          await play(storage, steps);
        } finally {
          await close();
        }
      }),
      { numRuns: 10 },
    );
  });
}
