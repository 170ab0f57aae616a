/** Tells the client what there is to tell, as it happens, while something else is waited for. */
import type { Telling } from "./command.ts";
import type { Session } from "./session.ts";
import { tellHeldBack } from "./tell.ts";

/** When what could not be told is tried again, in milliseconds: nothing says that a storage has come back. */
const RETRY = 1000;

/**
 * Tells it until the client says something, and gives what that is. Without `telling` as the client has asked for it by
 * NOTIFY (RFC 5465 §6.1).
 */
export async function tellUntil<Heard>(session: Session, heard: Promise<Heard>, telling?: Telling): Promise<Heard> {
  let isHeard = false;
  const wake = () => {
    isHeard = true;
    session.watcher.wake();
  };
  // It may fail while something else is waited for, and is waited for in the end.
  heard.then(wake, wake);
  while (!isHeard) {
    // Before the telling: what comes meanwhile wakes us at once.
    const { changed } = session.watcher;
    const { state } = session, isNews = state.name === "selected" && state.mailbox.isStale;
    const isTold = await session.tell(
      telling ?? (session.notifications?.selected.isDelayed ? "no-expunge" : "everything"),
    );
    if (isNews) tellHeldBack(session);
    await session.connection.writer.flush();
    if (!isHeard) await (isTold ? changed : soon(changed));
  }
  return await heard;
}

/** When the event comes, or in a while. */
async function soon(event: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, RETRY);
  await Promise.race([event, promise]);
  clearTimeout(timer);
}
