/** STOR: a message from the client into a folder, as IMAP's APPEND. It is durable, or not there, when it is answered. */
import type { BodyId } from "../../../core/contract/mod.ts";
import { keptFlags } from "../../../core/mailboxes/flag_rights.ts";
import { isBroken, MessageTooLarge, OutOfStep } from "../../../core/wire/errors.ts";
import { words } from "../pop3/command.ts";
import { ok } from "../pop3/replies.ts";
import type { Session } from "../pop3/session.ts";
import { DotSource } from "../smtp/message_source.ts";
import { MessageRefused } from "../smtp/refusals.ts";
import { verb } from "./command.ts";
import { openFolder, openSelected } from "./folders.ts";
import { parseFlags } from "./grammar/flag.ts";
import { parseFolderName } from "./grammar/folder_name.ts";
import { Refused } from "./reasons.ts";

/** STOR. */
export const storeMessage = verb({
  verb: "STOR",
  usage: "[folder [flag ...]]",
  parse(argument): { readonly value: StoreArguments } | undefined {
    const [word, ...rest] = words(argument);
    if (word === undefined) return { value: { folder: undefined, flags: [] } };
    const folder = parseFolderName(word), flags = parseFlags(rest);
    return folder === undefined || flags === undefined ? undefined : { value: { folder, flags } };
  },
  async run(session, maildrop, { folder, flags }) {
    const { storage } = session.service.context;
    // Before the message is on its way: a client that may not store sends nothing.
    const target = folder === undefined
      ? await openSelected(storage, maildrop, "i")
      : await openFolder(storage, maildrop, folder, "i");
    if (keptFlags(flags, target).length < flags.length) throw new Refused("denied");
    const { id, uidValidity } = target.mailbox;
    const body = await takeIn(session);
    try {
      const details = { receivedAt: session.service.context.now(), flags };
      const [{ uid }] = await storage.apply([{ do: "append", mailbox: id, body, details }]);
      // What UIDL will call it there.
      return { reply: ok(`${uidValidity}.${uid}`) };
    } catch (error) {
      storage.discardBody(body);
      throw error;
    }
  },
});

interface StoreArguments {
  readonly folder: string | undefined;
  readonly flags: readonly string[];
}

/**
 * Asks for a message, and reads it to its dot, whatever becomes of it: what comes next is a command again.
 *
 * @throws Refused; OutOfStep and its like where the dot was not found; what the storage throws.
 */
async function takeIn(session: Session): Promise<BodyId> {
  const { connection: { reader, writer }, service: { context }, texts } = session;
  session.say(ok(texts.sendMessage));
  await writer.flush();
  const source = new DotSource(reader.readUntilDot(context.limits.message));
  let body: BodyId | undefined, failure: unknown;
  try {
    body = await context.storage.writeBody(octetsOf(source));
  } catch (error) {
    failure = error;
  }
  await source.drain();
  if (source.failure !== undefined) throw reasonFor(source.failure);
  if (body === undefined) throw failure;
  return body;
}

/** What broke the reading is the reason, however the storage has wrapped it. */
function reasonFor(failure: unknown): unknown {
  if (failure instanceof MessageTooLarge) return failure;
  if (failure instanceof MessageRefused) return new Refused("bareLineEnd");
  return isBroken(failure) ? failure : new OutOfStep("the end of the message was not found", { cause: failure });
}

/** @throws Refused at the end of a message without octets. */
async function* octetsOf(source: DotSource): AsyncGenerator<Uint8Array> {
  let isEmpty = true;
  for (;;) {
    const { done, value } = await source.next();
    if (done) break;
    isEmpty &&= value.length === 0;
    yield value;
  }
  if (isEmpty) throw new Refused("noMessage");
}
