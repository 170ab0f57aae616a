/** POP4 in a few lines: what a session of docs/pop4.md must answer, where nobody else changes anything. */
import { type MessageSet, resolveMessageSet } from "../../plugins/protocols/pop4/grammar/message_set.ts";

/** A message of a model. */
export interface ModelMessage {
  readonly subject: string;
  readonly flags: ReadonlySet<string>;
}

/** Octets of a message of this subject. */
export function modelMail(subject: string): string {
  return `Subject: ${subject}\r\n\r\n.\r\n`;
}

interface Folder {
  name: string;
  messages: ModelMessage[];
}

interface Shown {
  message: ModelMessage;
  isDeleted: boolean;
  isMoved: boolean;
}

/** A command, as a model takes it. */
export type ModelCommand =
  | { readonly verb: "SFLD" | "CFLD" | "DFLD" | "STOR"; readonly folder: string }
  | { readonly verb: "MOVF" | "RENF"; readonly folder: string; readonly other: string }
  | { readonly verb: "MOVE" | "COPY"; readonly set: MessageSet; readonly folder: string }
  | { readonly verb: "SFLG" | "CFLG"; readonly set: MessageSet; readonly flag: string }
  | { readonly verb: "DELE"; readonly number: number }
  | { readonly verb: "LFLG" | "RSET" | "STAT" | "QUIT" };

/** A reply: its first line, or how that begins, and the lines that follow. */
export interface ModelReply {
  readonly status: string;
  readonly lines?: readonly string[];
}

const ok: ModelReply = { status: "+OK" };
const refused = (code: string): ModelReply => ({ status: `-ERR [FOLDER/${code}]` });
const noMessage: ModelReply = { status: "-ERR" };

/** An account, and a session of its. */
export class Pop4Model {
  /** Whether the session has ended with QUIT. */
  ended = false;
  readonly #folders: Folder[];
  #selected: Folder;
  #shown: Shown[] = [];

  /** Of these subjects by folder. */
  constructor(subjects: Readonly<Record<string, readonly string[]>>) {
    this.#folders = Object.entries(subjects).map(([name, all]) => ({
      name,
      messages: all.map((subject) => ({ subject, flags: new Set() })),
    }));
    this.#selected = this.#folders.find(({ name }) => name === "INBOX") ?? { name: "INBOX", messages: [] };
    this.#show();
  }

  /** What is in each folder: subjects and flags. */
  content(): Record<string, string[]> {
    return Object.fromEntries(
      this.#folders.map(({ name, messages }) => [name, messages.map(({ subject, flags }) => told(subject, flags))]),
    );
  }

  /** The reply to a command. */
  answer(command: ModelCommand): ModelReply {
    switch (command.verb) {
      case "SFLD":
        return this.#with(command.folder, (folder) => {
          this.#update();
          this.#selected = folder;
          this.#show();
          return { status: `+OK ${folder.messages.length} ${this.#octets()}` };
        });
      case "CFLD":
        if (this.#find(command.folder)) return refused("EXISTS");
        for (const name of [...superiors(command.folder), command.folder]) {
          if (!this.#find(name)) this.#folders.push({ name, messages: [] });
        }
        return ok;
      case "DFLD":
        return this.#with(command.folder, (folder) => {
          if (folder.name === "INBOX") return refused("INBOX");
          if (folder === this.#selected) return refused("SELECTED");
          if (this.#folders.some(({ name }) => name.startsWith(`${folder.name}/`))) return refused("NOT-EMPTY");
          this.#folders.splice(this.#folders.indexOf(folder), 1);
          return ok;
        });
      case "RENF":
        return this.#rename(command.folder, (folder) => [...superiors(folder).slice(-1), command.other].join("/"));
      case "MOVF": {
        const { folder, other } = command, last = folder.split("/").at(-1) ?? "";
        if (this.#find(folder) && folder !== "INBOX" && other !== "/" && !this.#find(other)) return refused("MISSING");
        return this.#rename(folder, () => other === "/" ? last : `${other}/${last}`);
      }
      case "STOR":
        return this.#with(command.folder, (folder) => {
          folder.messages.push({ subject: "stored", flags: new Set() });
          return ok;
        });
      case "COPY":
      case "MOVE":
        return this.#of(command.set, (shown) =>
          this.#with(command.folder, (target) => {
            const copies = shown.map(({ message }) => ({ ...message }));
            if (command.verb === "MOVE") {
              this.#remove(shown);
              for (const one of shown) one.isMoved = true;
            }
            target.messages.push(...copies);
            return { status: `+OK ${shown.length}` };
          }));
      case "SFLG":
      case "CFLG":
        return this.#of(command.set, (shown) => {
          for (const one of shown) this.#reflag(one, command.flag, command.verb === "SFLG");
          return { status: `+OK ${shown.length}` };
        });
      case "LFLG":
        return {
          ...ok,
          lines: this.#visible().map(([number, { message }]) => told(`${number}`, message.flags)),
        };
      case "DELE": {
        const shown = this.#shown[command.number - 1];
        if (shown === undefined || shown.isDeleted || shown.isMoved) return noMessage;
        shown.isDeleted = true;
        return ok;
      }
      case "RSET":
        for (const shown of this.#shown) shown.isDeleted = false;
        return ok;
      case "STAT":
        return { status: `+OK ${this.#visible().length} ${this.#octets()}` };
      case "QUIT":
        this.#update();
        this.ended = true;
        return ok;
    }
  }

  #find(name: string): Folder | undefined {
    return this.#folders.find((folder) => folder.name === name);
  }

  #with(name: string, then: (folder: Folder) => ModelReply): ModelReply {
    const folder = this.#find(name);
    return folder === undefined ? refused("MISSING") : then(folder);
  }

  #rename(name: string, to: (name: string) => string): ModelReply {
    return this.#with(name, () => {
      if (name === "INBOX") return refused("INBOX");
      const renamed = to(name);
      if (renamed.startsWith(`${name}/`)) return refused("NAME");
      if (this.#find(renamed)) return refused("EXISTS");
      for (const folder of this.#folders) {
        if (folder.name === name || folder.name.startsWith(`${name}/`)) {
          folder.name = renamed + folder.name.slice(name.length);
        }
      }
      return ok;
    });
  }

  #of(set: MessageSet, then: (shown: Shown[]) => ModelReply): ModelReply {
    const visible = new Map(this.#visible());
    const alone = set.flatMap(({ from, to }) => to === undefined ? from === "*" ? this.#shown.length : from : []);
    if (alone.some((number) => !visible.has(number))) return noMessage;
    const named = resolveMessageSet(set, this.#shown.length);
    const shown = [...visible].flatMap(([number, one]) =>
      named.some(([from, to]) => from <= number && number <= to) ? one : []
    );
    return shown.length === 0 ? noMessage : then(shown);
  }

  #visible(): [number, Shown][] {
    return this.#shown.flatMap((shown, index): [number, Shown][] =>
      shown.isDeleted || shown.isMoved ? [] : [[index + 1, shown]]
    );
  }

  #octets(): number {
    return this.#visible().reduce((sum, [, { message }]) => sum + modelMail(message.subject).length - 3, 0);
  }

  #show(): void {
    this.#shown = this.#selected.messages.map((message) => ({ message, isDeleted: false, isMoved: false }));
  }

  #update(): void {
    this.#remove(this.#shown.filter(({ isDeleted }) => isDeleted));
  }

  #remove(shown: readonly Shown[]): void {
    this.#selected.messages = this.#selected.messages.filter((message) =>
      !shown.some((one) => one.message === message)
    );
  }

  #reflag(shown: Shown, flag: string, isSet: boolean): void {
    const flags = new Set([...shown.message.flags].filter((other) => other !== flag));
    const at = this.#selected.messages.indexOf(shown.message);
    const had = shown.message.flags.has(flag);
    const message = { ...shown.message, flags: isSet && had ? shown.message.flags : isSet ? flags.add(flag) : flags };
    this.#selected.messages[at] = message;
    shown.message = message;
  }
}

function superiors(name: string): string[] {
  const levels = name.split("/");
  return levels.slice(1).map((_, index) => levels.slice(0, index + 1).join("/"));
}

function told(first: string, flags: ReadonlySet<string>): string {
  return [first, ...flags].join(" ");
}
