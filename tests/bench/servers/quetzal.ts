/** Quetzal itself, as `main.ts serve` runs it: SQLite, fsync before every 250, a log of every message. */
import { fileURLToPath } from "node:url";
import project from "../../../deno.json" with { type: "json" };
import { projectFolder } from "../../house/project_files.ts";
import type { CertificateFiles } from "../../support/certificate.ts";
import { rightsFor } from "../../support/run_main.ts";
import { userName } from "../load/load.ts";
import { freePorts } from "../../support/free_ports.ts";
import { type BenchServer, everyone, folderIn, processIn, run, untilGreeted, users, usualRest } from "./server.ts";

const cwd = fileURLToPath(projectFolder);

/** What differs from one to another. The first does what the peers do; each door is measured in one of them only. */
export type Variant = "quetzal" | "quetzal (node)" | "quetzal (index)" | "quetzal (2 workers)";

/** Starts it, with the rights that the README gives it. */
export async function quetzal(tls: CertificateFiles, variant: Variant): Promise<BenchServer> {
  // Of POP3S.
  const engine = variant === "quetzal (node)" ? "node" : "deno";
  // On unless it is switched off. It makes IMAP's searches quick, and costs more than a delivery, at rest times.
  const isIndexed = variant === "quetzal (index)";
  const hasWorkers = variant === "quetzal (2 workers)";
  await using stack = new AsyncDisposableStack();
  const folder = await folderIn(stack, "quetzal");
  const [smtp = 0, pop3 = 0, pop3s = 0, imap = 0] = freePorts(4);
  const config = `${folder}/mail.yaml`;
  await Deno.copyFile(tls.certificate, `${folder}/cert.pem`);
  await Deno.copyFile(tls.key, `${folder}/key.pem`);
  await Deno.writeTextFile(
    config,
    `hostname: quetzal.${users.domain}
domains: [${users.domain}]
data: ./data
workers: ${hasWorkers ? 2 : 1}
tls: { certificate: ./cert.pem, key: ./key.pem, engine: ${engine} }
# The usual cost would only make setting up slower: clients that come again within minutes are remembered.
directory: { use: local, options: { password_hash_cost: 10 } }
storage: { use: sqlite, options: { full_text_index: ${isIndexed} } }
auth: [plain]
cleartext_auth: true
limits: { connections: 10000, connections_per_address: 10000 }
log: { file: ./data/mail.log }
protocols:
  - { use: smtp, listen: ["127.0.0.1:${smtp} starttls"] }
  - { use: pop3, listen: ["127.0.0.1:${pop3} starttls", "127.0.0.1:${pop3s} tls"] }
  - { use: imap, listen: ["127.0.0.1:${imap} starttls"] }
`,
  );
  const program = ["run", "-q", "--no-prompt", ...rightsFor(folder), "main.ts"];
  const accounts = Array.from({ length: everyone.count }, (_, number) => userName(everyone, number))
    .map((user) => `${user}@${users.domain} ${users.password}\n`).join("");
  await run(Deno.execPath(), [...program, "account", "import", "--config", config], { cwd, stdin: accounts });
  const begun = performance.now();
  const pid = processIn(stack, Deno.execPath(), [...program, "serve", "--config", config], { cwd, stderr: "inherit" });
  const startup = await untilGreeted(smtp, begun);
  const rest = stack.move();
  return {
    name: variant,
    version: project.version,
    durability: "fsync of the message in its mailbox",
    pids: [pid],
    // The indexer leaves the writer alone for 150 times as long as it took, while there was mail.
    rest: isIndexed ? 10_000 : usualRest,
    startup,
    fill: { port: smtp, lmtp: false },
    ...variant === "quetzal" && { smtp, pop3, imap, imapIdle: imap },
    ...hasWorkers && { imap },
    ...isIndexed ? { indexedSmtp: smtp, indexedImap: imap } : {
      pop3s: { port: pop3s, authorities: [await Deno.readTextFile(tls.certificate)] },
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
