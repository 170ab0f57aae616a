/**
 * Logins of SDPS: `host`, or one of its users as `user@host`, or as `user+host` for clients that take what follows an `@`
 * for the server's name. A host is an account: `vision25` by the name of its account, `vision25.example.org` by the name
 * of its domain, which is the account vision25@example.org. Pure.
 */

/** What a login says. */
export interface HostLogin {
  /** The host's account, as the directory knows it. */
  readonly login: string;
  /** Whose mail is to be seen; absent: all of the host's. */
  readonly user?: string;
}

/**
 * Reads a login. The address of an account, which is of a local domain, is a login for all of its mail as everywhere.
 *
 * @param domains Local domains, lower case.
 */
export function readHostLogin(written: string, domains: readonly string[]): HostLogin {
  const at = written.lastIndexOf("@"), mark = at < 0 ? written.lastIndexOf("+") : at;
  const host = written.slice(mark + 1), user = written.slice(0, Math.max(0, mark));
  if (at >= 0 && domains.includes(host.toLowerCase())) return { login: written };
  // Neither a host nor a user can be nobody: the directory does not know such a login.
  if (host === "" || mark >= 0 && user === "") return { login: written };
  const [name = "", ...domain] = host.split(".");
  const login = domain.length === 0 ? name : `${name}@${domain.join(".")}`;
  return mark < 0 ? { login } : { login, user };
}
