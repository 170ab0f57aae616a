import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clone } from "../support/clone.ts";
import { linesOf } from "../support/lines_of.ts";

/** The ports of `main.ts start`. */
const ports = [2525, 2587, 2465, 2143, 2993, 2110, 2995];

interface Started extends AsyncDisposable {
  /** What it printed up to its last line of greeting. */
  readonly greeting: string;
}

/** `deno task start`, until it has said everything. */
async function start(folder: string): Promise<Started> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "start"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const lines: string[] = [];
  const end = async () => {
    try {
      // The task passes it on.
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await child.status;
    await complaints;
  };
  const reader = linesOf(child.stdout);
  for (let next = await reader.next(); !next.done; next = await reader.next()) {
    lines.push(next.value);
    if (next.value.startsWith("The passwords are kept in")) {
      const rest = (async () => {
        for await (const _ of reader);
      })();
      return { greeting: lines.join("\n"), [Symbol.asyncDispose]: async () => (await end(), await rest) };
    }
  }
  await child.status;
  throw new Error(await complaints);
}

/** A pasted line, in a shell. */
async function paste(line: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, said], [0, ""]);
  return new TextDecoder().decode(stdout);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

const hasCurl = await new Deno.Command("sh", { args: ["-c", "command -v curl"] }).output().then(({ success }) =>
  success
);
const canRun = ports.every(isFree);
if (!canRun) console.warn(`NOT RUN: "start" needs the ports ${ports.join(", ")} of 127.0.0.1, and one is taken`);

Deno.test({
  name: "start: a clone serves without a question; the pasted lines send and fetch; the second start says it all again",
  ignore: !canRun,
  async fn() {
    const folder = await clone();
    try {
      let first = "";
      {
        await using started = await start(folder);
        first = started.greeting;
        for (const port of ports) assertStringIncludes(first, `127.0.0.1:${port}`);
        const [send = "", ...fetches] = [...first.matchAll(/^ {2}((?:printf|curl) .*)$/gm)].map(([, line = ""]) =>
          line
        );
        assertEquals(fetches.map((line) => /(\w+):\/\//.exec(line)?.[1]), ["imaps", "pop3s"]);
        if (hasCurl) {
          await paste(send);
          for (const fetch of fetches) {
            const message = await paste(fetch);
            assertStringIncludes(message, "Subject: Hello\r\n");
            assertMatch(message, /\r\n\r\nIt works\.\r\n$/);
          }
        }
      }
      {
        await using again = await start(folder);
        assertEquals(again.greeting, first);
      }
      for (const name of ["first_look_passwords.json", "tls/key.pem", "mail.db"]) {
        const { mode } = await Deno.stat(`${folder}/data/${name}`);
        assert(mode !== null);
        assertEquals([name, mode & 0o777], [name, 0o600]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
