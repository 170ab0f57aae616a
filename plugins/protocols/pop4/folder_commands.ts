/** Folders: they are listed, made, deleted, moved and renamed. All of it is durable before it is answered. */
import type { Storage } from "../../../core/contract/mod.ts";
import { type Access, findMailbox, hasRights } from "../../../core/mailboxes/access.ts";
import { canonicalName } from "../../../core/mailboxes/canonical_name.ts";
import { visibleMailboxes } from "../../../core/mailboxes/visible_mailboxes.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import { ok } from "../pop3/replies.ts";
import type { Session } from "../pop3/session.ts";
import { oneFolder, optionalFolder, twoFolders } from "./arguments.ts";
import { verb } from "./command.ts";
import { openFolder, placeOfNew } from "./folders.ts";
import { printFolderName } from "./grammar/folder_name.ts";
import { Refused } from "./reasons.ts";

/** What MOVF calls the place that is in no folder. */
const ROOT = "/";

/** LFLD. */
export const listFolders = verb({
  verb: "LFLD",
  usage: "[folder]",
  parse: optionalFolder,
  async run(session, maildrop, top) {
    const all = await visibleMailboxes(session.service.context.storage, maildrop);
    const listed = top === undefined ? all : all.filter(({ listedAs }) => isIn(listedAs, canonicalName(top)));
    if (listed.length === 0) throw new Refused("missing");
    return await session.list(ok(`${listed.length}`), listed.map((access) => folderLine(session, access)));
  },
});

/** CFLD. */
export const createFolder = verb({
  verb: "CFLD",
  usage: "folder",
  parse: oneFolder,
  async run({ service: { context: { storage } } }, maildrop, name) {
    const place = await placeOfNew(storage, maildrop, name);
    await storage.apply([{ do: "createMailbox", account: place.owner, name: place.name }]);
    return { reply: ok() };
  },
});

/** DFLD. */
export const deleteFolder = verb({
  verb: "DFLD",
  usage: "folder",
  parse: oneFolder,
  async run({ service: { context: { storage } } }, maildrop, name) {
    const { mailbox } = await openNotInbox(storage, maildrop, name);
    if (mailbox.id === maildrop.mailbox?.id) throw new Refused("selected");
    const others = await storage.mailboxes(mailbox.account);
    if (others.some((other) => other.name.startsWith(`${mailbox.name}/`))) throw new Refused("hasFolders");
    await storage.apply([{ do: "removeMailbox", mailbox: mailbox.id }]);
    return { reply: ok() };
  },
});

/** MOVF. */
export const moveFolder = verb({
  verb: "MOVF",
  usage: "folder folder",
  parse: twoFolders,
  async run({ service: { context: { storage } } }, maildrop, [name, into]) {
    const moved = await openNotInbox(storage, maildrop, name);
    const above = into === ROOT ? undefined : await findMailbox(storage, maildrop, into);
    if (above === undefined && into !== ROOT) throw new Refused("missing");
    const [, last = ""] = splitName(moved.listedAs);
    return await rename(storage, maildrop, moved, above === undefined ? last : `${above.listedAs}/${last}`);
  },
});

/** RENF. */
export const renameFolder = verb({
  verb: "RENF",
  usage: "folder name",
  parse: twoFolders,
  async run({ service: { context: { storage } } }, maildrop, [name, last]) {
    const renamed = await openNotInbox(storage, maildrop, name);
    // What it is in is MOVF's business.
    if (last.includes("/")) throw new Refused("impossible");
    const [above] = splitName(renamed.listedAs);
    return await rename(storage, maildrop, renamed, above === undefined ? last : `${above}/${last}`);
  },
});

/** What is in the folder goes along. */
async function rename(storage: Storage, maildrop: Maildrop, { mailbox }: Access, name: string) {
  const place = await placeOfNew(storage, maildrop, name);
  // A folder stays with its owner: its messages count against the owner's quota.
  if (place.owner !== mailbox.account) throw new Refused("denied");
  await storage.apply([{ do: "renameMailbox", mailbox: mailbox.id, name: place.name }]);
  return { reply: ok() };
}

/** A folder that may be deleted or renamed: RFC 9051 §5.1, INBOX is always there. @throws Refused. */
async function openNotInbox(storage: Storage, maildrop: Maildrop, name: string): Promise<Access> {
  const access = await openFolder(storage, maildrop, name, "x");
  if (access.mailbox.name === "INBOX") throw new Refused("isInbox");
  return access;
}

function folderLine({ isUtf8 }: Session, { mailbox, listedAs, rights }: Access): string {
  const { messages, unseen, size, specialUse } = mailbox;
  // RFC 4314 §4: how much is in it takes the right to read it.
  const content = hasRights({ rights }, "r") ? `${messages} ${unseen} ${size}` : "- - -";
  const use = specialUse === undefined ? "" : ` ${specialUse}`;
  return `${printFolderName(listedAs, isUtf8)} ${content} ${rights}${use}`;
}

function isIn(name: string, top: string): boolean {
  return name === top || name.startsWith(`${top}/`);
}

/** What a folder is in, where it is in one, and its own name there. */
function splitName(name: string): readonly [above: string | undefined, last: string] {
  const at = name.lastIndexOf("/");
  return at < 0 ? [undefined, name] : [name.slice(0, at), name.slice(at + 1)];
}
