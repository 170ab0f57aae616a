/**
 * Dovecot with maildirs and tuned services: login processes that stay, plain secrets. With `hibernating`, sessions in IDLE
 * are handed to one process for all of them; that costs each other one a process of its own, so only those are measured.
 */
import { freePorts } from "../../support/free_ports.ts";
import {
  everyone,
  folderIn,
  isInstalled,
  processIn,
  run,
  type Started,
  untilGreeted,
  users,
  usualRest,
} from "./server.ts";
import { userName } from "../load/load.ts";

/** What a user may have of the kernel's watches on files. */
async function watches(): Promise<number> {
  return Number(await Deno.readTextFile("/proc/sys/fs/inotify/max_user_instances").catch(() => "0"));
}

/** `synced`: what changes is on the disk before it is answered, flags included. */
type Manner = "busy" | "hibernating" | "synced";

const names = {
  busy: "dovecot",
  hibernating: "dovecot (hibernating)",
  synced: "dovecot (mail_fsync=always)",
} as const satisfies Record<Manner, string>;

interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Starts it, as root only: its services change users. */
export async function dovecot(certificate: Certificate, manner: Manner = "busy"): Promise<Started> {
  const name = names[manner], fsync = manner === "synced" ? "always" : "optimized";
  if (!await isInstalled("dovecot")) {
    return { name, missing: "not installed (Debian: dovecot-imapd dovecot-pop3d dovecot-lmtpd)" };
  }
  if (Deno.uid() !== 0) return { name, missing: "can be started by root only" };
  if (manner === "hibernating" && await watches() < 10_000) {
    return { name, missing: "fs.inotify.max_user_instances is too low: without one for each session none hibernates" };
  }
  await using stack = new AsyncDisposableStack();
  const folder = await folderIn(stack, "dovecot");
  const [pop3 = 0, pop3s = 0, lmtp = 0, imap = 0] = freePorts(4);
  await Deno.mkdir(`${folder}/mail`);
  await Deno.chmod(folder, 0o755);
  await run("chown", ["nobody:nogroup", `${folder}/mail`]);
  const uid = (await run("id", ["-u", "nobody"])).trim();
  const gid = (await run("id", ["-g", "nobody"])).trim();
  const accounts = Array.from({ length: everyone.count }, (_, number) => userName(everyone, number));
  await Deno.writeTextFile(
    `${folder}/passwd`,
    accounts.map((user) => `${user}:{PLAIN}${users.password}::::::\n`).join(""),
  );
  await Deno.writeTextFile(
    `${folder}/dovecot.conf`,
    configuration(folder, { pop3, pop3s, lmtp, imap }, uid, gid, certificate) +
      `mail_fsync = ${fsync}\n` + imapService(manner),
  );
  const begun = performance.now();
  const pid = processIn(stack, "dovecot", ["-F", "-c", `${folder}/dovecot.conf`]);
  const startup = await untilGreeted(pop3, begun);
  const rest = stack.move();
  return {
    name,
    version: (await run("dovecot", ["--version"])).split(" ")[0] ?? "",
    durability: `mail_fsync=${fsync}`,
    pids: [pid],
    rest: usualRest,
    startup,
    fill: { port: lmtp, lmtp: true },
    ...manner === "synced" ? { syncedImap: imap } : { imapIdle: imap },
    ...manner === "busy" && {
      ...{ pop3, imap },
      pop3s: { port: pop3s, authorities: [await Deno.readTextFile(certificate.certificate)] },
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function configuration(
  folder: string,
  ports: { readonly pop3: number; readonly pop3s: number; readonly lmtp: number; readonly imap: number },
  uid: string,
  gid: string,
  tls: Certificate,
): string {
  return `base_dir = ${folder}/run/
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <${tls.certificate}
ssl_key = <${tls.key}
disable_plaintext_auth = no
auth_mechanisms = plain
auth_username_format = %n
mail_location = maildir:~/Maildir
first_valid_uid = 100
mail_max_userip_connections = 20000
default_client_limit = 20000
passdb {
  driver = passwd-file
  args = ${folder}/passwd
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%n
}
protocol lmtp {
  postmaster_address = postmaster@${users.domain}
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = 0
  }
  process_limit = 2000
  service_count = 0
  process_min_avail = 2
  client_limit = 20000
  vsz_limit = 2G
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = ${ports.pop3s}
    ssl = yes
  }
  process_limit = 2000
  service_count = 0
  process_min_avail = 2
  client_limit = 20000
}
service pop3 {
  process_limit = 2000
  service_count = 200
  process_min_avail = 4
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${ports.lmtp}
  }
  process_limit = 200
  service_count = 0
  process_min_avail = 4
}
service anvil {
  client_limit = 60000
}
service auth {
  client_limit = 60000
}
service stats {
  client_limit = 60000
}
service log {
  client_limit = 60000
}
`;
}

function imapService(manner: Manner): string {
  if (manner !== "hibernating") {
    return `service imap {
  process_limit = 20000
  service_count = 200
  process_min_avail = 4
  vsz_limit = 2G
}
`;
  }
  return `imap_hibernate_timeout = 1s
service imap {
  process_limit = 20000
  vsz_limit = 2G
  unix_listener imap-master {
    user = dovecot
    mode = 0666
  }
}
service imap-hibernate {
  client_limit = 60000
  process_limit = 1
  vsz_limit = 2G
  unix_listener imap-hibernate {
    mode = 0666
  }
}
`;
}
