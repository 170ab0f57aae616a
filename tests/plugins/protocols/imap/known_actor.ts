/** Clients of whom each response is held against what the storage holds (`known_model_test.ts`). */
import { assert, assertEquals } from "@std/assert";
import { hasRights, rightsOf } from "../../../../core/mailboxes/access.ts";
import type { MailboxId, Message, Storage } from "../../../../core/contract/mod.ts";
import { keptFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { ClientModel, uidsIn } from "./client_model.ts";
import { has, keys, type Named, type Step, text, TOUR } from "./known_steps.ts";
import { bob, fred, type ImapClient, logIn, type TestService } from "./talk.ts";

/** What all sessions share. */
export class World {
  /** With fred's mailboxes, which bob may use. */
  readonly service: TestService;
  /** Whether there are mailboxes for a tour. */
  readonly isLarge: boolean;

  /** As it begins. */
  constructor(service: TestService, isLarge: boolean) {
    this.service = service;
    this.isLarge = isLarge;
  }

  /** Where the truth is. */
  get storage(): Storage {
    return this.service.storage;
  }

  /** What a mailbox holds; undefined where it is gone. */
  async messages(id: MailboxId): Promise<readonly Message[] | undefined> {
    return await this.storage.mailbox(id) && (await this.storage.messages(id)).messages;
  }

  /** One of fred's mailboxes. */
  async idOf(name: string): Promise<MailboxId | undefined> {
    return (await this.storage.mailboxByName(this.service.account(fred), name))?.id;
  }

  /** As POP3, LMTP and the like do. */
  async outside({ name, how, set, flags }: Step & { readonly do: "outside" }): Promise<void> {
    const mailbox = await this.idOf(name);
    if (mailbox === undefined) return;
    const there = (await this.storage.messages(mailbox)).messages.map(({ uid }) => uid);
    const uids = set.isAll ? there : there.slice(set.from % (there.length + 1)).slice(0, 2);
    const details = { receivedAt: new Date(0), flags };
    if (how === 0) {
      const body = await this.storage.writeBody(new TextEncoder().encode(text));
      await this.storage.apply([{ do: "append", mailbox, body, details }]);
    } else if (how === 1) await this.storage.apply([{ do: "expunge", mailbox, uids: uids.slice(0, 1) }]);
    else {
      const change = { mode: how === 2 ? "set" : set.isUid ? "add" : "remove", flags } as const;
      await this.storage.apply([{ do: "setFlags", mailbox, uids, change }]);
    }
  }
}

interface Selected {
  readonly id: MailboxId;
  readonly name: string;
  readonly isExamined: boolean;
}

/** A client with its connection. */
export class Actor implements AsyncDisposable {
  /** Whose it is. */
  readonly address: string;
  readonly #world: World;
  readonly #enables: string;
  #client: ImapClient;
  #model = new ClientModel();
  #selected: Selected | undefined;
  /** HIGHESTMODSEQ as it was last told. */
  #highest = 0n;
  /** Whether its mailbox was gone, or not to be read, since it was selected. */
  #mayGo = false;
  /** What the search that is kept up to date has found, by its tag. */
  #context: { readonly tag: string; readonly key: string; readonly uids: Set<number> } | undefined;

  private constructor(world: World, address: string, enables: string, client: ImapClient) {
    this.#world = world;
    this.address = address;
    this.#enables = enables;
    this.#client = client;
  }

  /** Connects, and selects INBOX. @param enables QRESYNC, CONTEXT for a search whose results are kept up to date, or nothing. */
  static async come(world: World, address: string, enables: string): Promise<Actor> {
    const actor = new Actor(world, address, enables, await logIn(world.service, address));
    await actor.#begin();
    return actor;
  }

  async #begin(): Promise<void> {
    if (this.#enables === "QRESYNC") await this.#run("ENABLE", "QRESYNC");
    await this.#select("INBOX", false);
  }

  /** Sends it, and takes what comes. @returns The tagged response; undefined where the session has ended. */
  async #run(
    verb: string,
    rest = "",
  ): Promise<{ readonly reply: string; readonly lines: readonly string[] } | undefined> {
    this.#model.begins(verb);
    return await this.#takes(await this.#client.run(rest === "" ? verb : `${verb} ${rest}`));
  }

  async #takes(
    lines: readonly string[],
  ): Promise<{ readonly reply: string; readonly lines: readonly string[] } | undefined> {
    const reply = lines.at(-1) ?? "";
    if (!/^(?:OK|NO|BAD) /.test(reply)) return await this.#ended(lines);
    if (lines.some((line) => line.startsWith("* OK [CLOSED]"))) {
      this.#selected = undefined;
      return { reply, lines };
    }
    this.#model.takes(lines);
    for (const line of lines) {
      const [, modseq] = /\[HIGHESTMODSEQ (\d+)\]/.exec(line) ?? [];
      if (modseq !== undefined) {
        assert(BigInt(modseq) >= this.#highest, `HIGHESTMODSEQ goes back from ${this.#highest}: ${line}`);
        this.#highest = BigInt(modseq);
      }
      this.#contextChanges(line);
    }
    const messages = this.#selected && await this.#world.messages(this.#selected.id);
    if (messages !== undefined) this.#tellsWhatIs(lines, messages);
    return { reply, lines };
  }

  /** RFC 4314 §5.1.1: the mailbox has gone, or may not be read any more. */
  async #ended(lines: readonly string[]): Promise<undefined> {
    assertEquals(lines.at(-1), "* BYE The selected mailbox is gone");
    assert(this.#mayGo || await this.#isShut(), "sent away from what can be read");
    this.#mayGo = false;
    await this.#client[Symbol.asyncDispose]();
    this.#client = await logIn(this.#world.service, this.address);
    this.#selected = undefined;
    await this.#begin();
  }

  /** Whether it has no business in its mailbox any more. */
  async #isShut(): Promise<boolean> {
    return this.#selected !== undefined && !hasRights({ rights: await this.#rights(this.#selected.id) }, "r");
  }

  /** Somebody has done something. */
  async notes(): Promise<void> {
    this.#mayGo ||= await this.#isShut();
  }

  /** RFC 9051 §7.5.2: flags and mod-sequences are those that there are. */
  #tellsWhatIs(lines: readonly string[], messages: readonly Message[]): void {
    this.#numbers(messages);
    const there = new Map(messages.map((message) => [message.uid, message]));
    // While a client idles it is told of one moment after another.
    if (lines.at(-1) === "OK No longer idling") return;
    for (const line of lines) {
      const [, number, items = ""] = /^\* (\d+) FETCH \((.*)$/.exec(line) ?? [];
      if (number === undefined) continue;
      const [, uid] = /\bUID (\d+)/.exec(items) ?? [], [, flags] = /\bFLAGS \((.*?)\)/.exec(items) ?? [];
      const [, modseq] = /\bMODSEQ \((\d+)\)/.exec(items) ?? [];
      const stored = there.get(uid === undefined ? this.#model.uids[Number(number) - 1] ?? 0 : Number(uid));
      if (stored === undefined) continue;
      if (flags !== undefined) assertEquals(flagsIn(flags), new Set(stored.flags), `${line}, UID ${stored.uid}`);
      if (modseq !== undefined) assertEquals(BigInt(modseq), stored.modseq, line);
    }
  }

  /** What has come since the last command need not be asked for: it is what the storage holds beyond. */
  #numbers(messages: readonly Message[]): void {
    const first = this.#model.uids.indexOf(undefined), last = this.#model.uids[first - 1] ?? 0;
    if (first < 0 || first > 0 && last === 0) return;
    const arrived = messages.filter(({ uid }) => uid > last);
    assertEquals(this.#model.messages.length - first, arrived.length, "what was announced");
    for (const [index, { uid }] of arrived.entries()) {
      const message = this.#model.messages[first + index];
      if (message !== undefined) message.uid = uid;
    }
  }

  /** RFC 5267 §4.3. */
  #contextChanges(line: string): void {
    const context = this.#context;
    if (context === undefined || !line.startsWith(`* ESEARCH (TAG "${context.tag}")`)) return;
    for (const [, how, uids = ""] of line.matchAll(/(ADDTO|REMOVEFROM) \(\d+ (\S+?)\)/g)) {
      for (const uid of uidsIn(uids)) {
        if (how === "ADDTO") context.uids.add(uid);
        else assert(context.uids.delete(uid), `${uid} was not among the results: ${line}`);
      }
    }
  }

  #path(name: string): string {
    return this.address === fred ? name : `"Other Users/${fred}/${name}"`;
  }

  async #select(name: string, isExamined: boolean): Promise<void> {
    this.#model = new ClientModel();
    [this.#selected, this.#context, this.#highest] = [undefined, undefined, 0n];
    const id = await this.#world.idOf(name);
    const verb = isExamined ? "EXAMINE" : "SELECT";
    this.#model.begins(verb);
    const lines = await this.#client.run(`${verb} ${this.#path(name)}`);
    // What comes before is of the mailbox that was selected.
    const taken = await this.#takes(lines.slice(lines.findIndex((line) => line.startsWith("* OK [CLOSED]")) + 1));
    if (taken === undefined) return;
    this.#mayGo = false;
    if (!taken.reply.startsWith("OK") || id === undefined) return;
    this.#selected = { id, name, isExamined };
    await this.#look();
    if (this.#enables !== "CONTEXT" || this.#selected === undefined) return;
    const key = "UNSEEN";
    const found = await this.#run("UID SEARCH", `RETURN (ALL UPDATE) ${key}`);
    const [, uids] = /UID ALL (\S+)/.exec(found?.lines.join("\n") ?? "") ?? [];
    if (found !== undefined) {
      this.#context = { tag: this.#client.tag, key, uids: new Set(uids === undefined ? [] : uidsIn(uids)) };
    }
  }

  /** Makes itself known what has come. */
  async #look(): Promise<void> {
    const first = this.#model.messages.findIndex(({ flags }) => flags === undefined);
    if (first >= 0) await this.#run("FETCH", `${first + 1}:* (UID FLAGS)`);
  }

  /** RFC 9051 §5.2: once all can be told, all is known. */
  async agrees(): Promise<void> {
    if (await this.#run("NOOP") === undefined) return;
    await this.#agreesNow();
  }

  async #agreesNow(): Promise<void> {
    const there = this.#selected && await this.#world.messages(this.#selected.id);
    // RFC 4314 §5.1.1: who may not read it any more is sent away.
    if (await this.#isShut()) return;
    if (there === undefined) return;
    assertEquals(this.#model.messages.length, there.length, "how many messages there are");
    const [model, context] = [this.#model, this.#context];
    for (const [index, { uid, flags }] of model.messages.entries()) {
      if (uid !== undefined) assertEquals(uid, there[index]?.uid);
      if (flags !== undefined) assertEquals(flags, new Set(there[index]?.flags), `flags of ${uid} as they were told`);
    }
    if (context !== undefined) {
      const met = keys[context.key] ?? (() => false);
      assertEquals([...context.uids].sort((a, b) => a - b), there.filter(met).map(({ uid }) => uid), context.key);
    }
    await this.#look();
  }

  /** Idles while something happens. */
  async idles(meanwhile: () => Promise<void>): Promise<void> {
    const { wire } = this.#client;
    if (this.#selected === undefined) return await meanwhile();
    this.#model.begins("IDLE");
    wire.send("idle IDLE\r\n");
    const lines: string[] = [];
    for (let line = await wire.readLine(); line !== undefined; line = await wire.readLine()) {
      if (line.startsWith("+ ")) {
        await meanwhile();
        wire.send("DONE\r\n");
      } else lines.push(line.replace(/^idle /, ""));
      if (line.startsWith("idle ")) break;
    }
    if (await this.#takes(lines) !== undefined) await this.#agreesNow();
  }

  /** Does it, and holds what comes of it against the storage. */
  async perform(step: Step): Promise<void> {
    const selected = this.#selected;
    switch (step.do) {
      case "select":
        return await this.#select(step.name, step.isExamined);
      case "tour":
        return await this.#tour();
      case "outside":
        return await this.#world.outside(step);
      case "rights":
        if (this.address === fred) await this.#run("SETACL", `${step.name} ${bob} "${step.rights}"`);
        return;
      case "manage":
        if (this.address !== fred || step.name === "INBOX" && step.how === "DELETE") return;
        await this.#run(step.how, step.how === "RENAME" ? `${step.name} ${step.other}` : step.name);
        return;
      case "append":
        return await this.#append(step);
    }
    if (selected === undefined) return await this.#select("INBOX", false);
    switch (step.do) {
      case "store":
        return await this.#store(selected, step);
      case "fetch":
        return await this.#fetch(selected, step);
      case "search":
        return await this.#search(selected, step);
      case "COPY":
      case "MOVE":
        await this.#run(...this.#with(step.do, step.set, this.#path(step.name)));
        return;
      case "replace":
        await this.#run(
          ...this.#with(
            "REPLACE",
            { ...step.set, to: null, isAll: false },
            `${this.#path(selected.name)} ${literal(step.flags)}`,
          ),
        );
        return;
      case "expunge":
        return await this.#expunge(selected, step);
      case "noop":
        return await this.agrees();
      case "unselect":
        await this.#run("UNSELECT");
        this.#selected = undefined;
        return;
    }
  }

  /** Numbers, or UIDs, some of which there may not be. */
  #set({ isUid, from, to, isAll }: Named): string {
    if (isAll) return "1:*";
    const { length } = this.#model.messages, last = this.#model.uids.findLast((uid) => uid !== undefined) ?? 1;
    const at = (place: number) => isUid ? Math.max(1, last - place % (length + 2)) : place % Math.max(1, length) + 1;
    return to === null ? `${at(from)}` : `${at(from)}:${at(to)}`;
  }

  #with(verb: string, set: Named, rest: string): [verb: string, rest: string] {
    return [set.isUid ? `UID ${verb}` : verb, `${this.#set(set)} ${rest}`];
  }

  /** UIDs of a set, of messages that the client knows. */
  #uids(set: string, isUid: boolean): number[] {
    const known = this.#model.uids,
      [one = 1, other = one] = set.split(":").map((end) => end === "*" ? Infinity : Number(end));
    const [from, to] = [Math.min(one, other), Math.max(one, other)];
    return known.filter((uid) => uid !== undefined).filter((uid) =>
      isUid ? uid >= from && uid <= to : known.indexOf(uid) + 1 >= from && known.indexOf(uid) + 1 <= to
    );
  }

  async #rights(id: MailboxId): Promise<string> {
    const mailbox = await this.#world.storage.mailbox(id);
    return mailbox === undefined ? "" : rightsOf(mailbox, this.#world.service.account(this.address));
  }

  /** RFC 9051 §6.4.6, RFC 7162 §3.1.3. */
  async #store(
    { id, isExamined }: Selected,
    { set, sign, flags, silent, since }: Step & { readonly do: "store" },
  ): Promise<void> {
    const before = await this.#world.messages(id) ?? [], rights = await this.#rights(id);
    const [verb, named] = this.#with("STORE", set, ""), uids = new Set(this.#uids(named.trim(), set.isUid));
    const limit = since === null ? undefined : since === "old" ? 1n : this.#highest;
    const unchangedSince = limit === undefined ? "" : `(UNCHANGEDSINCE ${limit}) `;
    const allowed = keptFlags(flags, { rights });
    const done = await this.#run(
      verb,
      `${named}${unchangedSince}${sign}FLAGS${silent ? ".SILENT" : ""} (${flags.join(" ")})`,
    );
    if (done === undefined) return;
    const isDone = done.reply.startsWith("OK"), [, modified] = /\[MODIFIED (\S+)\]/.exec(done.reply) ?? [];
    if (!isExamined && allowed.length > 0 && before.length > 0 && uids.size === before.length) {
      assert(isDone, done.reply);
    }
    const failed = before.filter(({ uid, modseq }) => uids.has(uid) && limit !== undefined && modseq > limit).map((
      { uid },
    ) => uid);
    if (isDone) {
      const told = modified === undefined
        ? []
        : uidsIn(modified).map((one) => set.isUid ? one : this.#model.uids[one - 1]);
      assertEquals(told, failed, "those that others have changed");
    }
    const after = await this.#world.messages(id) ?? [], kept = new Set(failed);
    assertEquals(
      after.map(({ uid, flags }) => [uid, new Set(flags)] as const),
      before.map(({ uid, flags: had }) => {
        if (!isDone || !uids.has(uid) || kept.has(uid)) return [uid, new Set(had)] as const;
        const own = new Set(had), others = new Set(had).difference(new Set(keptFlags(had, { rights })));
        const now = sign === "+"
          ? own.union(new Set(allowed))
          : sign === "-"
          ? own.difference(new Set(allowed))
          : others.union(new Set(allowed));
        return [uid, now] as const;
      }),
      `${verb} ${named}${sign}FLAGS (${flags.join(" ")}): ${done.reply}`,
    );
    for (const [index, { uid, modseq, flags }] of after.entries()) {
      const [had, old] = [before[index]?.flags ?? [], before[index]?.modseq ?? 0n];
      const isChanged = !new Set(flags).isSubsetOf(new Set(had)) || flags.length !== had.length;
      assertEquals(modseq > old, isChanged, `whether the mod-sequence of ${uid} grew`);
    }
    if (!isDone || !silent) return;
    const wish = { mode: sign === "+" ? "add" : sign === "-" ? "remove" : "set", flags } as const;
    // Who may change only some of them cannot know what has become of the others.
    if (hasRights({ rights }, "stw")) this.#model.assumes([...uids].filter((uid) => !kept.has(uid)), wish);
    else for (const message of this.#model.messages) if (uids.has(message.uid ?? 0)) message.flags = undefined;
  }

  /** RFC 9051 §6.4.5. */
  async #fetch({ id, isExamined }: Selected, { set, items }: Step & { readonly do: "fetch" }): Promise<void> {
    const before = await this.#world.messages(id) ?? [], [verb, named] = this.#with("FETCH", set, "");
    const uids = new Set(this.#uids(named.trim(), set.isUid));
    const isSeen = items === "BODY[]<0.1>" && !isExamined && hasRights({ rights: await this.#rights(id) }, "s");
    const done = await this.#run(verb, `${named}${items}`);
    if (!done?.reply.startsWith("OK")) return;
    const expected = before.map(({ uid, flags }) =>
      [uid, new Set(isSeen && uids.has(uid) ? [...flags, "\\Seen"] : flags)] as const
    );
    assertEquals(
      (await this.#world.messages(id) ?? []).map(({ uid, flags }) => [uid, new Set(flags)] as const),
      expected,
      `${verb} ${items}`,
    );
  }

  /** RFC 9051 §6.4.4, RFC 5256, RFC 7162 §3.1.5. */
  async #search({ id }: Selected, { verb, key, since }: Step & { readonly do: "search" }): Promise<void> {
    const there = await this.#world.messages(id) ?? [], known = this.#model.uids;
    const modseq = since === null ? undefined : BigInt(since % 60);
    const rest = modseq === undefined ? key : `MODSEQ ${modseq} ${key}`;
    const done = await this.#run(verb, verb.endsWith("SORT") ? `(REVERSE ARRIVAL) UTF-8 ${rest}` : rest);
    if (!done?.reply.startsWith("OK")) return;
    const line = done.lines.find((line) => /^\* (?:SEARCH|SORT)/.test(line)) ?? "";
    const numbers = line.replace(/ \(MODSEQ \d+\)/, "").split(" ").slice(2).map(Number);
    const found = verb.startsWith("UID") ? numbers : numbers.map((number) => known[number - 1]);
    const met = keys[key] ?? (() => false);
    const expected = there.filter((message) =>
      known.includes(message.uid) && met(message) && message.modseq >= (modseq ?? 0n)
    );
    assertEquals(found.toSorted(), expected.map(({ uid }) => uid).toSorted(), `${verb} ${rest}: ${line}`);
    const [, highest] = / \(MODSEQ (\d+)\)/.exec(line) ?? [];
    if (highest !== undefined) {
      assertEquals(
        BigInt(highest),
        expected.reduce((most, { modseq }) => modseq > most ? modseq : most, 0n),
      );
    }
  }

  async #append({ name, flags, two }: Step & { readonly do: "append" }): Promise<void> {
    const to = name ?? this.#selected?.name ?? "INBOX", id = await this.#world.idOf(to);
    const before = id === undefined ? undefined : await this.#world.messages(id);
    const done = await this.#run("APPEND", `${this.#path(to)} ${literal(flags)}${two ? ` ${literal(flags)}` : ""}`);
    if (done === undefined) return;
    const isDone = done.reply.startsWith("OK"), count = !isDone ? 0 : two ? 2 : 1;
    if (this.address === fred) assertEquals(isDone, id !== undefined, done.reply);
    const after = id === undefined ? undefined : await this.#world.messages(id);
    assertEquals(after?.length ?? 0, (before?.length ?? 0) + count, done.reply);
    if (this.address === fred) {
      for (const message of after?.slice(before?.length) ?? []) assertEquals(new Set(message.flags), new Set(flags));
    }
  }

  /** RFC 9051 §6.4.3, §6.4.9. */
  async #expunge({ id }: Selected, { set }: Step & { readonly do: "expunge" }): Promise<void> {
    const before = await this.#world.messages(id) ?? [],
      named = set === null ? "1:*" : this.#set({ ...set, isUid: true });
    const uids = new Set(this.#uids(named, true));
    const done = set === null ? await this.#run("EXPUNGE") : await this.#run("UID EXPUNGE", named);
    if (done === undefined) return;
    const isDone = done.reply.startsWith("OK");
    const left = before.filter((message) => !isDone || !uids.has(message.uid) || !has("\\Deleted")(message));
    assertEquals((await this.#world.messages(id) ?? []).map(({ uid }) => uid), left.map(({ uid }) => uid), done.reply);
  }

  /** Reads in more mailboxes than messages are kept of. */
  async #tour(): Promise<void> {
    if (!this.#world.isLarge || this.address !== fred) return;
    const name = this.#selected?.name ?? "INBOX";
    // Its mailbox may have gone, and the session with it.
    if (await this.#run("UNSELECT") === undefined) return;
    this.#selected = undefined;
    for (let index = 0; index < TOUR; index++) {
      await this.#client.run(`SELECT t${index}`);
      assertEquals(await this.#client.run("FETCH 1 UID"), ["* 1 FETCH (UID 1)", "OK Fetched"]);
    }
    await this.#select(name, false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

function literal(flags: readonly string[]): string {
  return `(${flags.join(" ")}) {${text.length}+}\r\n${text}`;
}

function flagsIn(flags: string): Set<string> {
  return new Set(flags.split(" ").filter((flag) => flag !== "" && flag !== "\\Recent"));
}
