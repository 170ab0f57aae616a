/** What the process of a sandboxed plugin is given by the server's: what its sandbox lists, and what the runtime needs. */
import { assert, assertEquals } from "@std/assert";
import { cp } from "node:fs/promises";
import { projectFolder } from "../../../house/project_files.ts";
import { sandboxed, senderFilter } from "../../../support/sandboxed_plugin.ts";

const facts = { id: "c1", peer: "192.0.2.7", tls: false };

/** What a line of the shell prints. The runtime itself keeps programs with few rights away from /proc. */
async function shell(line: string): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", line], stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}

/** Processes that this one has started and that still run, but for the shell that looks. */
async function children(): Promise<string[]> {
  const found = await shell(`grep -l "^PPid:[[:space:]]*${Deno.pid}$" /proc/[0-9]*/status; echo "/proc/$$/"`);
  const [shellItself, ...others] = found.trim().split("\n").map((path) => path.split("/")[2] ?? "").reverse();
  return others.filter((pid) => pid !== shellItself);
}

async function words(path: string): Promise<string[]> {
  return (await shell(`cat ${path}`)).split("\0").filter((word) => word !== "");
}

async function openFiles(pid: string): Promise<string[]> {
  return (await shell(`for file in /proc/${pid}/fd/*; do readlink "$file"; done`)).trim().split("\n");
}

/** A cache with what `deno install --frozen` fetches: the packages of the lock file, and nothing that a registry says of them. */
async function installedCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache }: { npmCache: string } = JSON.parse(new TextDecoder().decode(stdout));
  const [registry] = [...Deno.readDirSync(npmCache)].map(({ name }) => name);
  const { npm }: { npm: Record<string, unknown> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.lock", projectFolder)),
  );
  const folder = await Deno.makeTempDir();
  for (const [, name, version] of Object.keys(npm).map((key) => /^(.+)@([^@]+)$/.exec(key) ?? [])) {
    const place = `${registry}/${name}/${version}`;
    await cp(`${npmCache}/${place}`, `${folder}/npm/${place}`, { recursive: true });
  }
  return folder;
}

Deno.test("sandbox: a process needs of the cache what the lock file names, and asks no registry", async () => {
  const before = Deno.env.get("DENO_DIR");
  const folder = await installedCache();
  try {
    Deno.env.set("DENO_DIR", folder);
    await using one = await sandboxed("filter", {
      code: senderFilter(`return { action: "quarantine", reason: "asked" };`),
      sandbox: { process: true },
    });
    assertEquals(await one.plugin.sender?.(facts, ""), { action: "quarantine", reason: "asked" });
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "sandbox: a process has of the server's environment what is listed, and neither its files nor its sockets",
  ignore: Deno.build.os !== "linux",
  async fn() {
    Deno.env.set("SANDBOX_TEST_LISTED", "listed value");
    Deno.env.set("SANDBOX_TEST_SECRET", "secret value");
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const path = await Deno.makeTempFile();
    using _file = await Deno.open(path);
    try {
      const before = new Set(await children());
      await using one = await sandboxed("filter", {
        code: senderFilter(`
          const reason = [Deno.env.get("SANDBOX_TEST_LISTED"), Deno.env.has("SANDBOX_TEST_UNSET")].join();
          return { action: "quarantine", reason };`),
        sandbox: { process: true, env: ["SANDBOX_TEST_LISTED", "SANDBOX_TEST_UNSET"] },
      });
      assertEquals(await one.plugin.sender?.(facts, ""), { action: "quarantine", reason: "listed value,false" });

      const [pid, ...more] = (await children()).filter((child) => !before.has(child));
      assert(pid !== undefined && more.length === 0, `one guest is expected, and there are ${more.length + 1}`);
      const environment = await words(`/proc/${pid}/environ`);
      const needed =
        /^(HOME|XDG_CACHE_HOME|DENO_\w+|NPM_CONFIG_REGISTRY|LD_LIBRARY_PATH|\w+_CERTS?|SSL_CERT_\w+|NO_COLOR)=/;
      assertEquals(environment.filter((entry) => !needed.test(entry)), []);
      // Whoever is on the machine may read how a program was started.
      const line = await words(`/proc/${pid}/cmdline`);
      assertEquals(line.filter((word) => word.includes("value")), []);

      const mine = (await openFiles(`${Deno.pid}`)).filter((name) => name === path || name.startsWith("socket:"));
      assert(mine.includes(path) && mine.length > 1, "the test has a file and a socket open");
      // What it hears and says itself goes through sockets of its own, which this process has the other ends of.
      const theirs = new Set(await openFiles(pid));
      assertEquals(mine.filter((name) => theirs.has(name)), []);
      assert(listener.addr.transport === "tcp");
    } finally {
      Deno.env.delete("SANDBOX_TEST_LISTED");
      Deno.env.delete("SANDBOX_TEST_SECRET");
      await Deno.remove(path);
    }
  },
});
