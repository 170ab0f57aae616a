/** Entries of metadata as users see them (RFC 5464): what is kept, and what is computed. */
import type { AccountId, Mailbox, MetadataPlace, ProtocolContext } from "../../../core/contract/mod.ts";
import { type Access, findMailbox, hasRights, permitted } from "./access.ts";
import { CommandRefused } from "./failures.ts";
import type { MetadataEntry } from "./grammar/metadata_entry.ts";
import type { User } from "./state.ts";

/** RFC 6154 §4: what a mailbox is for, in `/private`. */
export const specialUseName = "/specialuse";
/** RFC 5464 §3.2.1.1: how to reach who runs the server, in `/shared`; it cannot be set. */
export const adminName = "/admin";

/** What entries belong to. */
export interface MetadataOwner {
  /** As the client wrote it; empty for the server. */
  readonly name: string;
  /** Absent for the server. */
  readonly mailbox?: Mailbox;
  /** Letters of RFC 4314 §2.1; none on the server. */
  readonly rights: string;
}

/** How many levels below an entry are wanted too (RFC 5464 §4.2.2). */
export type Depth = 0 | 1 | "infinity";

/** An entry, and its value if it has one. */
export type EntryValue = readonly [entry: MetadataEntry, value: Uint8Array | undefined];

/** The mailbox of a name, or the server. @throws CommandRefused unless the user may see its entries. */
export async function openMetadata({ storage }: ProtocolContext, user: User, name: string): Promise<MetadataOwner> {
  if (name === "") return { name, rights: "" };
  const access = permitted(await findMailbox(storage, user, name), "l");
  if (!maySeeMetadata(access)) throw new CommandRefused("You may not do that here", "NOPERM");
  return access;
}

/** RFC 5464 §3.3: "l", and one of these. */
export function maySeeMetadata(access: Access): boolean {
  return hasRights(access, "l") && /[rswip]/.test(access.rights);
}

/** Where entries of a scope are kept. */
export function placeOfScope({ mailbox }: MetadataOwner, user: User, scope: MetadataEntry["scope"]): MetadataPlace {
  return { ...mailbox && { mailbox: mailbox.id }, ...scope === "private" && { account: user.account } };
}

/** The entries that are wanted, each once: those named, and, as deep as it says, those below that have values. */
export async function readEntries(
  context: ProtocolContext,
  user: User,
  owner: MetadataOwner,
  wanted: readonly MetadataEntry[],
  depth: Depth = 0,
): Promise<readonly EntryValue[]> {
  const found = new Map<string, EntryValue>();
  for (const scope of ["private", "shared"] as const) {
    const names = wanted.filter((entry) => entry.scope === scope).map(({ name }) => name);
    if (names.length === 0) continue;
    const values = await valuesOf(context, user, owner, scope);
    for (const name of names) {
      for (const below of depth === 0 ? [] : values.keys()) {
        if (isBelow(below, name, depth)) found.set(scope + below, [{ scope, name: below }, values.get(below)]);
      }
      // RFC 5464 §4.2: what is named is answered, with NIL where it has no value; a scope by itself can have none.
      const value = values.get(name);
      if (value !== undefined || depth === 0 && name !== "") found.set(scope + name, [{ scope, name }, value]);
    }
  }
  return [...found.values()];
}

/** All of a place that users may know, and what is computed of it. */
export async function valuesOf(
  context: ProtocolContext,
  user: User,
  owner: MetadataOwner,
  scope: MetadataEntry["scope"],
): Promise<Map<string, Uint8Array>> {
  const kept = await context.storage.metadata(placeOfScope(owner, user, scope));
  // What has no slash at its head is the server's own.
  const values = new Map([...kept].filter(([name]) => name.startsWith("/")));
  const { mailbox } = owner;
  if (mailbox === undefined && scope === "shared") set(values, adminName, await adminOf(context, user));
  if (mailbox !== undefined && scope === "private") set(values, specialUseName, useOf(mailbox, user.account));
  return values;
}

function set(values: Map<string, Uint8Array>, name: string, text: string | undefined): void {
  if (text === undefined) values.delete(name);
  else values.set(name, new TextEncoder().encode(text));
}

/** RFC 6154 §2: a use is its user's. */
function useOf({ account, specialUse }: Mailbox, user: AccountId): string | undefined {
  return account === user ? specialUse : undefined;
}

/** RFC 5321 §4.5.1: every domain has a postmaster; where it has none, nobody is named. */
async function adminOf({ directory }: ProtocolContext, { address }: User): Promise<string | undefined> {
  const postmaster = `postmaster${address.slice(address.lastIndexOf("@"))}`;
  const { kind } = await directory.resolve(postmaster);
  return kind === "account" || kind === "redirect" ? `mailto:${postmaster}` : undefined;
}

function isBelow(name: string, above: string, depth: Depth): boolean {
  if (!name.startsWith(`${above}/`)) return false;
  return depth === "infinity" || !name.includes("/", above.length + 1);
}
