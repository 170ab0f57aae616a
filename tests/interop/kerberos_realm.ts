/** A Kerberos realm of a test's own: MIT's KDC on a free port of 127.0.0.1, everything else in one folder. */
import { type ClientHome, patience, type Program } from "./client.ts";
import { freePorts } from "../support/free_ports.ts";
import { linesOf } from "../support/lines_of.ts";
import { runProgram } from "../support/run_program.ts";
import { withEnvironment } from "../support/kerberos.ts";

/** What a realm is made with. */
export const realmPrograms: readonly Program[] = [
  { name: "/usr/sbin/kdb5_util", packageName: "krb5-kdc" },
  { name: "/usr/sbin/krb5kdc", packageName: "krb5-kdc" },
  { name: "/usr/sbin/kadmin.local", packageName: "krb5-admin-server" },
  { name: "/usr/bin/kinit", packageName: "krb5-user" },
];

/** A realm that is served until the test is over. */
export interface KerberosRealm extends AsyncDisposable {
  /** Its name. */
  readonly name: string;
  /** Path of a keytab with the keys of pop, imap, smtp, ldap and host at localhost. */
  readonly keytab: string;
  /** What alice's clients need in their environment: she has logged in. */
  readonly alice: Readonly<Record<string, string>>;
  /** The same for bob. */
  readonly bob: Readonly<Record<string, string>>;
  /** Alice again, with tickets that are good from this machine's addresses and 127.0.0.1 only. */
  readonly aliceAtHome: Readonly<Record<string, string>>;
}

const realm = "EXAMPLE.ORG";
const services = ["pop", "imap", "smtp", "ldap", "host"];

/** Makes a realm with alice and bob, who have tickets. This process uses it too, and remembers replays in its folder. */
export async function kerberosRealm(): Promise<KerberosRealm> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "mail-realm-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const environment = {
    KRB5_CONFIG: `${folder}/krb5.conf`,
    KRB5_KDC_PROFILE: `${folder}/kdc.conf`,
    KRB5RCACHENAME: `file2:${folder}/replays`,
  };
  // The KDC cannot say which port it has taken.
  const [port = 0] = freePorts(1);
  await configure(folder, port);
  const keytab = `${folder}/mail.keytab`;
  await run("/usr/sbin/kdb5_util", ["create", "-s", "-r", realm, "-P", "a master's password"], environment);
  const hosts = services.map((service) => `${service}/localhost`);
  await run("/usr/sbin/kadmin.local", ["-r", realm], environment, [
    ...["alice", "bob", ...hosts].map((principal) => `add_principal -randkey ${principal}`),
    `ktadd -k ${keytab} ${hosts.join(" ")}`,
    ...["alice", "bob"].map((user) => `ktadd -k ${folder}/${user}.keytab ${user}`),
  ]);
  stack.use(await startKdc(environment));
  const logIn = async (user: string, addresses: "-a" | "-A" = "-A") => {
    const own = { KRB5_CONFIG: environment.KRB5_CONFIG, KRB5CCNAME: `FILE:${folder}/${user}${addresses}.tickets` };
    await run("/usr/bin/kinit", [addresses, "-k", "-t", `${folder}/${user}.keytab`, user], own);
    return own;
  };
  const users = { alice: await logIn("alice"), bob: await logIn("bob"), aliceAtHome: await logIn("alice", "-a") };
  stack.defer(withEnvironment(environment));
  const rest = stack.move();
  return { name: realm, keytab, ...users, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

async function configure(folder: string, port: number): Promise<void> {
  await Deno.writeTextFile(
    `${folder}/krb5.conf`,
    `[libdefaults]
  default_realm = ${realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  extra_addresses = 127.0.0.1
  udp_preference_limit = 1
[realms]
  ${realm} = {
    kdc = 127.0.0.1:${port}
  }
[domain_realm]
  localhost = ${realm}
[logging]
  kdc = FILE:${folder}/kdc.log
  default = FILE:${folder}/library.log
`,
  );
  await Deno.writeTextFile(
    `${folder}/kdc.conf`,
    `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${realm} = {
    database_name = ${folder}/principals
    key_stash_file = ${folder}/stash
    acl_file = ${folder}/acl
    max_life = 10h
  }
`,
  );
  await Deno.writeTextFile(`${folder}/acl`, "");
}

/** Resolves when it serves, which it says in a line. */
async function startKdc(environment: Readonly<Record<string, string>>): Promise<AsyncDisposable> {
  const child = new Deno.Command("/usr/sbin/krb5kdc", {
    ...{ args: ["-n", "-r", realm], env: environment, stdin: "null", stdout: "null", stderr: "piped" },
  }).spawn();
  const started = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const line of linesOf(child.stderr)) if (line.includes("starting")) started.resolve();
    started.reject(new Error("the KDC did not start"));
  })();
  await started.promise;
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await reading;
    },
  };
}

/** Runs a program to its end. @throws Error with what it said. */
async function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  commands: readonly string[] = [],
): Promise<void> {
  const stdin = commands.map((command) => `${command}\n`).join(""), signal = AbortSignal.timeout(patience);
  const { code, stderr } = await runProgram(program, { args: [...args], env: environment, signal }, stdin);
  // kadmin.local ends well whatever its commands came to.
  if (code !== 0 || /^(add_principal|ktadd|kadmin\.local):/m.test(stderr)) throw new Error(`${program}: ${stderr}`);
}

/** A home whose programs run with a user's tickets. */
export function withTickets(home: ClientHome, tickets: Readonly<Record<string, string>>): ClientHome {
  const variables = Object.entries(tickets).map(([name, value]) => `${name}=${value}`);
  return {
    ...home,
    run: ({ name }, args, ...rest) =>
      home.run({ name: "env", packageName: "coreutils" }, [...variables, name, ...args], ...rest),
  };
}
