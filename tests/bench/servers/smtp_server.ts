/**
 * npm's smtp-server on Node, writing one file a message: fsync, then rename. Without an fsync of the folder a power cut may take
 * the rename back, and the message lies where nobody looks for it: so there are two of them.
 */
import { freePorts } from "../../support/free_ports.ts";
import { folderIn, isInstalled, processIn, run, type Started, untilGreeted, users, usualRest } from "./server.ts";

/** Whether what 250 says is safe from a power cut: the folder is synced too, as Quetzal and maildir deliveries do. */
export type Durability = "file synced" | "file and folder synced";

/** Starts it, where Node and the package can be had. */
export async function smtpServer(durability: Durability): Promise<Started> {
  const isWhole = durability === "file and folder synced";
  const name = isWhole ? "smtp-server (folder synced)" : "smtp-server";
  if (!await isInstalled("node") || !await isInstalled("npm")) return { name, missing: "needs node and npm" };
  await using stack = new AsyncDisposableStack();
  const folder = await folderIn(stack, name);
  try {
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, "smtp-server@3"]);
  } catch {
    return { name, missing: "npm could not install smtp-server" };
  }
  const [smtp = 0] = freePorts(1);
  await Deno.writeTextFile(`${folder}/sink.mjs`, sink);
  const begun = performance.now();
  const given = [String(smtp), `${folder}/mail`, users.domain, ...isWhole ? ["folder"] : []];
  const pid = processIn(stack, "node", ["sink.mjs", ...given], { cwd: folder });
  const startup = await untilGreeted(smtp, begun);
  const rest = stack.move();
  return {
    name,
    version: JSON.parse(await Deno.readTextFile(`${folder}/node_modules/smtp-server/package.json`)).version,
    durability: isWhole ? "fsync of each file and its folder" : "fsync of each file, not of its name",
    pids: [pid],
    rest: usualRest,
    startup,
    smtp,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

const sink = `
import { SMTPServer } from "smtp-server";
import { mkdirSync } from "node:fs";
import { open, rename } from "node:fs/promises";
const [port, folder, domain, syncsFolder] = process.argv.slice(2);
for (const sub of ["part", "new"]) mkdirSync(folder + "/" + sub, { recursive: true });
const names = await open(folder + "/new");
let count = 0;
new SMTPServer({
  disabledCommands: ["STARTTLS", "AUTH"], authOptional: true, disableReverseLookup: true,
  size: 50e6, logger: false, maxClients: Infinity,
  onRcptTo: (address, _session, done) =>
    address.address.endsWith("@" + domain) ? done() : done(Object.assign(new Error("no such user"), { responseCode: 550 })),
  onData(stream, _session, done) {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("end", () => keep(chunks).then(() => done(null, "kept"), done));
  },
}).listen(Number(port), "127.0.0.1");
async function keep(chunks) {
  const name = process.pid + "." + ++count;
  const file = await open(folder + "/part/" + name, "wx");
  await file.writev(chunks);
  await file.sync();
  await file.close();
  await rename(folder + "/part/" + name, folder + "/new/" + name);
  if (syncsFolder) await names.sync();
}
`;
