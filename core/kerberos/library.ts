/**
 * The system's MIT Kerberos (libgssapi_krb5, and libkrb5 behind it) through FFI: the one file that declares functions of C.
 * A wrong line here is not an error but the end of the process, so each declaration is that of krb5.h or gssapi.h, for
 * machines with pointers of 64 bits, which all that Deno runs on have.
 *
 * Pointers are plain numbers (`u64`): `Deno.UnsafePointer` would need the right to load any library. Functions that may
 * wait for a file are `nonblocking`: they run in threads of their own, and what they are given as `buffer` stays in place.
 */
import { Memory } from "./memory.ts";
import { KerberosOptionError } from "./option_error.ts";

const pointer = "u64", buffer = "buffer", int = "i32", unsigned = "u32";

const declarations = {
  // <string.h>, found through the same library: it depends on it.
  "address_of": { name: "memcpy", parameters: [buffer, buffer, "usize"], result: pointer },
  "copy_from": { name: "memcpy", parameters: [buffer, pointer, "usize"], result: pointer },
  "strnlen": { parameters: [pointer, "usize"], result: "usize" },

  // krb5.h: a context is one thread's at a time.
  "krb5_init_context": { parameters: [buffer], result: int, nonblocking: true },
  "krb5_free_context": { parameters: [pointer], result: "void" },
  "krb5_set_real_time": { parameters: [pointer, int, int], result: int },
  "krb5_get_error_message": { parameters: [pointer, int], result: pointer },
  "krb5_free_error_message": { parameters: [pointer, pointer], result: "void" },
  "krb5_unparse_name": { parameters: [pointer, pointer, buffer], result: int },
  "krb5_free_unparsed_name": { parameters: [pointer, pointer], result: "void" },
  "krb5_free_data_contents": { parameters: [pointer, buffer], result: "void" },
  // The keytab.
  "krb5_kt_resolve": { parameters: [pointer, buffer, buffer], result: int },
  "krb5_kt_close": { parameters: [pointer, pointer], result: int },
  "krb5_kt_start_seq_get": { parameters: [pointer, pointer, buffer], result: int, nonblocking: true },
  "krb5_kt_next_entry": { parameters: [pointer, pointer, buffer, buffer], result: int, nonblocking: true },
  "krb5_kt_end_seq_get": { parameters: [pointer, pointer, buffer], result: int },
  "krb5_free_keytab_entry_contents": { parameters: [pointer, buffer], result: int },
  // AP-REQ and AP-REP.
  "krb5_auth_con_init": { parameters: [pointer, buffer], result: int },
  "krb5_auth_con_setaddrs": { parameters: [pointer, pointer, pointer, buffer], result: int },
  "krb5_auth_con_free": { parameters: [pointer, pointer], result: int },
  "krb5_rd_req": {
    parameters: [pointer, buffer, buffer, pointer, pointer, buffer, buffer],
    result: int,
    nonblocking: true,
  },
  "krb5_free_ticket": { parameters: [pointer, pointer], result: "void" },
  "krb5_mk_rep": { parameters: [pointer, pointer, buffer], result: int },

  // gssapi.h and gssapi_ext.h: the first argument is where the mechanism's own status goes.
  "gss_import_name": { parameters: [buffer, buffer, buffer, buffer], result: unsigned },
  "gss_display_name": { parameters: [buffer, pointer, buffer, pointer], result: unsigned },
  "gss_release_name": { parameters: [buffer, buffer], result: unsigned },
  "gss_acquire_cred_from": {
    parameters: [buffer, pointer, unsigned, buffer, int, buffer, buffer, pointer, pointer],
    result: unsigned,
    nonblocking: true,
  },
  "gss_release_cred": { parameters: [buffer, buffer], result: unsigned },
  "gss_accept_sec_context": {
    parameters: [buffer, buffer, pointer, buffer, pointer, buffer, buffer, buffer, buffer, pointer, pointer],
    result: unsigned,
    nonblocking: true,
  },
  "gss_delete_sec_context": { parameters: [buffer, buffer, pointer], result: unsigned },
  "gss_wrap": { parameters: [buffer, pointer, int, unsigned, buffer, buffer, buffer], result: unsigned },
  "gss_unwrap": { parameters: [buffer, pointer, buffer, buffer, buffer, buffer], result: unsigned },
  "gss_wrap_size_limit": { parameters: [buffer, pointer, int, unsigned, unsigned, buffer], result: unsigned },
  "gss_display_status": { parameters: [buffer, unsigned, int, pointer, buffer, buffer], result: unsigned },
  "gss_release_buffer": { parameters: [buffer, buffer], result: unsigned },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of C. */
export type Functions = Deno.StaticForeignLibraryInterface<typeof declarations>;

/**
 * The library, opened. Disposing waits for calls that are under way, since code that a thread runs must stay loaded, and
 * frees what was deferred.
 */
export class KerberosLibrary implements AsyncDisposable {
  readonly #memory: Memory;
  readonly #library: Deno.DynamicLibrary<typeof declarations>;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #frees = new DisposableStack();
  #isClosed = false;
  #isLoaded = true;

  private constructor(library: Deno.DynamicLibrary<typeof declarations>) {
    this.#library = library;
    this.#memory = new Memory(library.symbols);
  }

  /** What it can do. @throws Error when it is gone: a call would be the end of the process. */
  get functions(): Functions {
    this.#mustBeLoaded();
    return this.#library.symbols;
  }

  /** What C has written. @throws Error when it is gone. */
  get memory(): Memory {
    this.#mustBeLoaded();
    return this.#memory;
  }

  /**
   * Opens it: the file of that path, or else where systems have it.
   *
   * @throws KerberosOptionError that names the package; Error that names the right that is missing.
   */
  static open(path?: string): KerberosLibrary {
    const paths = path === undefined ? usualPaths() : [path];
    let isMissing = false;
    for (const one of paths) {
      try {
        return new KerberosLibrary(Deno.dlopen(one, declarations));
      } catch (error) {
        isMissing ||= !(error instanceof Deno.errors.NotCapable);
      }
    }
    if (isMissing) {
      const packages = "Debian: libgssapi-krb5-2, Fedora: krb5-libs";
      const problem = `${path ?? soname} cannot be loaded; install MIT Kerberos (${packages}), or say here where it is`;
      throw new KerberosOptionError("library", problem);
    }
    const [first = soname] = paths;
    throw new Error(`${first} may not be loaded; run the server with --allow-ffi=${first}`);
  }

  /** Whether there is the right to open it, from where it may be. */
  static mayBeLoaded(path?: string): boolean {
    const paths = path === undefined ? usualPaths() : [path];
    return paths.some((one) => Deno.permissions.querySync({ name: "ffi", path: one }).state === "granted");
  }

  /** Does something that calls the library and waits. @throws Error when the library has been closed. */
  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new Error("the Kerberos library is closed");
    const done = work();
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** What has to be done when nothing calls the library any more, and before it goes; the last first. */
  defer(free: () => unknown): void {
    this.#frees.defer(() => void free());
  }

  /** Lets go of the library once nothing of it runs any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    this.#frees.dispose();
    this.#isLoaded = false;
    this.#library.close();
  }

  #mustBeLoaded(): void {
    if (!this.#isLoaded) throw new Error("the Kerberos library is closed");
  }
}

const soname = "libgssapi_krb5.so.2";

/** The right to load a file is given by its path, so paths come first; the last is looked for by the system. */
function usualPaths(): string[] {
  return [`/usr/lib/${Deno.build.arch}-linux-gnu/${soname}`, `/usr/lib64/${soname}`, `/usr/lib/${soname}`, soname];
}
