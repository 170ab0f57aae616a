/** Design section 2: who may import whom, and who may do what. */
import { assertEquals } from "@std/assert";
import { forbidden, importsOf } from "./imports.ts";
import { typeScriptFiles } from "./project_files.ts";

Deno.test("directions: no file imports what its part must not know", async () => {
  const files = (await typeScriptFiles()).filter(({ path }) => !path.startsWith("tests/"));
  const problems = files.flatMap(({ path, text }) =>
    importsOf(path, text).flatMap((its) => {
      const problem = forbidden(path, its);
      return problem === undefined ? [] : `${path}: ${problem}`;
    })
  );
  assertEquals(problems, []);
});

Deno.test("directions: the rules refuse what they are there to refuse", () => {
  const refused: readonly (readonly [file: string, imports: string])[] = [
    ["core/contract/plugin.ts", "../wire/line_reader.ts"],
    ["core/contract/plugin.ts", "valibot"],
    ["core/server/server.ts", "../../plugins/protocols/pop3/plugin.ts"],
    ["core/plugins/load_plugin.ts", "../../storage/sqlite/plugin.ts"],
    ["core/wire/line_reader.ts", "../server/connection.ts"],
    ["core/sasl/exchange.ts", "../observe/log.ts"],
    ["plugins/auth/apop.ts", "./cram_md5.ts"],
    ["plugins/auth/digest_md5/plugin.ts", "../scram/plugin.ts"],
    ["plugins/protocols/pop3/session.ts", "../../auth/apop.ts"],
    ["plugins/protocols/pop3/session.ts", "../../../core/server/connection.ts"],
    ["plugins/protocols/pop3/session.ts", "@std/log"],
    ["storage/sqlite/plugin.ts", "../memory/storage.ts"],
    ["main.ts", "./plugins/auth/plain.ts"],
  ];
  const allowed: readonly (readonly [file: string, imports: string])[] = [
    ["core/contract/plugin.ts", "./logger.ts"],
    ["core/plugins/builtin.ts", "../../storage/sqlite/plugin.ts"],
    ["plugins/protocols/sdps/plugin.ts", "../pop3/session.ts"],
    ["plugins/auth/scram/plugin.ts", "./client_proof.ts"],
    ["plugins/auth/apop.ts", "../../core/options/no_options.ts"],
    ["plugins/auth/apop.ts", "node:crypto"],
    ["storage/sqlite/plugin.ts", "./migrations/0001_start.ts"],
    ["storage/sqlite/plugin.ts", "../common/watchers.ts"],
    ["storage/sqlite/plugin.ts", "node:sqlite"],
    ["main.ts", "./core/server/server.ts"],
  ];
  const verdict = ([file, specifier]: readonly [string, string]) =>
    importsOf(file, `import { x } from "${specifier}";`).map((its) => forbidden(file, its) === undefined);
  assertEquals(refused.filter((pair) => verdict(pair)[0] !== false), []);
  assertEquals(allowed.filter((pair) => verdict(pair)[0] !== true), []);
});

Deno.test("directions: every way of importing is seen", () => {
  const text = `
    import first, { type Second } from "./a.ts";
    import {
      third,
    } from './b.ts';
    export * from "./c.ts";
    import "./d.ts";
    const later = () => import("./e.ts");
    new Worker(new URL("./f.ts", import.meta.url));
  `;
  assertEquals(importsOf("core/x/y.ts", text).map(({ path }) => path).sort(), [
    "core/x/a.ts",
    "core/x/b.ts",
    "core/x/c.ts",
    "core/x/d.ts",
    "core/x/e.ts",
    "core/x/f.ts",
  ]);
});

Deno.test("directions: only storage speaks SQL", async () => {
  const sql =
    /\b(?:SELECT\b[^;\n]+\bFROM\s+\w|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX)\s|PRAGMA\s+\w)/;
  const files = [...await typeScriptFiles("core"), ...await typeScriptFiles("plugins")];
  const speakers = files.filter(({ text }) => sql.test(text) || /["']node:sqlite["']/.test(text));
  assertEquals(speakers.map(({ path }) => path), []);
});

Deno.test("directions: only the server listens, and nothing but the command line speaks to the console", async () => {
  const files = (await typeScriptFiles()).filter(({ path }) => /^(core|plugins|storage)\//.test(path));
  const listens = files.filter(({ path, text }) =>
    !path.startsWith("core/server/") && /\bDeno\.listen(?:Tls)?\(/.test(text)
  );
  assertEquals(listens.map(({ path }) => path), []);
  const chatters = files.filter(({ path, text }) =>
    !/^core\/(?:cli|commands?)\//.test(path) && /\bconsole\.\w+\(/.test(text)
  );
  assertEquals(chatters.map(({ path }) => path), []);
});
