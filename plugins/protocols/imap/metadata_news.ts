/**
 * Entries of metadata that somebody else has changed, for clients that have asked to be told (RFC 5464 §4.4.2). A storage
 * says that a mailbox was touched, not what of it: what the client may know is compared with what there is.
 */
import { createHash } from "node:crypto";
import type { AccountId, MailboxChange, MailboxId, Metadata, ProtocolContext } from "../../../core/contract/mod.ts";
import { accessById } from "./access.ts";
import type { MetadataEntry } from "./grammar/metadata_entry.ts";
import { type EntryValue, maySeeMetadata, type MetadataOwner, placeOfScope, valuesOf } from "./metadata.ts";
import { printChangedEntries } from "./printing/metadata_response.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";
import { Turns } from "../../../core/wire/turns.ts";
import { visibleMailboxes } from "../../../core/mailboxes/visible_mailboxes.ts";

/** Digests of values, by the names of their entries. */
type Known = Map<string, string>;

const server: MetadataOwner = { name: "", rights: "" };
const scopes = ["private", "shared"] as const;

/** Whose entries a client wants to be told of. */
export interface WantedMetadata {
  /** Whether the server's. */
  readonly server: boolean;
  /** Whether those of a mailbox, by the name that LIST has. */
  mailbox(name: string): boolean;
}

/** RFC 5464 §4.4.2: what a client has enabled that says no more than that. */
const all: WantedMetadata = { server: true, mailbox: () => true };

/** What one client knows, and has still to be told. */
export class MetadataNews {
  /** Whose changes may be news. */
  readonly accounts: ReadonlySet<AccountId>;
  readonly #context: ProtocolContext;
  readonly #user: User;
  readonly #wanted: WantedMetadata;
  readonly #known = new Map<string, Known>();
  readonly #touched = new Set<MailboxId>();
  #isServerTouched = false;

  private constructor(
    context: ProtocolContext,
    user: User,
    accounts: ReadonlySet<AccountId>,
    wanted: WantedMetadata,
  ) {
    this.#context = context;
    this.#user = user;
    this.#wanted = wanted;
    this.accounts = accounts;
  }

  /** From now on the session has news: of the server, and of the mailboxes that the user may see. */
  static async begin(session: Session, user: User, wanted: WantedMetadata = all): Promise<void> {
    const { context } = session.service;
    const mailboxes = (await visibleMailboxes(context.storage, user)).filter(({ name }) => wanted.mailbox(name));
    const owners = mailboxes.map(({ mailbox }) => mailbox.account);
    const news = new MetadataNews(context, user, new Set([user.account, ...owners]), wanted);
    // Before anything is read: what is committed meanwhile is looked at again.
    session.metadataNews = news;
    session.watchAccounts();
    const turns = new Turns();
    for (const owner of [...wanted.server ? [server] : [], ...mailboxes]) {
      await news.#changesOf(owner);
      await turns.take();
    }
  }

  /** Something was committed. */
  committed({ mailbox }: MailboxChange): void {
    if (mailbox !== undefined) this.#touched.add(mailbox);
    else this.#isServerTouched = this.#wanted.server;
  }

  /** The client sets these itself, and need not be told. */
  knows(owner: MetadataOwner, values: readonly EntryValue[]): void {
    for (const [{ scope, name }, value] of values) {
      const known = this.#known.get(this.#keyOf(owner, scope));
      if (value === undefined) known?.delete(name);
      else known?.set(name, digestOf(value));
    }
  }

  /** Writes what is new. */
  async tell(session: Session): Promise<void> {
    if (this.#isServerTouched) {
      this.#isServerTouched = false;
      tellChanged(session, "", await this.#changesOf(server));
    }
    for (const id of [...this.#touched]) {
      // Before anything is read: what is committed meanwhile is for the next time.
      this.#touched.delete(id);
      const access = await accessById(this.#context.storage, this.#user, id);
      if (access !== undefined && maySeeMetadata(access) && this.#wanted.mailbox(access.listedAs)) {
        tellChanged(session, access.listedAs, await this.#changesOf(access));
      }
    }
  }

  async #changesOf(owner: MetadataOwner): Promise<readonly MetadataEntry[]> {
    const changed: MetadataEntry[] = [];
    for (const scope of scopes) {
      const key = this.#keyOf(owner, scope);
      const before = this.#known.get(key) ?? new Map<string, string>();
      const after = digestsOf(await valuesOf(this.#context, this.#user, owner, scope));
      this.#known.set(key, after);
      const names = new Set([...before.keys(), ...after.keys()]);
      for (const name of names) if (before.get(name) !== after.get(name)) changed.push({ scope, name });
    }
    return changed;
  }

  #keyOf(owner: MetadataOwner, scope: MetadataEntry["scope"]): string {
    const { mailbox, account } = placeOfScope(owner, this.#user, scope);
    return `${mailbox} ${account}`;
  }
}

function tellChanged(session: Session, owner: string, entries: readonly MetadataEntry[]): void {
  if (entries.length > 0) session.untagged(printChangedEntries(owner, entries, session.nameForm));
}

function digestsOf(values: Metadata): Known {
  return new Map([...values].map(([name, value]) => [name, digestOf(value)]));
}

function digestOf(value: Uint8Array): string {
  return createHash("sha256").update(value).digest("base64");
}
