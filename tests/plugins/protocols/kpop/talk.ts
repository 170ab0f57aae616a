/** KPOP sessions without a network and without Kerberos: a ticket is a text that says whose it is. */
import { parsePrincipal } from "../../../../core/kerberos/principal.ts";
import type { TicketAcceptor } from "../../../../core/kerberos/ticket_acceptor.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { kpopOptions } from "../../../../plugins/protocols/kpop/options.ts";
import { kpop } from "../../../../plugins/protocols/kpop/service.ts";
import { framed } from "../../../../plugins/protocols/kpop/sendauth.ts";
import { type Given, type TestService, testService } from "../pop3/talk.ts";

/** A KPOP service, and what is behind it. */
export interface KpopService extends TestService {
  /** Tickets that were looked at. */
  readonly seen: readonly string[];
}

/** What a service may be given. */
export interface KpopGiven extends Given {
  /** Instead of the one that reads texts. */
  readonly acceptor?: TicketAcceptor;
}

/** Tickets say `ticket of NAME` or, where the server has to prove itself too, `mutual ticket of NAME`. */
function readingAcceptor(seen: string[]): TicketAcceptor {
  return {
    principals: [{ components: ["pop", "dewey"], realm: "MIT.EXAMPLE" }],
    accept(request) {
      const text = latin1(request);
      seen.push(text);
      if (text === "unreadable keytab") return Promise.reject(new Error("the keytab of /etc cannot be read"));
      const [, mutual, name = ""] = /^(mutual )?ticket of (.*)$/.exec(text) ?? [];
      const client = parsePrincipal(name);
      if (client === undefined) return Promise.resolve({ isAccepted: false, code: 37, why: "a secret of the keytab" });
      const reply = mutual === undefined ? undefined : latin1Bytes(`reply to ${name}`);
      return Promise.resolve({ isAccepted: true, client, reply });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A service for the users of MIT.EXAMPLE, whose maildrop is that of `testService`. */
export function kpopService({ acceptor, options, ...given }: KpopGiven = {}): KpopService {
  const seen: string[] = [];
  const tested = testService(given);
  const validated = kpopOptions["~standard"].validate(options);
  if (validated.issues) throw new Error(JSON.stringify(validated.issues));
  const { context } = tested.service;
  const mapping = { realms: ["MIT.EXAMPLE"], isRealmStripped: true, logins: validated.value.principals };
  const { serve } = kpop(context, validated.value, { acceptor: acceptor ?? readingAcceptor(seen), mapping });
  return { ...tested, serve, seen };
}

/** A message with its length, one character an octet. */
export function message(text: string): string {
  return latin1(framed(latin1Bytes(text)));
}

/** Both versions, as clients send them. */
export const versions = message("KRB5_SENDAUTH_V1.0\0") + message("KPOPV1.0\0");

/** What a server says to a ticket that is good: to the versions, to the ticket. */
export const accepted = "\0" + "\0\0\0\0";
