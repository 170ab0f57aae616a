/** URLs that carry their own authorization (RFC 4467): what they are made of, and what they open. */
import type { AccountId, MailboxId } from "../../../../core/contract/mod.ts";
import { type Access, findMailbox, hasRights } from "../access.ts";
import { CommandRefused } from "../failures.ts";
import { type ImapUrl, parseImapUrl, type UrlAuthorization, withoutProof } from "../grammar/imap_url.ts";
import type { UrlToAuthorize } from "../grammar/urlauth_arguments.ts";
import { findUrlIn, type NamedContent } from "../message_url.ts";
import { bad } from "../replies.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";
import { accessKey, knownAccessKey, plausibleKey } from "./access_key.ts";
import { INTERNAL, isTokenOf, tokenOf } from "./token.ts";

/** The URL with its proof. @throws CommandRefused, with BAD for a URL that cannot be authorized (RFC 4467 §7). */
export async function authorizeUrl(
  session: Session,
  user: User,
  { url: text, mechanism }: UrlToAuthorize,
): Promise<string> {
  const { storage, directory } = session.service.context;
  const url = parseImapUrl(text);
  if (url === undefined) throw refused("That is no URL of a message");
  const { server, authorization } = url;
  if (authorization === undefined) throw refused("The URL does not say who may use it");
  if (authorization.proof !== undefined) throw refused("The URL is authorized already");
  if (server?.user === undefined) throw refused("The URL does not say whose mailbox it is");
  // §7, (2): only the user has access to the user's keys.
  if (await directory.findAccount(server.user) !== user.account) throw refused("The URL is not one of your own");
  const access = await readable(session, user, url);
  if (access === undefined) throw refused("The URL names no mailbox that you may read");
  if (mechanism !== INTERNAL) throw new CommandRefused("There is no such mechanism", "CANNOT");
  return `${text}:internal:${tokenOf(await accessKey(storage, user.account, access.mailbox.id), text)}`;
}

/** What an authorized URL names; undefined for one that is worth nothing, or nothing to this user (RFC 4467 §6). */
export async function openAuthorizedUrl(
  session: Session,
  user: User,
  text: string,
): Promise<NamedContent | undefined> {
  const url = parseImapUrl(text);
  if (url?.server?.user === undefined || url.authorization?.proof === undefined) return undefined;
  const { authorization: { proof } } = url;
  const owner = await ownerOf(session, url.server.user);
  const access = owner && await readable(session, owner, url);
  // §6: what cannot be found costs as much as what can.
  const key = await keyOf(session, owner?.account, access?.mailbox.id);
  const isRight = isTokenOf(proof.token, key, withoutProof(text));
  if (!isRight || proof.mechanism !== INTERNAL || access === undefined) return undefined;
  return await mayUse(session, user, url.authorization) ? await findUrlIn(session, access.mailbox.id, url) : undefined;
}

async function keyOf(
  session: Session,
  account: AccountId | undefined,
  mailbox: MailboxId | undefined,
): Promise<Uint8Array> {
  const { storage } = session.service.context;
  if (account === undefined || mailbox === undefined) return plausibleKey();
  return await knownAccessKey(storage, account, mailbox) ?? plausibleKey();
}

/** The user whose mailboxes the URL speaks of: it grants what that user may do now (§7, URLFETCH). */
async function ownerOf({ service }: Session, login: string): Promise<User | undefined> {
  const { storage, directory } = service.context;
  const account = await directory.findAccount(login);
  const found = account && await storage.account(account);
  return found && { account: found.id, address: found.address };
}

async function readable(session: Session, user: User, { mailbox, uidValidity }: ImapUrl): Promise<Access | undefined> {
  if (mailbox === undefined) return undefined;
  const access = await findMailbox(session.service.context.storage, user, mailbox);
  if (access === undefined || !hasRights(access, "r")) return undefined;
  const isStale = uidValidity !== undefined && uidValidity !== access.mailbox.uidValidity;
  return isStale ? undefined : access;
}

/** §3: until when, and who. */
async function mayUse({ service }: Session, user: User, { expires, access }: UrlAuthorization): Promise<boolean> {
  const { context, options } = service;
  if (expires !== undefined && context.now() > expires) return false;
  switch (access.who) {
    case "anonymous":
      return true;
    case "authuser":
      return user.isAnonymous !== true;
    // §3: who has said nothing of who it is, is no user, whosever mailboxes it sees.
    case "user":
      return user.isAnonymous !== true && await context.directory.findAccount(access.user) === user.account;
    // §3: whoever it is that submits has been looked at by the submission server.
    case "submit":
      return options.submission_servers.includes(user.address);
  }
}

function refused(text: string): CommandRefused {
  return new CommandRefused(bad(text));
}
