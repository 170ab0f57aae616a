/** Tells the client what there is to tell, as it happens, while something else is waited for. */
import type { Telling } from "./command.ts";
import type { Session } from "./session.ts";

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
    await session.tell(telling ?? (session.notifications?.selected.isDelayed ? "no-expunge" : "everything"));
    await session.connection.writer.flush();
    if (!isHeard) await changed;
  }
  return await heard;
}
