/** AUTH (RFC 4954): when it is allowed, and what the end of its exchange means in SMTP. */
import type { ExchangeEnd, RefusedBecause } from "../../../core/contract/mod.ts";
import { runSaslDialogue } from "../../../core/sasl/base64_dialogue.ts";
import { LineTooLong } from "../../../core/wire/errors.ts";
import { type Command, command, type Outcome, type Parsed } from "./command.ts";
import { clientOf } from "./greeting_commands.ts";
import { type Reply, reply } from "./replies.ts";
import type { Session } from "./session.ts";
import type { StateOf } from "./state.ts";

interface AuthArgument {
  readonly mechanism: string;
  /** In Base64, `=` for an empty one; undefined when there was none. */
  readonly initial: string | undefined;
}

/** AUTH. */
export const authenticate: Command = command({
  extensions: [({ mechanisms }) => mechanisms.length > 0 ? `AUTH ${mechanisms.join(" ")}` : undefined],
  // RFC 4954 §4: not in a transaction.
  states: ["greeted"],
  parse,
  run(session, state, argument): Outcome | Promise<Outcome> {
    // RFC 4954 §4: once is enough.
    if (state.client.account !== undefined) return { reply: reply(503, "5.5.1", "You have authenticated already") };
    // RFC 5321 §4.2.4.
    if (!session.options.auth) return { reply: reply(502, "5.5.1", "Authentication is not offered here") };
    if (!state.client.extended) return { reply: reply(503, "5.5.1", "AUTH needs EHLO, not HELO") };
    return exchange(session, state, argument);
  },
});

/** RFC 4954 §4: `AUTH mechanism [initial-response]`; names as RFC 4422 §3.1 has them. */
function parse(argument: string): Parsed<AuthArgument> {
  const [mechanism = "", initial, ...more] = argument.split(/[ \t]+/);
  if (!/^[A-Za-z0-9_-]{1,20}$/.test(mechanism) || more.length > 0) {
    return { refusal: reply(501, "5.5.4", "Expected AUTH mechanism [initial-response]") };
  }
  return { value: { mechanism, initial } };
}

async function exchange(session: Session, { client }: StateOf<"greeted">, argument: AuthArgument): Promise<Outcome> {
  const { connection } = session;
  const end = await converse(session, argument);
  if ("code" in end) return { reply: end };
  if (end.state === "refused") return { reply: refusals[end.reason] };
  const { account, securityLayer } = end;
  const succeeded = reply(235, "2.7.0", "Authentication successful");
  if (securityLayer === undefined) {
    return {
      reply: succeeded,
      state: { name: "greeted", client: clientOf(client.facts, client.helo, client.extended, account) },
    };
  }
  session.say(succeeded);
  await session.flush();
  connection.installSecurityLayer(securityLayer);
  // RFC 4954 §4: all that was said before is forgotten; the account is what is left of it.
  return { state: { name: "start", account } };
}

async function converse(session: Session, { mechanism, initial }: AuthArgument): Promise<ExchangeEnd | Reply> {
  try {
    return await runSaslDialogue({
      authentication: session.context.authentication,
      connection: session.connection,
      service: "smtp",
      mechanism,
      initial,
      // RFC 4954 §4: an empty challenge is "334 ", with its space.
      sendChallenge: (challenge) => session.say({ code: 334, text: challenge }),
    });
  } catch (error) {
    if (error instanceof LineTooLong) return reply(500, "5.5.6", "The authentication exchange line is too long");
    throw error;
  }
}

/** RFC 4954 §6, and §4 for what is malformed or cancelled. */
const refusals: Readonly<Record<RefusedBecause, Reply>> = {
  "credentials": reply(535, "5.7.8", "Authentication credentials invalid"),
  "authorization": reply(535, "5.7.8", "This login may not act for that one"),
  "malformed": reply(501, "5.5.2", "The response is malformed"),
  "cancelled": reply(501, "5.7.0", "Authentication cancelled"),
  "expired": reply(535, "5.7.8", "The credentials have expired"),
  "unavailable": reply(454, "4.7.0", "Temporary authentication failure"),
  // RFC 5321 §4.2.3: 504, parameter not implemented.
  "unknown-mechanism": reply(504, "5.5.4", "Unrecognized authentication type"),
  // RFC 4954 §4: the same where it requires an encryption layer; 538 is deprecated (§1).
  "needs-tls": reply(504, "5.5.4", "This authentication type needs TLS: send STARTTLS first, or use the port for TLS"),
  "unexpected-initial-response": reply(501, "5.7.0", "This mechanism takes no initial response"),
};
