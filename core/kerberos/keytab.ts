/** The server's own principals: those that a keytab has keys of. What Kerberos can do at all is known from them at start. */
import { messageOf } from "../wire/error_message.ts";
import { END_OF_KEYTAB, Krb5Context } from "./krb5_context.ts";
import type { KerberosLibrary } from "./library.ts";
import { place, POINTER, readPointer } from "./memory.ts";
import { KerberosOptionError } from "./option_error.ts";
import { parsePrincipal, type Principal, printPrincipal } from "./principal.ts";

/** Octets of `krb5_keytab_entry { magic; krb5_principal principal; … }`, and where in it the principal is. */
const ENTRY = 48, ENTRY_PRINCIPAL = 8;
/** Keys that are looked at, at most. */
const MOST_ENTRIES = 10_000;

/**
 * The principals of a keytab, each once.
 *
 * @param services Those of which one at least is to be among them.
 * @throws KerberosOptionError.
 */
export async function principalsOf(
  library: KerberosLibrary,
  keytab: string,
  services: readonly string[],
): Promise<Principal[]> {
  try {
    return await library.use(() => listPrincipals(library, keytab));
  } catch (error) {
    const reason = messageOf(error);
    throw new KerberosOptionError("keytab", `${reason}; ${keysExpected(keytab, services)}`, { cause: error });
  }
}

/** What to do where a file is no keytab, or cannot be read. */
export function keysExpected(keytab: string, [service = "host"]: readonly string[]): string {
  const command = `kadmin -q "ktadd -k ${keytab} ${service}/HOST"`;
  return `expected a file with the server's keys that it may read, as ${command} writes it (Debian: krb5-user)`;
}

async function listPrincipals(library: KerberosLibrary, path: string): Promise<Principal[]> {
  const { krb5_kt_start_seq_get, krb5_kt_next_entry, krb5_kt_end_seq_get, krb5_free_keytab_entry_contents } =
    library.functions;
  using context = await Krb5Context.open(library);
  const keytab = context.keytab(path), cursor = place(POINTER);
  const found = new Map<string, Principal>();
  context.check(await krb5_kt_start_seq_get(context.pointer, keytab, cursor));
  try {
    for (let count = 0; count < MOST_ENTRIES; count++) {
      const entry = place(ENTRY);
      const code = await krb5_kt_next_entry(context.pointer, keytab, entry, cursor);
      if (code === END_OF_KEYTAB) break;
      context.check(code);
      try {
        const principal = parsePrincipal(context.nameOf(readPointer(entry.subarray(ENTRY_PRINCIPAL))));
        if (principal !== undefined) found.set(printPrincipal(principal), principal);
      } finally {
        krb5_free_keytab_entry_contents(context.pointer, entry);
      }
    }
  } finally {
    krb5_kt_end_seq_get(context.pointer, keytab, cursor);
  }
  return [...found.values()];
}

/** Which of them a service goes by: `pop/mail.example.org@EXAMPLE.ORG`. */
export function ofService(principals: readonly Principal[], service: string): Principal[] {
  return principals.filter(isOfService(service));
}

/** RFC 4120 §6.2.1: a service's principal is its name and its host. */
export function isOfService(service: string): (principal: Principal) => boolean {
  return ({ components }) => components.length === 2 && components[0] === service;
}

/** Their realms, each once. */
export function realmsOf(principals: readonly Principal[]): string[] {
  return [...new Set(principals.map(({ realm }) => realm))];
}
