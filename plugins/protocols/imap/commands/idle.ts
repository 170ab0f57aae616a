/** IDLE (RFC 2177, RFC 9051 §6.3.13): what is committed is told as it happens. */
import { ConnectionClosed, isBroken } from "../../../../core/wire/errors.ts";
import { equalsIgnoringCase } from "../../../../core/wire/ascii.ts";
import { type Command, command, noArguments } from "../command.ts";
import { isGone } from "../failures.ts";
import { bad, ok } from "../replies.ts";
import { loggedIn } from "../state.ts";
import { tellUntil } from "../tell_until.ts";

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
    const heard = reader.readLine(LONGEST_LINE);
    const line = await tellUntil(session, heard, "everything").catch(async (error) => {
      // The line that ends it is being read already, and nothing else can be before; unless this is the end anyway.
      if (!isBroken(error) && !isGone(error)) await heard;
      throw error;
    });
    if (line === undefined) throw new ConnectionClosed("the client left while idling");
    // RFC 2177 §3: nothing but DONE ends it.
    return { reply: equalsIgnoringCase(line, "DONE") ? ok("No longer idling") : bad("Expected DONE") };
  },
});
