/** KPOP as a service of POP3: a ticket before the greeting, and USER and PASS judged by it. */
import type { Authentication, Connection, Lifecycle, Protocol, ProtocolContext } from "../../../core/contract/mod.ts";
import { loginOf, type PrincipalMapping } from "../../../core/kerberos/mapping.ts";
import type { Principal } from "../../../core/kerberos/principal.ts";
import type { TicketAcceptor } from "../../../core/kerberos/ticket_acceptor.ts";
import { ConnectionClosed, DeadlineExceeded } from "../../../core/wire/errors.ts";
import { type PasswordCheck, pop3Service } from "../pop3/service.ts";
import { servePop3 } from "../pop3/session.ts";
import { kpopCommands } from "./commands.ts";
import { type HandshakeParts, shakeHands } from "./handshake.ts";
import type { KpopOptions } from "./options.ts";

/** What the protocol is made of, besides what every plugin is given. */
export interface KpopParts {
  /** Checks tickets; stopped with the protocol. */
  readonly acceptor: TicketAcceptor;
  /** Whose account a principal may open. */
  readonly mapping: PrincipalMapping;
}

/** The protocol. */
export function kpop(
  context: ProtocolContext,
  options: KpopOptions,
  { acceptor, mapping }: KpopParts,
): Protocol & Lifecycle {
  const service = pop3Service(context, options, kpopCommands);
  // No words where there are too many: what a client hears first are octets of Kerberos.
  return {
    async serve(connection, stop) {
      if (!options.allow.contains(connection.peer.hostname)) {
        return connection.log.warn("KPOP: the option allow does not name the address");
      }
      const client = await clientOf(connection, stop, { acceptor, now: () => context.now() });
      if (client === undefined) return;
      await servePop3(connection, stop, { ...service, passwords: byTicket(client, mapping, context.authentication) });
    },
    async stop() {
      await acceptor[Symbol.asyncDispose]();
    },
  };
}

/** Who the client is; undefined when the conversation is over. */
async function clientOf(
  connection: Connection,
  stop: AbortSignal,
  parts: HandshakeParts,
): Promise<Principal | undefined> {
  const { log } = connection;
  // Nothing that was said so far needs an answer.
  const leave = () => connection.close();
  stop.addEventListener("abort", leave, { once: true });
  try {
    return stop.aborted ? undefined : await shakeHands(connection, parts);
  } catch (error) {
    if (error instanceof DeadlineExceeded) log.info("client was too slow", { state: "handshake" });
    else if (error instanceof ConnectionClosed) {
      log.debug("client broke off", { state: "handshake", why: error.message });
    } else throw error;
    return undefined;
  } finally {
    stop.removeEventListener("abort", leave);
  }
}

/** Clients of KPOP send any text for a password: the ticket says whether they may be whom they name. */
function byTicket(client: Principal, mapping: PrincipalMapping, authentication: Authentication): PasswordCheck {
  const login = loginOf(client, mapping);
  return {
    isAllowed: () => true,
    check: (authorizeAs, _password, connection) =>
      authentication.admitProven({ by: "KPOP", login, authorizeAs }, connection, "pop"),
  };
}
