/** Quetzal itself, as `main.ts serve` runs it: SQLite, fsync before every 250. */
import { fileURLToPath } from "node:url";
import { projectFolder } from "../../house/project_files.ts";
import { freePorts, run, type Started, stop, untilGreeted, users } from "./server.ts";
import { userName } from "../load/load.ts";

const projectPath = fileURLToPath(projectFolder);

/** Starts it with the certificate that the peers use as well. */
export async function quetzal(tls: { readonly certificate: string; readonly key: string }): Promise<Started> {
  const folder = await Deno.makeTempDir({ prefix: "bench-quetzal-" });
  const [smtp = 0, pop3 = 0, pop3s = 0] = freePorts(3);
  const config = `${folder}/mail.yaml`;
  await Deno.writeTextFile(
    config,
    `hostname: quetzal.${users.domain}
domains: [${users.domain}]
data: ./data
tls: { certificate: ${tls.certificate}, key: ${tls.key}, engine: node }
directory: { use: local, options: { password_hash_cost: 10 } }
auth: [plain]
cleartext_auth: true
limits: { connections: 10000, connections_per_address: 10000 }
log: { level: warn }
protocols:
  - { use: smtp, listen: ["127.0.0.1:${smtp}"] }
  - { use: pop3, listen: ["127.0.0.1:${pop3}", "127.0.0.1:${pop3s} tls"] }
`,
  );
  const program = ["run", "-q", "-A", "--no-prompt", "main.ts"];
  const accounts = Array.from({ length: users.count }, (_, number) => userName(users, number))
    .map((user) => `${user}@${users.domain} ${users.password}\n`).join("");
  await run(Deno.execPath(), [...program, "account", "import", "--config", config], {
    cwd: projectPath,
    stdin: accounts,
  });
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...program, "serve", "--config", config],
    cwd: projectPath,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const startup = await untilGreeted(smtp, begun);
  return {
    name: "quetzal",
    durability: "fsync of the message in its mailbox",
    pids: [child.pid],
    startup,
    smtp,
    pop3,
    pop3s: { port: pop3s, authorities: [await Deno.readTextFile(tls.certificate)] },
    async [Symbol.asyncDispose]() {
      await stop(child.pid);
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
