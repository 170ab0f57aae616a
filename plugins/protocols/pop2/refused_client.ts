/** Clients that POP1 and POP2 do not even greet: what they would send next is a password. */
import type { Connection, ProtocolContext } from "../../../core/contract/mod.ts";
import type { OldPopOptions } from "./options.ts";

/** Why a client is turned away, in words that it may be told; undefined where it may go on. */
export function refusalOf(
  { authentication }: Pick<ProtocolContext, "authentication">,
  { allow }: Pick<OldPopOptions, "allow">,
  connection: Connection,
): string | undefined {
  if (!allow.contains(connection.peer.hostname)) {
    connection.log.warn("turned away: the client is none of those that may connect");
    return "you may not connect from there";
  }
  // There is no other way to log in, and no way to TLS but a port for it.
  if (authentication.allowsPasswords(connection)) return undefined;
  connection.log.warn("turned away: passwords are not taken in clear text unless cleartext_auth is true");
  return "passwords are not taken here without TLS";
}
