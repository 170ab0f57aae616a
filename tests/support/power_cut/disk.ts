/**
 * A disk as POSIX lets one be: what a program changed is seen at once, and is there for good when its file, or for names
 * its folder, has been synced. Until then a loss of power may leave any part of it.
 */
import type { Change, Step } from "./recording.ts";

/** What is promised of names. */
export type Semantics =
  /** No more than POSIX says: fsync(2) of the folder, and nothing else, keeps the names in it. */
  | "posix"
  /** As file systems with a journal do: names change in one order for all folders, and each fsync keeps those before it. */
  | "journal";

/** Octets written to a file, or its end cut off, and not yet synced. */
export type FileChange = { readonly at: number; readonly octets: Uint8Array } | { readonly size: number };

/** Names given and taken at once, in one folder, and not yet synced. */
export interface NameChange {
  /** In the order of all changes. */
  readonly number: number;
  /** Undefined: gone. */
  readonly names: readonly (readonly [name: string, file: DiskFile | DiskFolder | undefined])[];
}

/** What is on the disk for good, and what may be. */
abstract class OnDisk<Change> {
  /** Changes that may be there, in their order. */
  readonly loose: Change[] = [];

  /** Takes a change in for good. */
  protected abstract keep(change: Change): void;

  /** Gives what makes all changes that may be there now be there for good, but for those that are under way. */
  found(underWay: ReadonlySet<unknown>): () => void {
    const done = this.loose.filter((change) => !underWay.has(change));
    return () => {
      for (const change of done) {
        const index = this.loose.indexOf(change);
        // Another sync may have been quicker.
        if (index < 0) continue;
        this.loose.splice(index, 1);
        this.keep(change);
      }
    };
  }
}

/** A file. */
export class DiskFile extends OnDisk<FileChange> {
  /** What is there for good; more room than it needs. */
  kept: Uint8Array = new Uint8Array(0);
  /** Octets of it. */
  keptSize = 0;
  /** Octets as programs see it. */
  size = 0;

  protected override keep(change: FileChange): void {
    if ("size" in change) {
      this.kept.fill(0, Math.min(change.size, this.keptSize), this.keptSize);
      this.#makeRoom(change.size);
      this.keptSize = change.size;
      return;
    }
    const end = change.at + change.octets.length;
    this.#makeRoom(end);
    this.kept.set(change.octets, change.at);
    this.keptSize = Math.max(this.keptSize, end);
  }

  #makeRoom(size: number): void {
    if (size <= this.kept.length) return;
    const room = new Uint8Array(2 ** Math.ceil(Math.log2(size)));
    room.set(this.kept);
    this.kept = room;
  }
}

/** A folder. */
export class DiskFolder extends OnDisk<NameChange> {
  /** Names that are there for good. */
  readonly kept: Map<string, DiskFile | DiskFolder> = new Map();
  /** Names as programs see them. */
  readonly seen: Map<string, DiskFile | DiskFolder> = new Map();

  protected override keep(change: NameChange): void {
    applyNames(this.kept, change);
  }
}

/** Changes names. */
export function applyNames(map: Map<string, DiskFile | DiskFolder>, { names }: NameChange): void {
  for (const [name, file] of names) {
    if (file === undefined) map.delete(name);
    else map.set(name, file);
  }
}

/** The folder that was recorded, on such a disk. */
export class Disk {
  /** Itself. */
  readonly root: DiskFolder = new DiskFolder();
  readonly semantics: Semantics;
  /** Changes that have begun and are not done. */
  readonly #underWay = new Set<FileChange | NameChange>();
  readonly #ends = new Map<Change, () => void>();
  readonly #folders = new Set([this.root]);
  #last = 0;

  /** Empty. */
  constructor(semantics: Semantics) {
    this.semantics = semantics;
  }

  /** Takes in a folder as it is, for good. */
  load(path: string, into: DiskFolder = this.root): void {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const file = isDirectory ? this.#newFolder() : new DiskFile();
      into.kept.set(name, file);
      into.seen.set(name, file);
      if (file instanceof DiskFolder) this.load(`${path}/${name}`, file);
      else {
        file.kept = Deno.readFileSync(`${path}/${name}`);
        file.size = file.keptSize = file.kept.length;
      }
    }
  }

  /** Takes the next step of a recording. */
  take(step: Step): void {
    if (step.what === "begins") {
      const end = this.#begin(step.change);
      if (end !== undefined) this.#ends.set(step.change, end);
    } else if (step.what === "done") {
      this.#ends.get(step.change)?.();
      this.#ends.delete(step.change);
    }
  }

  /** Gives what is to be done when the change is. */
  #begin(change: Change): (() => void) | undefined {
    switch (change.do) {
      case "sync":
        return this.#sync(change.path);
      case "open": {
        const file = this.#find(change.path);
        if (file === undefined && change.creates) return this.#name(change.path, new DiskFile());
        return change.empties ? this.#change(change.path, { size: 0 }) : undefined;
      }
      case "make folder":
        return this.#name(change.path, this.#newFolder());
      case "remove":
        return this.#name(change.path, undefined);
      case "link":
        return this.#name(change.to, this.#find(change.path));
      case "rename":
        return this.#rename(change.path, change.to);
      case "cut":
        return this.#change(change.path, { size: change.size });
      case "write":
        return this.#change(change.path, { at: change.at ?? this.#file(change.path).size, octets: change.octets });
    }
  }

  #change(path: string, change: FileChange): () => void {
    const file = this.#file(path);
    file.size = "size" in change ? change.size : Math.max(file.size, change.at + change.octets.length);
    file.loose.push(change);
    return this.#started(change);
  }

  #name(path: string, file: DiskFile | DiskFolder | undefined): () => void {
    const [folder, name] = this.#placeOf(path);
    return this.#nameIn(folder, [[name, file]]);
  }

  #rename(path: string, to: string): () => void {
    const file = this.#find(path), [from, before] = this.#placeOf(path), [folder, after] = this.#placeOf(to);
    if (from !== folder) throw new Error(`${path} leaves its folder`);
    return this.#nameIn(folder, [[before, undefined], [after, file]]);
  }

  #nameIn(folder: DiskFolder, names: NameChange["names"]): () => void {
    const change: NameChange = { number: ++this.#last, names };
    applyNames(folder.seen, change);
    folder.loose.push(change);
    return this.#started(change);
  }

  #started(change: FileChange | NameChange): () => void {
    this.#underWay.add(change);
    return () => void this.#underWay.delete(change);
  }

  /** What had been done when it began is there for good when it is done. */
  #sync(path: string): () => void {
    const file = this.#find(path);
    if (file === undefined) throw new Error(`${path} is synced and is not there`);
    const synced = [file, ...this.semantics === "journal" ? this.#folders : []];
    const found = synced.map((one) => one.found(this.#underWay));
    return () => found.forEach((keep) => keep());
  }

  #newFolder(): DiskFolder {
    const folder = new DiskFolder();
    this.#folders.add(folder);
    return folder;
  }

  #placeOf(path: string): [folder: DiskFolder, name: string] {
    const slash = path.lastIndexOf("/"), folder = this.#find(path.slice(0, Math.max(slash, 0)));
    if (!(folder instanceof DiskFolder)) throw new Error(`${path} is in no folder`);
    return [folder, path.slice(slash + 1)];
  }

  #file(path: string): DiskFile {
    const file = this.#find(path);
    if (!(file instanceof DiskFile)) throw new Error(`${path} is changed and is no file`);
    return file;
  }

  #find(path: string): DiskFile | DiskFolder | undefined {
    let found: DiskFile | DiskFolder | undefined = this.root;
    for (const name of path === "" ? [] : path.split("/")) {
      found = found instanceof DiskFolder ? found.seen.get(name) : undefined;
    }
    return found;
  }
}
