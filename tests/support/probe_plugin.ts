/** A plugin without a sandbox that tries what a server's line may give, and logs what it has got. */
import { pluginText } from "./plugin_text.ts";

/** What it tries things with. */
export interface ProbeTargets {
  /** The mail folder. */
  readonly folder: string;
  /** `HOST:PORT` of services that answer. */
  readonly hosts: readonly string[];
  /** Libraries that are there. */
  readonly libraries: readonly string[];
}

/** What it logs, with `got` and `denied`: the rights that it could use, and those that it could not. */
export const probed = "what the line gives";

/** The plugin's text, in JavaScript: an extension. Each attempt is named by the right that it needs. */
export function probePlugin({ folder, hosts, libraries }: ProbeTargets): string {
  const attempts: (readonly [right: string, source: string])[] = [
    ...[`${folder}/mail.yaml`, `${folder}/tls`, `${folder}/data`, `${folder}/private`, folder].map((path) =>
      [`read=${path}`, `Deno.statSync(${quoted(path)})`] as const
    ),
    ...["./data", "./core", "./storage", "./plugins", "./main.ts", "/etc/passwd"].map((path) =>
      [`read=${path}`, `Deno.statSync(${quoted(path)})`] as const
    ),
    ...[`${folder}/mail.yaml`, `${folder}/tls/key.pem`, "./main.ts"].map((path) =>
      [`write=${path}`, `Deno.openSync(${quoted(path)}, { write: true }).close()`] as const
    ),
    ...[`${folder}/data`, folder, "./core", "./data"].map((path) =>
      [`write=${path}`, `Deno.removeSync(Deno.makeTempFileSync({ dir: ${quoted(path)} }))`] as const
    ),
    ...hosts.map((host) => [`net=${host}`, `(await fetch("http://${host}/keys")).body?.cancel()`] as const),
    ["net=0.0.0.0:0", `Deno.listen({ hostname: "0.0.0.0", port: 0 }).close()`],
    ...["/bin/sh", "/bin/true", "deno"].map((program) =>
      [`run=${program}`, `new Deno.Command(${quoted(program)}, { args: [], stdin: "null" }).outputSync()`] as const
    ),
    ...libraries.map((library) => [`ffi=${library}`, `Deno.dlopen(${quoted(library)}, {}).close()`] as const),
    ...["OAUTH_SECRET", "HOME", "PATH"].map((name) => [`env=${name}`, `Deno.env.get("${name}")`] as const),
    ["sys", "Deno.hostname()"],
    ["import", cached("https://jsr.io/@std/bytes/meta.json")],
    ["import", cached("npm:no-such-package-of-anybody@1.0.0")],
  ];
  const tries = attempts.map(([right, source]) => {
    const name = quoted(`--allow-${right}`);
    return `try { ${source}; got.push(${name}); } catch { denied.push(${name}); }`;
  });
  return pluginText(
    "extension",
    "probe",
    `async ({ log }) => {
    const got = [], denied = [];
    ${tries.join("\n    ")}
    log.info(${quoted(probed)}, { got: got.join(" "), denied: denied.join(" ") });
    return {};
  }`,
  );
}

/** Whether the network was asked: then it is no matter what came of it. */
function cached(specifier: string): string {
  const isNotAsked = `/--cached-only is specified|not found in.* cache|npm package not found/i.test(String(error))`;
  return `await import("${specifier}").catch((error) => { if (${isNotAsked}) throw error; })`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
