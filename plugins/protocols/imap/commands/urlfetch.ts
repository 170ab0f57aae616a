/** URLFETCH (RFC 4467 §7): what authorized URLs name, whoever's it is. */
import { type Command, command } from "../command.ts";
import { isBroken } from "../failures.ts";
import { expectUrlFetchArguments } from "../grammar/urlauth_arguments.ts";
import { ResponseBuilder } from "../printing/response_builder.ts";
import { printString } from "../printing/strings.ts";
import { ok } from "../replies.ts";
import { NulFreeView, type Octets } from "../sections/views.ts";
import { OutOfStep, writeLiteral } from "../sections/write_literal.ts";
import type { Session } from "../session.ts";
import { loggedIn } from "../state.ts";
import { Turns } from "../turns.ts";
import { openAuthorizedUrl } from "../urlauth/authorize.ts";

/** The command. */
export const urlFetch: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectUrlFetchArguments(scanner);
  },
  async run(session, { user }, urls) {
    const turns = new Turns();
    for (const url of urls) {
      await tellUrl(session, url, await openAuthorizedUrl(session, user, url));
      if (session.connection.writer.isFull) await session.connection.writer.flush();
      await turns.take();
    }
    return { reply: ok("Fetched") };
  },
});

/** RFC 4467 §8: NIL for a URL that is not valid, for whatever reason. */
async function tellUrl(session: Session, url: string, octets: Octets | undefined): Promise<void> {
  const response = new ResponseBuilder(session.connection.writer);
  response.text(`* URLFETCH ${printString(url, session.stringMode)} `);
  if (octets === undefined) response.text("NIL");
  else {
    try {
      await writeLiteral(response, session.connection.writer, new NulFreeView(octets));
    } catch (cause) {
      if (!response.hasBegun || isBroken(cause)) throw cause;
      throw new OutOfStep("a response could not be written to its end", { cause });
    }
  }
  response.end();
}
