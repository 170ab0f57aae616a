/**
 * `deno task compile`: one binary with every built-in plugin. Options of `deno compile` may be added: `--target
 * x86_64-pc-windows-msvc`, `--output FILE`, `--allow-ffi` for Kerberos, `--allow-run=/bin/sh` for plugins in processes.
 */

/**
 * What the server needs in every set-up, and no more: its files and ports are named by a configuration that is not there yet.
 * It runs no program, calls no library, and reads no more of the environment than the configuration names.
 */
const permissions = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--no-prompt"];
/** What is only imported by computed names, by workers, or by plugins on the disk. */
const included = [
  ...["plugins", "storage", "core/plugins/sandbox", "core/api/mod.ts"],
  "core/server/threads/session_worker.ts",
];

/** Since 2.9 what only tests use can be left out. */
const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
const isLean = major > 2 || major === 2 && minor >= 9;

const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "compile",
    "-q",
    ...permissions,
    ...included.flatMap((path) => ["--include", path]),
    ...isLean ? ["--exclude-unused-npm"] : [],
    ...Deno.args.some((word) => /^(?:-o|--output)/.test(word)) ? [] : ["--output", "quetzal"],
    ...Deno.args,
    "main.ts",
  ],
  cwd: new URL("..", import.meta.url),
}).spawn().status;
Deno.exit(code);
