/** From `sandbox:` of an entry to permissions of the runtime, and what of them the server itself has not. */
import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { valueAt } from "../../config/plain_value.ts";
import type { SandboxConfig } from "../../config/sandbox_config.ts";
import type { ConfigSource } from "../../config/server_config.ts";
import type { FoundSource } from "../import_plugin.ts";

/** Permissions of a guest: everything that is not listed is denied. */
export interface GuestPermissions extends Deno.PermissionOptionsObject {
  /** Absolute paths. */
  readonly read: string[];
  /** Absolute paths. */
  readonly write: string[];
  /** Hosts. */
  readonly net: string[];
  /** Names. */
  readonly env: string[];
  /** Registries whose modules it may load. */
  readonly import: string[];
}

/** The folder of what the program itself consists of, and plugins import: nothing in it is secret. */
export const program: URL = new URL("../../", import.meta.url);

/** The shell that sets limits for a process before it becomes the guest; undefined: there are none to be set. */
export const shell: string | undefined = Deno.build.os === "windows" ? undefined : "/bin/sh";

/** Permissions of an entry's guest. Pure. */
export function permissionsOf(sandbox: SandboxConfig, found: FoundSource, source: ConfigSource): GuestPermissions {
  const absolute = (path: string) => resolve(source.folder, path);
  return {
    read: [...codeOf(found, source), ...sandbox.read.map(absolute)],
    write: sandbox.write.map(absolute),
    net: [...sandbox.net],
    env: [...sandbox.env],
    import: found.from === "registry" && found.specifier.startsWith("jsr:") ? ["jsr.io:443"] : [],
    run: false,
    ffi: false,
    sys: false,
  };
}

/** What a guest reads before it does anything. */
function codeOf(found: FoundSource, source: ConfigSource): string[] {
  const core = fileURLToPath(program);
  switch (found.from) {
    case "file":
      return [core, ownCode(fileURLToPath(found.url), source)];
    case "built-in":
      return [core, fileURLToPath(new URL("../plugins/", program))];
    case "registry":
    case "web":
      return [core];
  }
}

/**
 * The folder of a plugin's file, whose other modules it may import. Where that is also the folder of the configuration,
 * of the server's data or of its key, only the file itself: a plugin beside them must not read them.
 */
function ownCode(file: string, source: ConfigSource): string {
  const folder = dirname(file);
  return privatePaths(source).some((path) => isWithin(folder, path)) ? file : folder;
}

function privatePaths({ folder, file, document }: ConfigSource): string[] {
  const named = [["data"], ["tls", "key"], ["log", "file"]].map((at) => valueAt(document, at));
  const paths = [basename(file), "./data", ...named.filter((path) => typeof path === "string")];
  return paths.map((path) => resolve(folder, path));
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/**
 * A file that a guest has no business with, and must not be able to import either: the configuration. In one binary the
 * runtime lets everything import every file, at least up to version 2.7. Undefined where the sandbox may read it.
 */
export function forbiddenFile({ read }: GuestPermissions, { folder, file }: ConfigSource): string | undefined {
  const path = resolve(folder, basename(file));
  return read.some((readable) => isWithin(readable, path)) ? undefined : pathToFileURL(path).href;
}

/** Flags that the server must be started with, for a guest gets no right that it has not itself. */
export function missingFlags(permissions: GuestPermissions, isProcess: boolean): string[] {
  const lacks = (descriptor: Deno.PermissionDescriptor) => Deno.permissions.querySync(descriptor).state !== "granted";
  const paths = (name: "read" | "write", all: readonly string[]) =>
    // What is embedded in one binary is read without any permission.
    all.filter((path) => !(Deno.build.standalone && path.startsWith(fileURLToPath(new URL("../", program)))))
      .filter((path) => lacks({ name, path })).map((path) => `--allow-${name}=${path}`);
  return [
    ...paths("read", permissions.read),
    ...paths("write", permissions.write),
    ...permissions.net.filter((host) => lacks({ name: "net", host })).map((host) => `--allow-net=${host}`),
    ...permissions.env.filter((variable) => lacks({ name: "env", variable })).map((name) => `--allow-env=${name}`),
    ...isProcess && lacks({ name: "run", command: commandOf() }) ? [`--allow-run=${commandOf()}`] : [],
  ];
}

/** What is run for a process. */
function commandOf(): string {
  return shell ?? Deno.execPath();
}
