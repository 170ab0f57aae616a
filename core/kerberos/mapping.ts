/**
 * Whose account a principal may open. A ticket says who somebody is to a realm; that this is somebody here is for the
 * operator to say, so whatever no rule lets in stays out.
 */
import { type Principal, printPrincipal } from "./principal.ts";

/** The operator's rules. */
export interface PrincipalMapping {
  /** Realms whose users have accounts under their own names. */
  readonly realms: readonly string[];
  /** Whether the login is the user's name alone; else it is `name@realm`, an address. */
  readonly isRealmStripped: boolean;
  /** Logins of single principals, of any realm, by their names as text. */
  readonly logins: ReadonlyMap<string, string>;
}

/** The login that a principal stands for; undefined when nobody's. */
export function loginOf(
  principal: Principal,
  { realms, isRealmStripped, logins }: PrincipalMapping,
): string | undefined {
  const { components: [name = "", ...instances], realm } = principal;
  const login = logins.get(printPrincipal(principal));
  if (login !== undefined) return login;
  // `alice/admin` is another one than `alice`, and RFC 4120 §6.1 tells realms apart by case.
  if (instances.length > 0 || !realms.includes(realm)) return undefined;
  // An `@` in the name could make it another's address, which is not for a realm to say.
  if (!/^[^@\/\\\p{Cc}]+$/u.test(name)) return undefined;
  return isRealmStripped ? name : `${name}@${realm.toLowerCase()}`;
}
