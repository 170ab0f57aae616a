/** Kerberos in tests: the library that the system may not have, and surroundings of which nothing is left behind. */
import { type Key, keytabOf } from "./keytab.ts";

/** A folder with a keytab, in which the library keeps what it has to remember. */
export interface KerberosFolder extends Disposable {
  /** Absolute. */
  readonly folder: string;
  /** Path of the keytab. */
  readonly keytab: string;
  /** All replays are forgotten. */
  forget(): void;
}

const library = "libgssapi_krb5.so.2";

/** Whether the system has MIT Kerberos. */
export function hasKerberos(): boolean {
  try {
    Deno.dlopen(library, {}).close();
    return true;
  } catch {
    return false;
  }
}

/** A test that needs the library. Says loudly that it cannot run where it cannot. */
export function kerberosTest(name: string, test: () => Promise<void> | void): void {
  const ignore = !hasKerberos();
  if (ignore) console.warn(`NOT RUN: "${name}" needs ${library} (Debian: libgssapi-krb5-2)`);
  Deno.test({ name, ignore, fn: test });
}

/** A new folder with these keys; C reads no configuration of the system's while it is there. */
export function kerberosFolder(keys: readonly Key[]): KerberosFolder {
  const folder = Deno.makeTempDirSync({ prefix: "mail-kerberos-" });
  const keytab = `${folder}/mail.keytab`, replays = `${folder}/replays`;
  if (keys.length > 0) Deno.writeFileSync(keytab, keytabOf(keys));
  Deno.writeTextFileSync(`${folder}/krb5.conf`, "[libdefaults]\n  dns_lookup_kdc = false\n  rdns = false\n");
  const restore = withEnvironment({ KRB5_CONFIG: `${folder}/krb5.conf`, KRB5RCACHENAME: `file2:${replays}` });
  return {
    folder,
    keytab,
    forget() {
      Deno.removeSync(replays);
    },
    [Symbol.dispose]() {
      restore();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

/** Sets variables of this process, which C sees too. @returns what sets them back. */
export function withEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
}
