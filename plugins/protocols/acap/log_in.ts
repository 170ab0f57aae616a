/** Logins (RFC 2244 §6.3.1): the conversation of a SASL mechanism, in strings as they are, and what its end means. */
import type { ExchangeEnd, RefusedBecause } from "../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import type { Outcome } from "./command.ts";
import type { AuthenticateArguments } from "./grammar/session_arguments.ts";
import { Malformed, Scanner } from "./grammar/scanner.ts";
import { printString } from "./printing/strings.ts";
import { bad, no, ok, type Reply } from "./replies.ts";
import type { Session } from "./session.ts";

const empty = new Uint8Array(0);

/** Holds the conversation to its end. */
export async function authenticate(session: Session, { mechanism, initial }: AuthenticateArguments): Promise<Outcome> {
  const { connection, service: { context: { authentication } } } = session;
  await using exchange = await authentication.begin(mechanism, connection, "acap", initial);
  let step = exchange.step, finalData: Uint8Array | undefined;
  while (step.state === "challenge") {
    if (step.isFinal) {
      // RFC 2244 §3.6, SASL: it goes with the OK; there is no place for what goes with a refusal.
      finalData = step.data;
      step = await exchange.respond(empty);
      continue;
    }
    session.challenge(latin1(step.data));
    await connection.writer.flush();
    const response = await readResponse(session);
    if (response === "cancelled" || response === "malformed") {
      await exchange.cancel();
      return { reply: refusals[response], isFailedLogin: true };
    }
    step = await exchange.respond(response);
  }
  return await conclude(session, step, { isAnonymous: mechanism === "ANONYMOUS", finalData });
}

/** What the end of a login means. */
export async function conclude(
  session: Session,
  end: ExchangeEnd,
  { isAnonymous = false, finalData }: { readonly isAnonymous?: boolean; readonly finalData?: Uint8Array | undefined } =
    {},
): Promise<Outcome> {
  if (end.state === "refused") return { reply: refusals[end.reason], isFailedLogin: true };
  const user = await session.userOf(end, isAnonymous);
  if (user === undefined) return { reply: no("The account is gone"), isFailedLogin: true };
  const { securityLayer } = end;
  return {
    reply: ok("Logged in", finalData && `SASL ${printString(latin1(finalData))}`),
    state: { name: "authenticated", user },
    // RFC 2244 §6.3.1: it takes effect right after the CRLF of the tagged OK.
    ...securityLayer && { after: () => session.connection.installSecurityLayer(securityLayer) },
  };
}

/** RFC 2244 §6.3.1: a line consisting of a string, or of an asterisk. */
async function readResponse({ reader }: Session): Promise<Uint8Array | "cancelled" | "malformed"> {
  const first = await reader.next();
  // A client that goes away has cancelled.
  if (first === undefined) return "cancelled";
  const { octets } = await reader.whole(first, () => false);
  if (latin1(octets) === "*") return "cancelled";
  try {
    const scanner = new Scanner(octets), response = scanner.expectValue();
    scanner.expectEnd();
    return latin1Bytes(response);
  } catch (error) {
    if (error instanceof Malformed) return "malformed";
    throw error;
  }
}

/** RFC 2244 §3.6, §6.3.1. */
const refusals: Readonly<Record<RefusedBecause, Reply>> = {
  "credentials": no("Wrong name or password"),
  "authorization": no("This login may not act for that one"),
  "malformed": bad("The response is malformed"),
  "cancelled": bad("Cancelled"),
  "expired": no("The credentials have expired"),
  "unavailable": no("Logins do not work at the moment, try again later", "TRYLATER"),
  "unknown-mechanism": no("There is no such mechanism"),
  "needs-tls": no("That mechanism needs TLS", "ENCRYPT-NEEDED"),
  "unexpected-initial-response": no("This mechanism takes no initial response"),
};
