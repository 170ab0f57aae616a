/** Who speaks: HELO and EHLO (RFC 5321 §4.1.1.1), STARTTLS (RFC 3207), AUTH (RFC 4954). */
import type { AccountId, ConnectionFacts } from "../../../core/contract/mod.ts";
import { anyState, type Command, command, noArgument, type Outcome, type Parsed } from "./command.ts";
import type { OfferFacts } from "./extensions.ts";
import { type Reply, reply } from "./replies.ts";
import type { Session } from "./session.ts";
import type { Client, State } from "./state.ts";

/** HELO. */
export const helo: Command = command({
  states: anyState,
  parse: parseName,
  run: (session, state, name) => greet(session, state, name, false, { code: 250, text: session.context.hostname }),
});

/** EHLO, whose reply needs the tables of all commands. */
export function ehlo(extensionsUnder: (facts: OfferFacts) => readonly string[]): Command {
  return command({
    states: anyState,
    parse: parseName,
    run(session, state, name) {
      const lines = extensionsUnder(offerOf(session));
      return greet(session, state, name, true, { code: 250, text: [session.context.hostname, ...lines] });
    },
  });
}

/** STARTTLS. */
export const startTls: Command = command({
  extensions: [({ canStartTls }) => canStartTls ? "STARTTLS" : undefined],
  states: anyState,
  // RFC 3207 §4: 501 for parameters.
  parse: noArgument,
  async run(session): Promise<Outcome> {
    const { connection } = session;
    if (!connection.canStartTls) {
      // RFC 5321 §4.2.4: 502 for what is known and not there.
      const [code, why] = connection.tls ? [503, "TLS is on already"] : [502, "TLS is not offered here"];
      return { reply: reply(code, "5.5.1", why) };
    }
    session.say(reply(220, "2.0.0", "Ready to start TLS"));
    await session.flush();
    try {
      await connection.startTls();
    } catch {
      // The core has said why; there is nobody to be told.
      return { ends: true };
    }
    // RFC 3207 §4.2: all that the client said before is forgotten.
    return { state: { name: "start" } };
  },
});

/** RFC 5321 §4.1.4: as after RSET, also when it is repeated; the login is not part of the transaction. */
function greet(
  { connection: { id, peer, tls } }: Session,
  state: State,
  name: string,
  extended: boolean,
  answer: Reply,
): Outcome {
  const facts = { id, peer: peer.hostname, tls: tls !== undefined };
  return { reply: answer, state: { name: "greeted", client: clientOf(facts, name, extended, accountOf(state)) } };
}

/** A client, for us and for filters. */
export function clientOf(
  facts: ConnectionFacts,
  helo: string,
  extended: boolean,
  account: AccountId | undefined,
): Client {
  return { helo, extended, account, facts: { ...facts, helo, ...(account !== undefined && { account }) } };
}

function accountOf(state: State): AccountId | undefined {
  if (state.name === "refused") return undefined;
  return state.name === "start" ? state.account : state.client.account;
}

/** What EHLO offers now. */
function offerOf({ connection, context, mechanisms, options }: Session): OfferFacts {
  return {
    largestMessage: context.limits.message,
    canStartTls: connection.canStartTls,
    mechanisms,
    mostRecipients: options.max_recipients,
    mostMessages: options.max_messages,
  };
}

/**
 * The name is not verified (RFC 5321 §4.1.4), and no form of it is refused, though §4.1.2 has 501 for characters that no
 * domain has: many clients do not know their own, or are called MY_PC. What stands after it is dropped (§4.1.1.1); what is
 * not printable ASCII (RFC 6531 §3.7.1) becomes a question mark.
 */
function parseName(argument: string): Parsed<string> {
  const [name = ""] = argument.split(/[ \t]/, 1);
  if (name === "") return { refusal: reply(501, "5.5.4", "Expected your host name") };
  return { value: name.slice(0, 255).replace(/[^!-~]/g, "?") };
}
