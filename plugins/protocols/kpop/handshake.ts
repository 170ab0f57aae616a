/**
 * What comes before the greeting: a client proves by a Kerberos ticket who it is (MIT's `sendauth`). Its invariants:
 * - every length is bounded before anything of that length is read, and all of it has one deadline;
 * - both versions are read before they are answered; clients need not wait for answers, and what they send after their
 *   ticket is left for POP3;
 * - a stranger is told which rule of RFC 4120 a ticket breaks, and nothing of the server's keys.
 */
import type { Connection } from "../../../core/contract/mod.ts";
import { type Principal, printPrincipal } from "../../../core/kerberos/principal.ts";
import type { TicketAcceptor, TicketVerdict } from "../../../core/kerberos/ticket_acceptor.ts";
import { FIELD_TOO_LONG, GENERIC, printKrbError } from "./krb_error.ts";
import {
  answerTo,
  framed,
  isSame,
  kerberos4Greeting,
  lengthOctets,
  lengthOf,
  longestRequest,
  longestVersion,
  versionAnswers,
} from "./sendauth.ts";

/** Milliseconds that all of it may take. */
const PATIENCE = 60_000;

/** What a handshake is held with. */
export interface HandshakeParts {
  /** Checks tickets. */
  readonly acceptor: TicketAcceptor;
  /** The time. */
  now(): Date;
}

/**
 * Holds the exchange. Its last words, to a client that has proven who it is, go out with the greeting.
 *
 * @returns Who the client is; undefined when it has not proven that, and has been told.
 * @throws ConnectionClosed, DeadlineExceeded.
 */
export async function shakeHands(connection: Connection, parts: HandshakeParts): Promise<Principal | undefined> {
  const handshake = new Handshake(connection, parts);
  return await handshake.versions() ? await handshake.ticket() : undefined;
}

class Handshake {
  readonly #connection: Connection;
  readonly #parts: HandshakeParts;
  readonly #dueAt: number;

  constructor(connection: Connection, parts: HandshakeParts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#dueAt = parts.now().getTime() + PATIENCE;
  }

  /** Whether both sides mean the same exchange. */
  async versions(): Promise<boolean> {
    const first = await this.#read(lengthOctets);
    if (lengthOf(first) > longestVersion) return this.#noSendauth(first);
    const sendauth = await this.#read(lengthOf(first));
    const length = lengthOf(await this.#read(lengthOctets));
    if (length > longestVersion) return this.#refused("the version of the application is too long", { length });
    const application = await this.#read(length);
    const answer = answerTo(sendauth, application);
    this.#connection.writer.bytes(Uint8Array.of(answer));
    if (answer !== versionAnswers.accepted) return this.#refused("the client speaks another version", { answer });
    await this.#connection.writer.flush();
    return true;
  }

  /** Whose ticket it is. */
  async ticket(): Promise<Principal | undefined> {
    const { writer, log } = this.#connection;
    const { acceptor: { principals: [server] }, now } = this.#parts;
    const verdict = await this.#verdict();
    if (verdict.isAccepted) {
      log.info("KPOP: the ticket is good", { principal: printPrincipal(verdict.client) });
      writer.bytes(framed(new Uint8Array(0)));
      if (verdict.reply !== undefined) writer.bytes(framed(verdict.reply));
      return verdict.client;
    }
    const { code, why } = verdict;
    writer.bytes(framed(printKrbError({ code, at: now(), server })));
    await this.#refused("the ticket was refused", { code, why });
    return undefined;
  }

  async #verdict(): Promise<TicketVerdict> {
    const { acceptor, now } = this.#parts;
    const length = lengthOf(await this.#read(lengthOctets));
    if (length > longestRequest) return { isAccepted: false, code: FIELD_TOO_LONG, why: `it has ${length} octets` };
    const request = await this.#read(length);
    try {
      return await acceptor.accept(request, { at: now(), from: this.#connection.peer.hostname });
    } catch (error) {
      this.#connection.log.error("tickets cannot be checked now", { error });
      return { isAccepted: false, code: GENERIC, why: "tickets cannot be checked now" };
    }
  }

  /** No length that makes sense: another protocol. */
  #noSendauth(first: Uint8Array): Promise<false> {
    const { writer } = this.#connection;
    if (isSame(first, kerberos4Greeting)) {
      writer.line("-ERR Kerberos 4 is not spoken here: this server takes tickets of Kerberos 5 (KPOPV1.0)");
      return this.#refused("the client speaks Kerberos 4");
    }
    // Whoever sends text may read some.
    if (first.every((octet) => octet >= 0x20 && octet < 0x7f)) {
      writer.line("-ERR this is the port of Kerberized POP: a ticket comes first");
    }
    return this.#refused("the client does not speak KPOP");
  }

  async #refused(why: string, fields: object = {}): Promise<false> {
    this.#connection.log.warn(`KPOP: ${why}`, fields);
    await this.#connection.writer.flush();
    return false;
  }

  /** So many octets. No octet that comes prolongs the time there is. */
  async #read(size: number): Promise<Uint8Array> {
    const octets = new Uint8Array(size);
    let at = 0;
    this.#setTimeout();
    for await (const piece of this.#connection.reader.readExactly(size)) {
      octets.set(piece, at);
      at += piece.length;
      this.#setTimeout();
    }
    return octets;
  }

  #setTimeout(): void {
    this.#connection.setIdleTimeout(Math.max(0, this.#dueAt - this.#parts.now().getTime()));
  }
}
