/** Dovecot as a second opinion: its IMAP server with one user and a Maildir, everything in a temporary folder. */
import { freePorts } from "../support/free_ports.ts";
import { folderIn, isInstalled, processIn, run, untilGreeted } from "../bench/servers/server.ts";

/** A server that runs until the test is over. */
export interface Dovecot extends AsyncDisposable {
  /** Of IMAP in the clear, on 127.0.0.1. */
  readonly port: number;
  /** Who may log in. */
  readonly user: string;
  readonly password: string;
}

/** Why it cannot be started here; undefined where it can. */
export async function whyNoDovecot(): Promise<string | undefined> {
  if (!await isInstalled("dovecot")) return "dovecot is not installed (Debian: dovecot-imapd)";
  const imap = await Deno.stat("/usr/lib/dovecot/imap").catch(() => undefined);
  if (imap === undefined) return "dovecot has no IMAP (Debian: dovecot-imapd)";
  // Its services change users.
  return Deno.uid() === 0 ? undefined : "dovecot can be started by root only";
}

/** Starts it. */
export async function dovecot(): Promise<Dovecot> {
  await using stack = new AsyncDisposableStack();
  const folder = await folderIn(stack, "dovecot");
  const [port = 0] = freePorts(1);
  const user = "alice", password = "secret";
  await Deno.mkdir(`${folder}/mail`);
  await Deno.chmod(folder, 0o755);
  await run("chown", ["nobody:nogroup", `${folder}/mail`]);
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (which) => (await run("id", [which, "nobody"])).trim()));
  await Deno.writeTextFile(`${folder}/passwd`, `${user}:{PLAIN}${password}::::::\n`);
  await Deno.writeTextFile(
    `${folder}/dovecot.conf`,
    `base_dir = ${folder}/run/
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:~/Maildir
first_valid_uid = 100
passdb {
  driver = passwd-file
  args = ${folder}/passwd
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%n
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`,
  );
  processIn(stack, "dovecot", ["-F", "-c", `${folder}/dovecot.conf`]);
  await untilGreeted(port, performance.now());
  const rest = stack.move();
  return { port, user, password, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}
