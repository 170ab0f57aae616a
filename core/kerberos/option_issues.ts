/** What can be known of Kerberos's options before anything is set up: for `check` of the plugins that have them. */
import type { OptionIssue } from "../contract/mod.ts";
import { keysExpected } from "./keytab.ts";
import { KerberosLibrary } from "./library.ts";
import { KerberosOptionError } from "./option_error.ts";
import type { KerberosOptions } from "./options.ts";

/**
 * All of it where the library may be loaded. Where it may not, the server may have more rights than who checks: all that is
 * looked at is whether there is a keytab, if that may be known.
 *
 * @param open Opens library and keytab as the plugin does.
 * @param services Those of which one at least is to have a key.
 */
export async function kerberosIssues(
  { keytab, library }: KerberosOptions,
  services: readonly string[],
  open: () => Promise<AsyncDisposable>,
): Promise<readonly OptionIssue[]> {
  if (!KerberosLibrary.mayBeLoaded(library)) {
    const problem = `${keytab}: there is no such file; ${keysExpected(keytab, services)}`;
    return await isMissing(keytab) ? [{ message: problem, path: ["keytab"] }] : [];
  }
  try {
    await using _opened = await open();
    return [];
  } catch (error) {
    if (!(error instanceof KerberosOptionError)) throw error;
    return [{ message: error.problem, path: [error.option] }];
  }
}

/** Asks for no right that was not given: there may be nobody to answer. */
async function isMissing(file: string): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "read", path: file });
  if (state !== "granted") return false;
  try {
    await Deno.stat(file);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
