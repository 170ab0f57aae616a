/** Folders with a mail.yaml for tests: every port is free, everything lies in one temporary folder. */
import { stringify } from "@std/yaml";
import { type CertificateText, selfSigned, writeCertificate } from "../../core/commands/self_signed.ts";

/** What a test wants of its server. All of it may be left out. */
export interface TestSettings {
  /** Default: memory in process, sqlite in a process of its own. */
  readonly storage?: "memory" | "sqlite";
  /** Threads that serve sessions; default: one. */
  readonly workers?: number;
  /** Passwords by address. Default: alice@example.org and bob@example.org, see `alice` and `bob`. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** An entry as in mail.yaml; default: local. */
  readonly directory?: unknown;
  /** Default: every built-in mechanism but ANONYMOUS and EXTERNAL. */
  readonly auth?: readonly unknown[];
  /** Default: false. */
  readonly cleartextAuth?: boolean;
  /** Default: example.org. */
  readonly domains?: readonly string[];
  /** Options of the directory, where that is the local one. */
  readonly directoryOptions?: Readonly<Record<string, unknown>>;
  /** Entries as in mail.yaml; paths are relative to the folder. */
  readonly filters?: readonly unknown[];
  /** Entries as in mail.yaml. */
  readonly extensions?: readonly unknown[];
  /** Entries as in mail.yaml. */
  readonly transports?: readonly unknown[];
  /** As in mail.yaml. */
  readonly queue?: Readonly<Record<string, unknown>>;
  /** As in mail.yaml. Failed logins cost nothing unless it says so. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Options of each service. */
  readonly options?: Readonly<
    Partial<Record<"smtp" | "submission" | "pop3" | "imap", Readonly<Record<string, unknown>>>>
  >;
  /** Further protocols by name, with their options; each listens on a port of its own. */
  readonly further?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** How those listen; default: without TLS. */
  readonly furtherTls?: "starttls" | "tls";
  /** Entries as in mail.yaml. */
  readonly http?: readonly unknown[];
  /** Default: deno. */
  readonly engine?: "deno" | "node";
  /** Further keys of `tls`, as in mail.yaml. */
  readonly tls?: Readonly<Record<string, unknown>>;
  /** Other files of the folder, by name: a filter's module. */
  readonly files?: Readonly<Record<string, string>>;
  /** As in mail.yaml; default: everything at level debug. */
  readonly log?: Readonly<Record<string, unknown>>;
}

/** The services of a test's server. */
export type ServiceName = "smtp" | "submission" | "submissions" | "pop3" | "pop3s" | "imap" | "imaps";

/** Real ports by name. */
export type Ports = Readonly<Record<ServiceName, number>>;

/** In the order in which mail.yaml lists them. */
const serviceNames: readonly ServiceName[] = ["smtp", "submission", "submissions", "pop3", "pop3s", "imap", "imaps"];

/** An account of every test's server. */
export const alice = { address: "alice@example.org", password: "secret of alice" } as const;
/** Another. */
export const bob = { address: "bob@example.org", password: "secret of bob" } as const;

/** Passwords by address. */
export function accountsOf(
  { accounts }: TestSettings,
): readonly { readonly address: string; readonly password: string }[] {
  const known = accounts ?? { [alice.address]: alice.password, [bob.address]: bob.password };
  return Object.entries(known).map(([address, password]) => ({ address, password }));
}

/** A folder of a test's server. */
export interface TestFolder extends AsyncDisposable {
  /** Absolute. */
  readonly folder: string;
  /** Its mail.yaml. */
  readonly file: string;
  /** The certificate, PEM: for clients that verify. */
  readonly certificate: string;
  /** Writes mail.yaml anew. */
  configure(settings: TestSettings): Promise<void>;
}

/** Makes a folder with configuration and certificate. Disposing of it removes it. */
export async function testFolder(settings: TestSettings): Promise<TestFolder> {
  const folder = await Deno.makeTempDir({ prefix: "mail-server-" });
  const file = `${folder}/mail.yaml`;
  const certificate = await testCertificate();
  await writeCertificate(`${folder}/tls`, certificate);
  const configure = async (settings: TestSettings) => {
    for (const [name, text] of Object.entries(settings.files ?? {})) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await Deno.writeTextFile(file, configText(settings));
  };
  await configure(settings);
  return {
    folder,
    file,
    certificate: certificate.certificate,
    configure,
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** What listens, in the order of mail.yaml, by name; further protocols come last. */
export function portsOf(listening: readonly { readonly port: number }[]): Ports {
  if (listening.length < serviceNames.length) throw new Error(`${listening.length} listeners`);
  const port = (name: ServiceName) => listening[serviceNames.indexOf(name)]?.port ?? 0;
  return {
    smtp: port("smtp"),
    submission: port("submission"),
    submissions: port("submissions"),
    pop3: port("pop3"),
    pop3s: port("pop3s"),
    imap: port("imap"),
    imaps: port("imaps"),
  };
}

/** Ports of further protocols, by name. */
export function furtherPortsOf(
  { further = {} }: TestSettings,
  listening: readonly { readonly port: number }[],
): Readonly<Record<string, number>> {
  const names = Object.keys(further);
  return Object.fromEntries(names.map((name, at) => [name, listening[serviceNames.length + at]?.port ?? 0]));
}

/** Ports of HTTP, one for each address. */
export function httpPortsOf(
  { further = {} }: TestSettings,
  listening: readonly { readonly port: number }[],
): readonly number[] {
  return listening.slice(serviceNames.length + Object.keys(further).length).map(({ port }) => port);
}

function configText(settings: TestSettings): string {
  const { options = {} } = settings;
  return stringify({
    hostname: "mail.example.org",
    domains: settings.domains ?? ["example.org"],
    data: "./data",
    tls: { certificate: "./tls/cert.pem", key: "./tls/key.pem", engine: settings.engine ?? "deno", ...settings.tls },
    storage: settings.storage ?? "memory",
    workers: settings.workers ?? 1,
    // Hashing that is slow for attackers is slow for tests too.
    directory: settings.directory ??
      { use: "local", options: { password_hash_cost: 10, ...settings.directoryOptions } },
    auth: settings.auth ?? [
      ...["plain", "login", "cram-md5", "digest-md5", "apop"],
      ...["scram-sha-1", "scram-sha-256", "scram-sha-512"],
    ],
    cleartext_auth: settings.cleartextAuth ?? false,
    limits: { auth_delay: "0s", ...settings.limits },
    protocols: [
      { use: "smtp", listen: ["127.0.0.1:0 starttls"], options: { ...options.smtp } },
      {
        use: "smtp",
        listen: ["127.0.0.1:0 starttls", "127.0.0.1:0 tls"],
        options: { mode: "submission", ...options.submission },
      },
      { use: "pop3", listen: ["127.0.0.1:0 starttls", "127.0.0.1:0 tls"], options: { ...options.pop3 } },
      { use: "imap", listen: ["127.0.0.1:0 starttls", "127.0.0.1:0 tls"], options: { ...options.imap } },
      ...Object.entries(settings.further ?? {}).map(([use, options]) => ({
        use,
        listen: [["127.0.0.1:0", settings.furtherTls ?? ""].join(" ").trim()],
        options,
      })),
    ],
    filters: settings.filters ?? [],
    http: settings.http ?? [],
    transports: settings.transports ?? [],
    queue: settings.queue ?? {},
    extensions: settings.extensions ?? [],
    log: settings.log ?? { format: "json", level: "debug" },
  });
}

let made: Promise<CertificateText> | undefined;

/** One for all tests of a process. */
function testCertificate(): Promise<CertificateText> {
  return made ??= selfSigned(["localhost", "127.0.0.1"], new Date());
}
