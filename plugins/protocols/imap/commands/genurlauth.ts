/** GENURLAUTH (RFC 4467 §7): URLs that others may fetch. */
import { type Command, command } from "../command.ts";
import { expectGenUrlAuthArguments } from "../grammar/urlauth_arguments.ts";
import { printString } from "../printing/strings.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";
import { authorizeUrl } from "../urlauth/authorize.ts";

/** The command. */
export const genUrlAuth: Command = command({
  // RFC 5550 §5.7.1: ;PARTIAL= is understood in these URLs, and in those of CATENATE.
  capabilities: ["URLAUTH", "URL-PARTIAL"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectGenUrlAuthArguments(scanner);
  },
  async run(session, { user }, urls) {
    const authorized: string[] = [];
    for (const url of urls) authorized.push(await authorizeUrl(session, user, url));
    const printed = authorized.map((url) => printString(url, session.stringMode));
    session.untagged(`GENURLAUTH ${printed.join(" ")}`);
    return { reply: ok("Authorized") };
  },
});
