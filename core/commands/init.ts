/** `init`: a folder with everything that a server for a domain of one's own needs. */
import { resolve } from "node:path";
import { loadConfigText } from "../config/load_config.ts";
import { writeLasting } from "../server/lasting.ts";
import { withPlugins } from "../server/load_server.ts";
import { askTwice, passwordFromStdin } from "./ask_password.ts";
import { type Command, CommandError, type Given, passwordOption, UsageError } from "./command.ts";
import { isThere } from "./is_there.ts";
import { readablePassword } from "./readable_password.ts";
import { adminOf, withDirectory } from "./with_directory.ts";

/** The command. */
export const init: Command = {
  name: "init",
  summary: "make a configuration, a certificate and a first account in DIR",
  operands: [{ name: "DIR", count: "one" }],
  options: [
    { name: "hostname", value: "NAME", summary: "the server's own name, as the DNS has it", isRequired: true },
    { name: "account", value: "ADDRESS", summary: "the first account; its domain is served", isRequired: true },
    passwordOption,
  ],
  async run(given) {
    const folder = given.operand("DIR");
    const file = resolve(folder, "mail.yaml");
    const text = initialConfig(given.value("hostname"), domainOf(given.value("account")));
    await refuseToOverwrite([file, resolve(folder, "tls/cert.pem"), resolve(folder, "tls/key.pem")]);
    // Checks the names before anything is written.
    const loaded = await withPlugins(loadConfigText(text, file));
    const { password, isMade } = await choosePassword(given);
    const { selfSigned, writeCertificate } = await import("./self_signed.ts");
    const certificate = await selfSigned([loaded.config.hostname], new Date());
    await withDirectory(
      loaded,
      (directory) => adminOf(directory, loaded.config).add(given.value("account"), password),
    );
    await writeCertificate(resolve(folder, "tls"), certificate);
    await writeLasting(file, text, { isNew: true });
    console.log(`made ${file}
made ${resolve(folder, "tls/cert.pem")}: self-signed; replace it and key.pem by a real one, then send SIGHUP
made ${given.value("account")}${isMade ? ` with the password ${password}` : ""}

Serve it:  main.ts serve --config ${file}`);
    return 0;
  },
};

function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  if (at > 0 && at < address.length - 1) return address.slice(at + 1);
  throw new UsageError(`init: --account: expected an address such as you@example.org, found "${address}"`);
}

async function refuseToOverwrite(files: readonly string[]): Promise<void> {
  for (const file of files) {
    if (await isTaken(file)) throw new CommandError(`${file} is there already; nothing was changed`);
  }
}

async function isTaken(file: string): Promise<boolean> {
  try {
    return await isThere(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new CommandError(`${file} cannot be made: what is above it is a file; nothing was changed`);
  }
}

async function choosePassword(given: Given): Promise<{ readonly password: string; readonly isMade: boolean }> {
  if (given.has("password-stdin")) return { password: await passwordFromStdin(), isMade: false };
  if (Deno.stdin.isTerminal()) return { password: askTwice(given.value("account")), isMade: false };
  return { password: readablePassword(), isMade: true };
}

/** JSON's texts are YAML's as well: what was typed cannot become another key. */
function initialConfig(hostname: string, domain: string): string {
  return `# main.ts check --config mail.yaml finds every mistake; SIGHUP makes the server read this file again.
hostname: ${JSON.stringify(hostname)}
# Mail for these is kept here; the first is the domain of logins without one.
domains: [${JSON.stringify(domain)}]
# Everything that the server writes. Paths are relative to this file.
data: ./data
# Self-signed to begin with; PEM files with the whole chain.
tls: { certificate: ./tls/cert.pem, key: ./tls/key.pem }
# What is offered to a client is what works on its connection.
auth: [plain, login, cram-md5, digest-md5, apop, scram-sha-256]
limits: { message: 50MB, connections: 10000, connections_per_address: 200 }
protocols:
  # Mail from other servers.
  - { use: smtp, listen: ["0.0.0.0:25 starttls"] }
  # Mail from the people who have accounts here.
  - { use: smtp, listen: ["0.0.0.0:587 starttls", "0.0.0.0:465 tls"], options: { mode: submission } }
  # They read it, and keep it here.
  - { use: imap, listen: ["0.0.0.0:143 starttls", "0.0.0.0:993 tls"] }
  # They fetch it.
  - { use: pop3, listen: ["0.0.0.0:110 starttls", "0.0.0.0:995 tls"] }
`;
}
