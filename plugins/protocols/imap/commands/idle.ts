/** IDLE (RFC 2177, RFC 9051 §6.3.13): what is committed is told as it happens. */
import { ConnectionClosed } from "../../../../core/wire/errors.ts";
import { equalsIgnoringCase } from "../../../../core/wire/ascii.ts";
import { type Command, command, noArguments } from "../command.ts";
import { isBroken, isGone } from "../failures.ts";
import { bad, ok } from "../replies.ts";
import type { Session } from "../session.ts";
import { loggedIn } from "../state.ts";

/** Octets of the line that ends it: DONE, or what is none. */
const LONGEST_LINE = 8192;

/** The command. */
export const idle: Command = command({
  capabilities: ["IDLE"],
  states: loggedIn,
  parse: noArguments,
  async run(session) {
    const { reader, writer } = session.connection;
    writer.line("+ Idling");
    await writer.flush();
    const line = await tellUntil(session, reader.readLine(LONGEST_LINE));
    // RFC 2177 §3: nothing but DONE ends it.
    return { reply: equalsIgnoringCase(line, "DONE") ? ok("No longer idling") : bad("Expected DONE") };
  },
});

/** Tells what there is to tell until the client says something. */
async function tellUntil(session: Session, heard: Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  // It may fail while something else is waited for, and is waited for in the end.
  heard.catch(() => {});
  for (;;) {
    // Before the telling: what comes meanwhile wakes us at once.
    const { changed } = session.watcher;
    try {
      await session.tell();
    } catch (error) {
      // The line that ends it is being read already, and nothing else can be before; unless this is the end anyway.
      if (!isBroken(error) && !isGone(error)) await heard;
      throw error;
    }
    await session.connection.writer.flush();
    const woken = await Promise.race([heard, changed.then(() => "changed" as const)]);
    if (woken === undefined) throw new ConnectionClosed("the client left while idling");
    if (woken !== "changed") return woken;
  }
}
