/** The name of an account, as far as its address tells: of an account nothing else is known. Used by Ph and LDAP. */

/** What stands before the domain, without quotes. */
export function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf("@")).replace(/^"(.*)"$/s, "$1").replace(/\\(.)/gs, "$1");
}

/** `john.smith` is John Smith, as far as anybody can tell. */
export function nameOf(address: string): string {
  return localPart(address).replace(/[._-]+/g, " ").trim();
}
