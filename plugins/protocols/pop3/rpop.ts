/**
 * RPOP (RFC 1081, RFC 1225; RFC 1460 removed it): a host that is trusted says which of its users the client is, as rlogin's
 * hosts.equiv had it. Fenced twice: only hosts that the configuration names, and of those only programs that may use ports
 * below 1024, which on UNIX are root's. A remote user may open the maildrop of its own name and no other.
 */
import type { Networks } from "../../../core/options/networks.ts";
import { conclude, takesPasswords, userCommand } from "./authenticate.ts";
import { type Command, command, type CommandTable, words } from "./command.ts";
import type { Session } from "./session.ts";

/** RFC 1081: a reserved port. */
const FIRST_COMMON_PORT = 1024;

/** RPOP, and a USER that may come before it; for these hosts. */
export function rpopCommands(hosts: Networks): CommandTable {
  const isTrusted = ({ connection: { peer } }: Session) =>
    peer.port < FIRST_COMMON_PORT && hosts.contains(peer.hostname);
  // Where passwords need TLS, USER is refused without; RPOP has no password.
  return new Map([["RPOP", rpopCommand(isTrusted)], [
    "USER",
    userCommand((session) => takesPasswords(session) || isTrusted(session)),
  ]]);
}

function rpopCommand(isTrusted: (session: Session) => boolean): Command {
  return command({
    isProof: true,
    // RFC 1081: after a successful USER, in place of PASS.
    states: ["named"],
    usage: "RPOP user",
    parse(argument) {
      const [user, ...more] = words(argument);
      return user === undefined || more.length > 0 ? undefined : { value: user };
    },
    async run(session, { login: written }, user) {
      const { service: { context, readLogin }, connection } = session;
      const { login, view } = readLogin(written);
      const isProven = isTrusted(session) && isSame(user, login);
      const proof = { by: "RPOP", login: isProven ? login : undefined, authorizeAs: "" };
      return await conclude(session, await context.authentication.admitProven(proof, connection, "pop"), view);
    },
  });
}

/** Whether a remote user and a login are of one name; the login may have its domain. */
function isSame(user: string, login: string): boolean {
  return [login, login.replace(/@[^@]*$/, "")].some((name) => name.toLowerCase() === user.toLowerCase());
}
