/** npm's smtp-server on Node, writing one file a message: fsync, then rename. */
import { folderIn, freePorts, isInstalled, processIn, run, type Started, untilGreeted, users } from "./server.ts";

/** Starts it, where Node and the package can be had. */
export async function smtpServer(): Promise<Started> {
  const name = "smtp-server";
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
  const pid = processIn(stack, "node", ["sink.mjs", String(smtp), `${folder}/mail`, users.domain], { cwd: folder });
  const startup = await untilGreeted(smtp, begun);
  const rest = stack.move();
  return {
    name,
    version: JSON.parse(await Deno.readTextFile(`${folder}/node_modules/smtp-server/package.json`)).version,
    durability: "fsync of each file",
    pids: [pid],
    startup,
    smtp,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

const sink = `
import { SMTPServer } from "smtp-server";
import { mkdirSync } from "node:fs";
import { open, rename } from "node:fs/promises";
const [port, folder, domain] = process.argv.slice(2);
for (const sub of ["part", "new"]) mkdirSync(folder + "/" + sub, { recursive: true });
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
}
`;
