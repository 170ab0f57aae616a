/**
 * The conversation of AUTH and AUTHENTICATE as POP3 (RFC 5034 §4), SMTP (RFC 4954 §4) and IMAP (RFC 9051 §6.2.2) share it:
 * challenges and responses in Base64, `*` to cancel.
 */
import type { Authentication, ExchangeEnd, ReadLogin, Service } from "../contract/authentication.ts";
import type { Connection } from "../contract/connection.ts";
import { encodeBase64 } from "../message/base64.ts";
import { decodeStrictBase64 } from "./strict_base64.ts";
import { refused } from "./exchange.ts";

/** Octets of a response line: RFC 4954 §4 asks for 12288 at least, tickets of GSSAPI and tokens may be longer. */
export const responseLineLimit = 65_536;

/** What a protocol brings to the conversation. */
export interface SaslDialogue {
  /** Who is who. */
  readonly authentication: Authentication;
  /** With whom. */
  readonly connection: Connection;
  /** Which protocol this is. */
  readonly service: Service;
  /** The mechanism's name as the client wrote it. */
  readonly mechanism: string;
  /** The initial response as the client wrote it, in Base64, `=` when empty; undefined when there was none. */
  readonly initial: string | undefined;
  /** Writes a challenge in the protocol's words (`334 …`, `+ …`), without flushing. */
  sendChallenge(base64: string): void;
  /** Reads logins in forms of the protocol's own. */
  readonly readLogin?: ReadLogin;
}

/**
 * Holds the conversation to its end; the protocol then says how it ended, flushes, and installs the security layer.
 * A client that goes away has cancelled.
 *
 * @throws LineTooLong past {@linkcode responseLineLimit}: the exchange is over, the protocol goes on.
 * @throws what else the connection's reader and writer throw, after the exchange was given up.
 */
export async function runSaslDialogue(dialogue: SaslDialogue): Promise<ExchangeEnd> {
  const { authentication, connection, service, mechanism, readLogin } = dialogue;
  const initial = decodeInitial(dialogue.initial);
  if (initial === "malformed") return refused("malformed");
  await using exchange = await authentication.begin(mechanism, connection, service, initial, readLogin);
  let step = exchange.step;
  while (step.state === "challenge") {
    dialogue.sendChallenge(encodeBase64(step.data));
    await connection.writer.flush();
    const line = await connection.reader.readLine(responseLineLimit);
    // RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2: a single "*" cancels.
    if (line === undefined || (line.length === 1 && line[0] === ASTERISK)) return await breakOff(exchange, "cancelled");
    const response = decodeStrictBase64(line);
    if (response === undefined) return await breakOff(exchange, "malformed");
    step = await exchange.respond(response);
  }
  return step;
}

const ASTERISK = 0x2a;

async function breakOff(
  exchange: { cancel(): Promise<void> },
  reason: "cancelled" | "malformed",
): Promise<ExchangeEnd> {
  await exchange.cancel();
  return refused(reason);
}

/** RFC 4954 §4, RFC 5034 §4, RFC 4959 §3: "=" is the empty initial response, which is not none. */
function decodeInitial(text: string | undefined): Uint8Array | undefined | "malformed" {
  if (text === undefined) return undefined;
  if (text === "=") return new Uint8Array(0);
  // An empty argument is no initial response of any protocol.
  if (text === "") return "malformed";
  return decodeStrictBase64(new TextEncoder().encode(text)) ?? "malformed";
}
