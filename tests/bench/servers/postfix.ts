/** Postfix, delivering to virtual(8) maildirs: its 250 is one fsync of the queue file. */
import { freePorts } from "../../support/free_ports.ts";
import { folderIn, isInstalled, run, type Started, untilGreeted, users, usualRest } from "./server.ts";
import { userName } from "../load/load.ts";

/** Starts it, as root only: its daemons change users. */
export async function postfix(): Promise<Started> {
  const name = "postfix";
  if (!await isInstalled("postfix")) return { name, missing: "not installed (Debian: postfix)" };
  if (Deno.uid() !== 0) return { name, missing: "can be started by root only" };
  await using stack = new AsyncDisposableStack();
  const folder = await folderIn(stack, name);
  const [smtp = 0] = freePorts(1);
  for (const sub of ["etc", "spool", "data", "mail"]) await Deno.mkdir(`${folder}/${sub}`);
  await Deno.chmod(folder, 0o755);
  await run("chown", ["postfix", `${folder}/data`]);
  await run("chown", ["nobody:nogroup", `${folder}/mail`]);
  const uid = (await run("id", ["-u", "nobody"])).trim();
  const gid = (await run("id", ["-g", "nobody"])).trim();
  const names = Array.from({ length: users.count }, (_, number) => userName(users, number));
  await Deno.writeTextFile(
    `${folder}/etc/vmailbox`,
    names.map((user) => `${user}@${users.domain} ${user}/\n`).join(""),
  );
  await Deno.writeTextFile(`${folder}/etc/main.cf`, mainCf(folder, uid, gid));
  await Deno.writeTextFile(`${folder}/etc/master.cf`, await masterCf(smtp));
  await run("postmap", ["-c", `${folder}/etc`, `hash:${folder}/etc/vmailbox`]);
  const begun = performance.now();
  const ask = (what: "start" | "stop") => run("postfix", ["-c", `${folder}/etc`, what]);
  await ask("start");
  stack.defer(async () => void await ask("stop"));
  const startup = await untilGreeted(smtp, begun);
  const master = Number(await Deno.readTextFile(`${folder}/spool/pid/master.pid`));
  const rest = stack.move();
  return {
    name,
    version: (await run("postconf", ["-d", "-h", "mail_version"])).trim(),
    durability: "fsync of the queue file; delivered later",
    pids: [master],
    rest: usualRest,
    startup,
    smtp,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** What `main.cf` has so that one runs beside any other: in a folder of its own, on loopback alone. */
export function ownPlace(folder: string, hostname: string): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${folder}/maillog
maillog_file_prefixes = ${folder}
myhostname = ${hostname}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
`;
}

function mainCf(folder: string, uid: string, gid: string): string {
  return `${ownPlace(folder, "postfix.bench.example")}mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
virtual_mailbox_domains = ${users.domain}
virtual_mailbox_maps = hash:${folder}/etc/vmailbox
virtual_mailbox_base = ${folder}/mail
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
virtual_transport = virtual
in_flow_delay = 0
default_process_limit = 150
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
`;
}

/** The distribution's services without chroot, and smtpd on our port alone; without one, nowhere. */
export async function masterCf(port?: number): Promise<string> {
  const lines = (await Deno.readTextFile("/usr/share/postfix/master.cf.dist")).split("\n");
  const services = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    if (/^smtp\s+inet/.test(line)) return port === undefined ? "" : `127.0.0.1:${port} inet n - n - - smtpd`;
    const fields = line.split(/\s+/);
    if (line.startsWith(" ") || fields[1] === "inet") return line;
    return [...fields.slice(0, 4), "n", ...fields.slice(5)].join(" ");
  });
  const hasLog = services.some((line) => line.startsWith("postlog"));
  return [...services, ...(hasLog ? [] : ["postlog unix-dgram n - n - 1 postlogd"]), ""].join("\n");
}
