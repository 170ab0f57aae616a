/**
 * A storage over a plain folder: each message a file, each batch a record at the end of a journal, which is played again at
 * the start. What it keeps in memory is the program's own storage in memory, the specification in code.
 * An example: it shows what a storage promises. The journal only grows, and all that is in the folder is in memory too.
 *
 *     storage: { use: ./folder_storage.ts, options: { folder: /var/mail/folder } }
 */
import { deserialize, serialize } from "node:v8";
import {
  type BodyContent,
  type BodyId,
  definePlugin,
  type Lifecycle,
  memoryStorage,
  type Operation,
  options,
  Refusal,
  type Storage,
  text,
} from "@quetzal/server/testing";

export default definePlugin({
  apiVersion: 1,
  kind: "storage",
  name: "folder",
  summary: "Keeps mail in a plain folder",
  options: options({ folder: text("a folder") }),
  setup: ({ now }, { folder }) => openFolder(folder, now),
});

/** A batch as the journal has it. */
interface Record {
  readonly at: number;
  readonly batch: readonly Operation[];
}

/** Opens the folder and plays its journal. */
export async function openFolder(folder: string, now: () => Date): Promise<Storage & Lifecycle> {
  await Deno.mkdir(`${folder}/bodies`, { recursive: true, mode: 0o700 });
  const journal = await Deno.open(`${folder}/journal`, { read: true, append: true, create: true, mode: 0o600 });
  // Their names too: what is written into a file without one is lost with the power.
  await syncFolder(folder);
  // Two would cut off each other's records. Commands that change accounts have to wait until the server is stopped.
  if (!await journal.tryLock(true)) {
    journal.close();
    throw new Error(`${folder}: another process has it open`);
  }
  // While the journal is played it is the time of the record.
  let time: number | undefined;
  const inner = memoryStorage({ now: () => time === undefined ? now() : new Date(time) });
  const bodies = new BodyNames();
  const inside = (body: BodyId) => bodies.inside(body);
  /** Octets of the journal up to the end of its last whole record. */
  let length = 0;
  for (const { record: { at, batch }, end } of records(await Deno.readFile(`${folder}/journal`))) {
    time = at;
    length = end;
    for (const name of batch.flatMap(bodyOf)) {
      if (!bodies.has(name)) bodies.add(name, await inner.writeBody(await Deno.readFile(`${folder}/bodies/${name}`)));
    }
    try {
      await inner.apply(batch.map((operation) => withBody(operation, inside)));
    } catch (error) {
      // What was refused then is refused again; anything else would leave a part of the mail out.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  time = undefined;
  for await (const { name } of Deno.readDir(`${folder}/bodies`)) {
    if (!bodies.has(name as BodyId)) await Deno.remove(`${folder}/bodies/${name}`);
  }
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other; first the disk, then the memory: nobody sees what is not durable. */
  const apply = (batch: readonly Operation[]): Promise<unknown> => {
    const done = last.then(async () => {
      const at = now().getTime();
      try {
        // Half a record, left by a crash or a full disk, would hide those after it.
        await journal.truncate(length);
        length += await append(journal, { at, batch });
      } catch (cause) {
        throw new Refusal("unavailable", "mail cannot be stored for now", { cause });
      }
      time = at;
      try {
        return bodies.outside(await inner.apply(batch.map((operation) => withBody(operation, inside))));
      } finally {
        time = undefined;
      }
    });
    last = done.catch(() => {});
    return done;
  };
  const own = {
    apply,
    changeAccounts: async (batch: readonly Operation[]) => void await apply(batch),
    async writeBody(content: BodyContent): Promise<BodyId> {
      const isPrefix = !(content instanceof Uint8Array) && "prefix" in content;
      const id = await inner.writeBody(isPrefix ? { ...content, body: inside(content.body) } : content);
      const body = await inner.openBody(id), name = crypto.randomUUID() as string as BodyId;
      await writeDurably(`${folder}/bodies`, name, await body.read(0, body.size));
      bodies.add(name, id);
      return name;
    },
    discardBody: (body: BodyId) => inner.discardBody(inside(body)),
    openBody: (body: BodyId) => inner.openBody(inside(body)),
    openBodies: (all: readonly BodyId[]) => inner.openBodies(all.map(inside)),
    summary: (body: BodyId) => inner.summary(inside(body)),
    summaries: (all: readonly BodyId[]) => inner.summaries(all.map(inside)),
    async stop() {
      await last;
      journal.close();
    },
  };
  return new Proxy(inner, {
    get(target, key) {
      if (Reflect.has(own, key)) return Reflect.get(own, key);
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const result: unknown = value.apply(target, given);
        return result instanceof Promise ? result.then((given) => bodies.outside(given)) : result;
      };
    },
  });
}

/** Bodies are called by their files, for ever; the storage in memory has names of its own for them. */
class BodyNames {
  readonly #inside = new Map<BodyId, BodyId>();
  readonly #outside = new Map<BodyId, BodyId>();

  has(name: BodyId): boolean {
    return this.#inside.has(name);
  }

  add(name: BodyId, inside: BodyId): void {
    this.#inside.set(name, inside);
    this.#outside.set(inside, name);
  }

  inside(name: BodyId): BodyId {
    return this.#inside.get(name) ?? name;
  }

  /** Whatever was read, with the names of files. */
  outside(given: unknown): unknown {
    if (Array.isArray(given)) return given.map((one) => this.outside(one));
    if (typeof given !== "object" || given === null) return given;
    for (const list of ["messages", "changed"] as const) {
      const inner: unknown = Reflect.get(given, list);
      if (Array.isArray(inner)) return { ...given, [list]: this.outside(inner) };
    }
    if (!("body" in given) || typeof given.body !== "string") return given;
    return { ...given, body: this.#outside.get(given.body as BodyId) ?? given.body };
  }
}

function bodyOf(operation: Operation): BodyId[] {
  if (operation.do === "append" || operation.do === "deliver") return [operation.body];
  return operation.do === "enqueue" ? [operation.entry.body] : [];
}

/** The same operation with another body, where it has one. */
function withBody(operation: Operation, other: (body: BodyId) => BodyId): Operation {
  switch (operation.do) {
    case "append":
    case "deliver":
      return { ...operation, body: other(operation.body) };
    case "enqueue":
      return { ...operation, entry: { ...operation.entry, body: other(operation.entry.body) } };
    default:
      return operation;
  }
}

/** A record is its length in four octets, and itself. One that was cut off by a crash was never acknowledged. */
function* records(octets: Uint8Array): Generator<{ readonly record: Record; readonly end: number }> {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let at = 0; at + 4 <= octets.length;) {
    const end = at + 4 + view.getUint32(at);
    if (end > octets.length) return;
    yield { record: deserialize(octets.subarray(at + 4, end)) as Record, end };
    at = end;
  }
}

/** @returns How many octets it takes. */
async function append(journal: Deno.FsFile, record: Record): Promise<number> {
  const octets = serialize(record);
  const framed = new Uint8Array(4 + octets.length);
  new DataView(framed.buffer).setUint32(0, octets.length);
  framed.set(octets, 4);
  for (let at = 0; at < framed.length;) at += await journal.write(framed.subarray(at));
  await journal.syncData();
  return framed.length;
}

/** The file, and its name in the folder: without that one there would be a message whose body nobody finds. */
async function writeDurably(folder: string, name: string, octets: Uint8Array): Promise<void> {
  {
    using file = await Deno.open(`${folder}/${name}`, { write: true, createNew: true, mode: 0o600 });
    for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
    await file.sync();
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  using opened = await Deno.open(folder);
  await opened.sync();
}
