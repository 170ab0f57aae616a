/** What programs did to a folder and said to their clients, in the order in which it happened. */
import { type Call, type Happening, octetsIn, placeIn } from "./strace_text.ts";

/** What a call does to files. Paths are relative to the folder, which is "". */
export type Change =
  | { readonly do: "open"; readonly path: string; readonly creates: boolean; readonly empties: boolean }
  | { readonly do: "make folder" | "remove" | "sync"; readonly path: string }
  /** Absent: at the end. */
  | { readonly do: "write"; readonly path: string; readonly at?: number; readonly octets: Uint8Array }
  | { readonly do: "cut"; readonly path: string; readonly size: number }
  | { readonly do: "link" | "rename"; readonly path: string; readonly to: string };

/** One step. A change begins and is done; in between, nobody knows how much of it has been. */
export type Step =
  | { readonly what: "begins" | "done"; readonly change: Change }
  /** Octets begin to go over a connection; after them, so many have gone in all. */
  | { readonly what: "says"; readonly connection: string; readonly octets: number }
  /** A program has ended: that which was recorded at this place in the list. */
  | { readonly what: "ended"; readonly program: number };

/** The calls that must be traced: all that change files, or say something. */
export const tracedCalls: readonly string[] = [
  ...["openat", "open", "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir"],
  ...["link", "linkat", "symlink", "symlinkat", "ftruncate", "truncate", "fallocate", "mmap", "io_uring_setup"],
  ...["write", "writev", "pwrite64", "pwritev", "pwritev2", "copy_file_range", "sendfile", "sendto", "sendmsg"],
  ...["fsync", "fdatasync", "sync_file_range", "syncfs", "sync"],
];

/** SQLite's index of its log: mapped memory that is made anew by whoever opens the database first. */
const needless = /-shm$/;

/** Joins what was written of several programs. @throws Error at a call that changes the folder in a way not known. */
export function recordingOf(folder: string, programs: readonly (readonly Happening[])[]): Step[] {
  const all = programs.flatMap((happenings, program) => {
    const { read } = new Reader(folder);
    return happenings.map((happening) => ({ at: happening.at, step: () => read(happening, program) }));
  });
  // Each program's own order stays.
  return all.sort((one, other) => one.at - other.at).flatMap(({ step }) => step());
}

/** Reads what one program did. */
class Reader {
  readonly #folder: string;
  /** Files that octets are appended to, and where the next ones go in others that are written from their start. */
  readonly #ends = new Map<string, number | "append">();
  readonly #said = new Map<string, number>();
  /** Of calls that have begun. */
  readonly #changes = new Map<Call, Change>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  read = (happening: Happening, program: number): Step[] => {
    if (happening.what === "ended") return [{ what: "ended", program }];
    const { what, call } = happening;
    if (what === "returned") {
      const change = this.#changes.get(call);
      return change === undefined ? [] : [{ what: "done", change }];
    }
    // One that never returned may have done its work.
    if (call.result !== undefined && call.result < 0) return [];
    const change = this.#changeBy(call);
    if (change !== undefined) {
      this.#changes.set(call, change);
      return [{ what: "begins", change }];
    }
    return this.#saidBy(call);
  };

  /** One that never returned was the last; how much of it the client got, nobody knows. */
  #saidBy({ name, args: [target = ""], result = Infinity }: Call): Step[] {
    if (!/^(?:write|writev|sendto|sendmsg)$/.test(name)) return [];
    const [, from, to] = /^TCP:\[.*:(\d+)->.*:(\d+)\]$/.exec(placeIn(target) ?? "") ?? [];
    if (from === undefined || to === undefined) return [];
    const connection = connectionOf(Number(from), Number(to)), octets = (this.#said.get(connection) ?? 0) + result;
    this.#said.set(connection, octets);
    return [{ what: "says", connection, octets }];
  }

  #changeBy(call: Call): Change | undefined {
    const { name, args: [first = "", second = "", third = "", fourth = ""] } = call;
    switch (name) {
      case "openat":
        return /O_WRONLY|O_RDWR/.test(third) ? this.#opened(this.#path(second, first), third) : undefined;
      case "mkdir":
        return only(this.#path(first), "make folder");
      case "unlink":
      case "rmdir":
        return only(this.#path(first), "remove");
      case "unlinkat":
        return only(this.#path(second, first), "remove");
      case "fsync":
      case "fdatasync":
        return only(this.#path(first), "sync");
      case "rename":
        return this.#moved("rename", this.#path(first), this.#path(second));
      case "renameat":
      case "renameat2":
      case "linkat":
        return this.#moved(name === "linkat" ? "link" : "rename", this.#path(second, first), this.#path(fourth, third));
      case "ftruncate": {
        const path = this.#path(first);
        return path === undefined ? undefined : { do: "cut", path, size: Number(second) };
      }
      case "write":
      case "pwrite64": {
        const path = this.#path(first);
        return path === undefined ? undefined : this.#written(path, call);
      }
      case "io_uring_setup":
        throw new Error("what is done through io_uring cannot be seen");
      case "mmap":
        // What is mapped to be read, or to be written for oneself alone, changes no file.
        if (!third.includes("PROT_WRITE") || !fourth.includes("MAP_SHARED")) return undefined;
    }
    if (call.args.every((argument) => !/^["<\w-]*[<"]/.test(argument) || this.#path(argument) === undefined)) return;
    throw new Error(`${name} changes ${call.args.map((argument) => argument.slice(0, 200))}, which cannot be replayed`);
  }

  #opened(path: string | undefined, flags: string): Change | undefined {
    if (path === undefined) return undefined;
    if (/O_D?SYNC|O_DIRECT\b|O_TMPFILE/.test(flags)) throw new Error(`${path} is opened with ${flags}`);
    const [creates, empties] = [flags.includes("O_CREAT"), flags.includes("O_TRUNC")];
    if (flags.includes("O_APPEND")) this.#ends.set(path, "append");
    else if (empties || flags.includes("O_EXCL")) this.#ends.set(path, 0);
    return { do: "open", path, creates, empties };
  }

  #written(path: string, { name, args: [, text = "", , at], result }: Call): Change {
    const octets = octetsIn(text).subarray(0, result);
    if (name === "pwrite64") return { do: "write", path, at: Number(at), octets };
    const end = this.#ends.get(path);
    if (end === undefined) throw new Error(`nobody has seen where in ${path} octets are written`);
    if (end === "append") return { do: "write", path, octets };
    this.#ends.set(path, end + octets.length);
    return { do: "write", path, at: end, octets };
  }

  #moved(what: "link" | "rename", path: string | undefined, to: string | undefined): Change | undefined {
    if (path === undefined && to === undefined) return undefined;
    if (path === undefined || to === undefined) throw new Error(`a ${what} over the border of the folder`);
    return { do: what, path, to };
  }

  /** Of an argument, relative to the folder; undefined: it is not in there, or of no concern. */
  #path(argument: string, base?: string): string | undefined {
    const said = placeIn(argument);
    if (said === undefined) return undefined;
    const absolute = said.startsWith("/") || base === undefined ? said : `${placeIn(base)}/${said}`;
    if (absolute !== this.#folder && !absolute.startsWith(`${this.#folder}/`)) return undefined;
    const path = absolute.slice(this.#folder.length + 1);
    if (/(?:^|\/)\.\.?(?:\/|$)/.test(path)) throw new Error(`${path} goes up`);
    return needless.test(path) ? undefined : path;
  }
}

/** The name of a connection, by the server's port and the client's. */
export function connectionOf(server: number, client: number): string {
  return `${server}-${client}`;
}

function only(path: string | undefined, what: "make folder" | "remove" | "sync"): Change | undefined {
  return path === undefined ? undefined : { do: what, path };
}
