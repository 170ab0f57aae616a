/** What the server accepts contexts with: the keys of one service, in one keytab, for Kerberos and nothing else. */
import { Minor } from "./gss_status.ts";
import type { KerberosLibrary } from "./library.ts";
import { cText, place, POINTER, readPointer } from "./memory.ts";

/** 1.2.840.113554.1.2.2 (RFC 1964 §1): the mechanism Kerberos V5. */
export const kerberosMechanism: Uint8Array = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02);
/** 1.2.840.113554.1.2.1.4: GSS_C_NT_HOSTBASED_SERVICE (RFC 2743 §4.1). */
const hostBasedService = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x01, 0x04);
/** RFC 2744 §3: GSS_C_INDEFINITE, GSS_C_ACCEPT. */
const INDEFINITE = 0xffff_ffff, ACCEPT = 2;

/** A `gss_cred_id_t`, released before the library goes. @throws Krb5Error when there is no key. */
export function acquireCredential(library: KerberosLibrary, keytab: string, service: string): Promise<bigint> {
  return library.use(async () => {
    const { functions, memory } = library;
    const minor = new Minor(library), name = place(POINTER), credential = place(POINTER);
    // A service without a host is that service at any host: the keytab says at which.
    const text = memory.gssBuffer(new TextEncoder().encode(service));
    minor.check(functions.gss_import_name(minor.place, text, memory.gssBuffer(hostBasedService), name));
    try {
      // gss_OID_set_desc { size_t count; gss_OID elements; }, and its one element.
      const words = [1n, { at: 16 }, BigInt(kerberosMechanism.length), { at: 32 }] as const;
      const mechanisms = memory.structure(words, kerberosMechanism);
      const store = keytabStore(library, keytab);
      const { place: status } = minor;
      minor.check(
        await functions.gss_acquire_cred_from(
          ...[status, readPointer(name), INDEFINITE, mechanisms, ACCEPT, store, credential, 0n, 0n] as const,
        ),
      );
    } finally {
      functions.gss_release_name(place(4), name);
    }
    library.defer(() => functions.gss_release_cred(place(4), credential));
    return readPointer(credential);
  });
}

/** `gss_key_value_set_desc { uint32 count; elements; }`, and its one element `{ char *key; char *value; }`. */
function keytabStore({ memory }: KerberosLibrary, keytab: string): Uint8Array<ArrayBuffer> {
  const key = cText("keytab"), value = cText(`FILE:${keytab}`);
  const text = new Uint8Array(key.length + value.length);
  text.set(key);
  text.set(value, key.length);
  return memory.structure([1n, { at: 16 }, { at: 32 }, { at: 32 + key.length }], text);
}
