/** Opens what accepts security contexts: libgssapi, and a credential of each service that the keytab has a key of. */
import { GssContext } from "./gss_context.ts";
import { GssHandles } from "./gss_handles.ts";
import { acquireCredential } from "./gss_credential.ts";
import { ofService, principalsOf } from "./keytab.ts";
import { KerberosLibrary } from "./library.ts";
import { KerberosOptionError } from "./option_error.ts";
import type { ContextAcceptor } from "./security_context.ts";

/** Where keys are, and of what. */
export interface ContextAcceptorSettings {
  /** Absolute path. */
  readonly keytab: string;
  /** As GSSAPI registers them: `pop`, `imap`. Those without a key are left out. */
  readonly services: readonly string[];
  /** Of the library; absent: where systems have it. */
  readonly library?: string | undefined;
}

/** Opens library and keytab. @throws KerberosOptionError; Error where the right is missing. */
export async function openContextAcceptor(settings: ContextAcceptorSettings): Promise<ContextAcceptor> {
  await using undo = new AsyncDisposableStack();
  const library = undo.use(KerberosLibrary.open(settings.library));
  const { keytab, services } = settings;
  const all = await principalsOf(library, keytab, services);
  const served = services.filter((service) => ofService(all, service).length > 0);
  if (served.length === 0) {
    const wanted = services.map((service) => `${service}/HOST`).join(", ");
    throw new KerberosOptionError("keytab", `${keytab} has none of the keys ${wanted}; add them with kadmin's ktadd`);
  }
  const credentials = new Map<string, bigint>();
  for (const service of served) credentials.set(service, await acquireCredential(library, keytab, service));
  const handles = new GssHandles(library);
  const rest = undo.move();
  return {
    principals: served.flatMap((service) => ofService(all, service)),
    services: served,
    begin(service) {
      const credential = credentials.get(service);
      if (credential === undefined) throw new RangeError(`there is no key of ${service}`);
      return handles.hold((handle) => new GssContext({ library, credential, handle, handles }));
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
