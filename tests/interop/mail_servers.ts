/** Mail servers of others that send to ours: Exim and Postfix, each with a queue of its own in the client's folder. */
import { masterCf, ownPlace } from "../bench/servers/postfix.ts";
import type { ClientHome, Program } from "./client.ts";

/** Where to a mail server sends, and how. */
export interface Destination {
  /** Of our server, on 127.0.0.1. */
  readonly port: number;
  /** Path of the one authority that it trusts; without, it uses no TLS. */
  readonly authority?: string;
}

/** A mail server that sends. Disposing of it stops it; its queue stays. */
export interface Sender extends AsyncDisposable {
  /** Puts a message, whose lines end in LF, into its queue. */
  submit(from: string, to: readonly string[], message: string): Promise<void>;
  /** Tries everything that is in its queue, now. Bounces, which it writes meanwhile, may be left there. */
  deliver(): Promise<void>;
  /** What it has logged. */
  log(): Promise<string>;
}

/** One of them. */
export interface MailServerProgram {
  readonly programs: readonly Program[];
  /** Starts it in that folder, with what a former one has left in the queue. */
  start(home: ClientHome, destination: Destination): Promise<Sender>;
}

const exim = { name: "/usr/sbin/exim4", packageName: "exim4-daemon-heavy" };

/** Exim, which is started for each message and each run of the queue. */
export const eximServer: MailServerProgram = {
  programs: [exim],
  async start(home, destination) {
    // Its processes give up the rights of root.
    await Deno.chmod(home.folder, 0o755);
    await ownedBy(home, "Debian-exim", "spool");
    const config = await home.write("exim.conf", eximConfiguration(home.folder, destination));
    await Deno.chmod(config, 0o644);
    const run = async (args: readonly string[], stdin?: string) => {
      const { code, stdout, stderr } = await home.run(exim, ["-C", config, ...args], stdin);
      if (code !== 0) throw new Error(`exim ${args.join(" ")}: ${stdout}${stderr}`);
    };
    return {
      submit: (from, to, message) => run(["-oi", "-odq", "-f", from, ...to], message),
      deliver: () => run(["-qqff"]),
      log: () => Deno.readTextFile(`${home.folder}/spool/mainlog`),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
};

function eximConfiguration(folder: string, { port, authority }: Destination): string {
  const tls = authority === undefined
    ? "hosts_avoid_tls = *"
    : `hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_certificates = ${authority}\n  tls_verify_cert_hostnames = :`;
  return `primary_hostname = exim.example.net
spool_directory = ${folder}/spool
log_file_path = ${folder}/spool/%slog
keep_environment =
smtputf8_advertise_hosts = *
queue_run_max = 1
begin routers
all:
  driver = manualroute
  transport = smtp
  route_list = * 127.0.0.1
  self = send
begin transports
smtp:
  driver = smtp
  port = ${port}
  allow_localhost
  message_linelength_limit = 100000
  ${tls}
begin retry
* * F,1h,1s
`;
}

const postfix = { name: "postfix", packageName: "postfix" };
const sendmail = { name: "/usr/sbin/sendmail", packageName: "postfix" };
const postqueue = { name: "postqueue", packageName: "postfix" };

/** Postfix, whose daemons run until it is disposed of. */
export const postfixServer: MailServerProgram = {
  programs: [postfix, postqueue, { name: "/usr/lib/postfix/sbin/smtp", packageName: "postfix" }],
  async start(home, destination) {
    await Deno.chmod(home.folder, 0o755);
    for (const name of ["etc", "spool"]) await Deno.mkdir(`${home.folder}/${name}`, { recursive: true });
    const run = async (program: Program, args: readonly string[], stdin?: string) => {
      const { code, stdout, stderr } = await home.run(program, args, stdin);
      if (code !== 0) throw new Error(`${program.name} ${args.join(" ")}: ${stdout}${stderr}`);
    };
    await ownedBy(home, "postfix", "data");
    await home.write("etc/main.cf", postfixConfiguration(home.folder, destination));
    await home.write("etc/master.cf", await masterCf());
    for (const name of ["main.cf", "master.cf"]) await Deno.chmod(`${home.folder}/etc/${name}`, 0o644);
    const config = ["-c", `${home.folder}/etc`];
    await run(postfix, [...config, "start"]);
    return {
      submit: (from, to, message) => run(sendmail, ["-C", `${home.folder}/etc`, "-i", "-f", from, ...to], message),
      deliver: () => run(postqueue, [...config, "-f"]),
      log: () => Deno.readTextFile(`${home.folder}/maillog`),
      [Symbol.asyncDispose]: () => run(postfix, [...config, "stop"]),
    };
  },
};

function postfixConfiguration(folder: string, { port, authority }: Destination): string {
  const tls = authority === undefined
    ? "smtp_tls_security_level = none"
    : `smtp_tls_security_level = verify\nsmtp_tls_CAfile = ${authority}\nsmtp_tls_verify_cert_match = localhost`;
  return `${ownPlace(folder, "postfix.example.net")}relayhost = [127.0.0.1]:${port}
smtp_line_length_limit = 0
smtp_connection_cache_destinations = static:all
smtp_connection_cache_time_limit = 60s
smtp_destination_concurrency_limit = 1
minimal_backoff_time = 1s
queue_run_delay = 1s
${tls}
`;
}

/** A folder within the client's, for a user whom its package has made. */
async function ownedBy(home: ClientHome, user: string, name: string): Promise<void> {
  const path = `${home.folder}/${name}`;
  await Deno.mkdir(path, { recursive: true });
  const { code, stderr } = await home.run({ name: "chown", packageName: "coreutils" }, [user, path]);
  if (code !== 0) throw new Error(`chown ${user}: ${stderr}`);
}
