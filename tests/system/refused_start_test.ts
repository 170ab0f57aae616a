/** What keeps the server from starting: one line that says what to do, an exit code, and nothing is changed. */
import { assertEquals, assertMatch } from "@std/assert";
import type { PluginKind } from "../../core/contract/plugin.ts";
import { makeAuthority, serverNames } from "../support/authority.ts";
import { openDatabase } from "../support/open_database.ts";
import { pluginText } from "../support/plugin_text.ts";
import { runMain } from "../support/run_main.ts";
import { type ServerHome, serverHome, spawnServer } from "../support/spawn_server.ts";

/** Runs `serve` on a home that something has been done to. */
async function refuses(spoil: (home: ServerHome) => Promise<void>, code: 1 | 2, said: RegExp): Promise<void> {
  await using home = await serverHome();
  await spoil(home);
  const before = await contents(home.folder);
  const done = await runMain(["serve", "--config", home.file], { folder: home.folder });
  const lines = done.stderr.replaceAll(`${home.folder}/`, "").trimEnd().split("\n");
  assertEquals([done.code, lines.length], [code, 1], done.stderr);
  assertMatch(lines[0] ?? "", said);
  assertEquals(await contents(home.folder), before);
}

/** Writes a line of mail.yaml in place of those of its key. */
function saying(line: string): (home: ServerHome) => Promise<void> {
  return async ({ file }) => {
    const [key = ""] = line.split(":");
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `${withoutKey(text.split("\n"), key).join("\n")}\n${line}\n`);
  };
}

Deno.test("refused start: a broken mail.yaml", async () => {
  await refuses(saying("key: value"), 2, /^mail\.yaml {2}key: unknown key/);
  await refuses(
    ({ file }) => Deno.writeTextFile(file, "hostname: [\n"),
    2,
    /^mail\.yaml {2}line \d+, column \d+: is not YAML/,
  );
  await refuses(({ file }) => Deno.remove(file), 2, /^mail\.yaml {2}there is no such file$/);
});

Deno.test("refused start: a plugin that throws while it is set up, or while it is loaded", async () => {
  const withFilter = (text: string) => async (home: ServerHome) => {
    await Deno.writeTextFile(`${home.folder}/mine.js`, text);
    await saying("filters: [./mine.js]")(home);
  };
  const throwing = pluginText("filter", "mine", "() => { throw new Error('no disk') }");
  await refuses(withFilter(throwing), 1, /^filter mine: no disk$/);
  const early = "throw new Error('too early');";
  await refuses(withFilter(early), 2, /^mail\.yaml {2}filters\[0\]: \.\/mine\.js cannot be loaded: too early$/);
});

Deno.test("refused start: a plugin that is not what the contract says of its kind, or a mechanism that is there already", async () => {
  const withPlugin = (key: string, kind: PluginKind, extension: string) => async (home: ServerHome) => {
    await Deno.writeTextFile(`${home.folder}/mine.js`, pluginText(kind, "mine", `() => (${extension})`));
    await saying(key)(home);
  };
  await refuses(
    withPlugin("directory: ./mine.js", "directory", "{}"),
    1,
    /^directory mine: its setup gives no checkPassword; expected a function$/,
  );
  const named = (name: string) =>
    `{ mechanism: ${name}, first: "client", needs: "nothing", revealsPassword: true, async *exchange() {} }`;
  await refuses(
    withPlugin("auth: [plain, ./mine.js]", "auth", named(String.raw`"X\r\nY"`)),
    1,
    /^auth mine: its setup gives a wrong mechanism: expected a name such as SCRAM-SHA-256: .*, found "X\\r\\nY"$/,
  );
  await refuses(
    withPlugin("auth: [plain, ./mine.js]", "auth", named(`"PLAIN"`)),
    1,
    /^auth mine: its mechanism PLAIN is that of plain already; remove one of them$/,
  );
});

Deno.test("refused start: a port in use, also with a data folder that is not there yet", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const said = /^127\.0\.0\.1:\d+ cannot be listened on: the port is in use; stop the program that listens there/;
  for (const security of ["", " starttls", " tls"]) {
    await refuses(saying(`protocols: [{ use: pop3, listen: ["127.0.0.1:${port}${security}"] }]`), 1, said);
  }
  await refuses(
    async (home) => {
      await saying(`protocols: [{ use: pop3, listen: ["127.0.0.1:${port}"] }]`)(home);
      await Deno.remove(`${home.folder}/data`, { recursive: true });
    },
    1,
    said,
  );
});

Deno.test("refused start: a certificate that cannot be read, or is not the key's", async () => {
  const tls = (certificate: string, key = "./tls/key.pem") =>
    saying(`tls: { certificate: ${certificate}, key: ${key} }`);
  await refuses(tls("./tls/none.pem"), 2, /^mail\.yaml {2}tls\.certificate: tls\/none\.pem: there is no such file$/);
  await refuses(tls("./tls"), 2, /^mail\.yaml {2}tls\.certificate: \S*tls: is a folder; expected a file/);
  await refuses(tls("./tls/key.pem"), 2, /^mail\.yaml {2}tls\.certificate: tls\/key\.pem has no certificate in PEM/);
  await refuses(
    tls("./tls/cert.pem", "./tls/cert.pem"),
    2,
    /^mail\.yaml {2}tls\.key: tls\/cert\.pem has no private key/,
  );
  await refuses(
    ({ folder }) =>
      Deno.writeTextFile(`${folder}/tls/cert.pem`, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"),
    2,
    /^mail\.yaml {2}tls\.certificate: tls\/cert\.pem has a certificate that cannot be read/,
  );
  await refuses(
    async ({ folder }) => {
      const { key } = await (await makeAuthority("Another")).issue({ names: serverNames });
      await Deno.writeTextFile(`${folder}/tls/key.pem`, key);
    },
    2,
    /^mail\.yaml {2}tls\.key: tls\/key\.pem is not the key of the certificate in tls\/cert\.pem/,
  );
});

// Tests may run as root, whom no rights keep out: what cannot be made for anybody stands for a folder without rights.
Deno.test("refused start: a data folder that cannot be made or written", async () => {
  await refuses(saying("data: ./tls/cert.pem"), 1, /^data: tls\/cert\.pem cannot be made: .* belongs to the user/);
  await refuses(
    saying("data: ./tls/cert.pem/data"),
    1,
    /^data: tls\/cert\.pem\/data cannot be made: .* belongs to the user/,
  );
});

Deno.test("refused start: a folder of long bodies, or a file of the log, that cannot be opened", async () => {
  await refuses(
    async ({ folder }) => {
      await Deno.remove(`${folder}/data/mail.bodies`);
      await Deno.writeTextFile(`${folder}/data/mail.bodies`, "");
    },
    1,
    /^storage sqlite: data\/mail\.bodies: cannot be used: .* must belong to the user/,
  );
  await refuses(
    saying("log: { file: ./none/mail.log }"),
    1,
    /^log\.file: none\/mail\.log cannot be opened: .*; it must be a file that the server's user may write/,
  );
});

Deno.test("refused start: a data folder that another server runs with, until that one is gone", async () => {
  await using home = await serverHome();
  {
    await using server = await home.spawn();
    const done = await runMain(["serve", "--config", home.file], { folder: home.folder });
    assertEquals(
      [done.code, done.stderr],
      [
        1,
        `data: another server runs with ${home.folder}/data: stop that one first, or give this one a folder of its own\n`,
      ],
    );
    // The command line is no server.
    const listed = await runMain(["account", "list", "--config", home.file], { folder: home.folder });
    assertEquals(listed.code, 0, listed.stderr);
    server.kill("SIGKILL");
    await server.status;
  }
  await using server = await home.spawn();
  await server.logged("serving");
});

Deno.test("refused start: a command of a newer program changes no schema under a server that runs", async () => {
  await using server = await spawnServer();
  const { folder, file } = server.home;
  const withDatabase = (sql: string) => {
    using database = openDatabase(`${folder}/data/mail.db`);
    return database.prepare(sql).get()?.["user_version"];
  };
  const current = Number(withDatabase("PRAGMA user_version"));
  // As the server of an earlier program would have it.
  withDatabase(`PRAGMA user_version = ${current - 1}`);
  const list = () => runMain(["account", "list", "--config", file], { folder });
  const done = await list();
  assertEquals([done.code, done.stdout], [1, ""]);
  assertEquals(
    done.stderr.replaceAll(`${folder}/`, ""),
    `storage sqlite: data/mail.db: has schema ${current - 1}, which this program would make ${current}, and a server ` +
      "runs with it: restart the server with this program first, or try again if that was just done\n",
  );
  assertEquals(withDatabase("PRAGMA user_version"), current - 1);
  withDatabase(`PRAGMA user_version = ${current}`);
  assertEquals((await list()).code, 0);
  // Nor is a database made where the server's is not there.
  await Deno.rename(`${folder}/data/mail.db`, `${folder}/mail.db`);
  assertMatch(
    (await list()).stderr,
    /^storage sqlite: \S+mail\.db: cannot be used: unable to open database file/,
  );
  await Deno.rename(`${folder}/mail.db`, `${folder}/data/mail.db`);
  assertEquals((await list()).code, 0);
});

Deno.test("refused start: a database of a newer version, or none at all", async () => {
  await refuses(
    ({ folder }) => {
      using database = openDatabase(`${folder}/data/mail.db`);
      database.exec("PRAGMA user_version = 999");
      return Promise.resolve();
    },
    1,
    /^storage sqlite: data\/mail\.db: has schema 999, .*: run the version of the server that wrote it/,
  );
  await refuses(
    async ({ folder }) => {
      for (const suffix of ["-wal", "-shm"]) await Deno.remove(`${folder}/data/mail.db${suffix}`).catch(() => {});
      await Deno.writeTextFile(`${folder}/data/mail.db`, "this is no database, but a text of some length ".repeat(100));
    },
    1,
    /^storage sqlite: .*mail\.db/,
  );
});

/** The lines of a YAML mapping without those of one key. */
function withoutKey(lines: readonly string[], key: string): string[] {
  let isIn = false;
  return lines.filter((line) => {
    if (/^\S/.test(line)) isIn = line.startsWith(`${key}:`);
    return !isIn;
  });
}

/** Every file and its digest. */
async function contents(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(path, ...await contents(path));
    // SQLite's log comes and goes; the file that is locked while a server starts stays.
    else if (!/-(?:wal|shm)$|^server\.lock$/.test(name)) {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
      found.push(`${path} ${new Uint8Array(digest).toHex()}`);
    }
  }
  return found.sort();
}
