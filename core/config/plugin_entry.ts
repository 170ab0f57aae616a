/** Plugin entries of the configuration: a name, or `{ use, options, … }` with the keys that its kind has. */
import * as v from "valibot";
import { options } from "../options/options.ts";
import { listOf, oneOf, value, type ValueSchema } from "../options/values.ts";
import { destination } from "./domain_name.ts";
import { httpAddress, type ListenAddress, listenAddress } from "./listen_address.ts";
import { type SandboxConfig, sandboxConfig } from "./sandbox_config.ts";
import type {
  ConfigPath,
  FilterEntry,
  HttpEntry,
  PluginEntry,
  ProtocolEntry,
  TransportEntry,
} from "./server_config.ts";

/** What the file may say for any plugin; `use` alone when it is only a name. */
interface WrittenEntry {
  readonly use: string;
  readonly options?: unknown;
  readonly sandbox?: SandboxConfig | undefined;
  readonly integrity?: string | undefined;
}

const use = value(
  'a plugin: a name such as "pop3", a path such as "./my_filter.ts", or a jsr:, npm: or https: specifier',
  (given) => typeof given === "string" && isPlugin(given) ? given : undefined,
);

const digest = value(
  'a digest such as "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="',
  (given) =>
    typeof given === "string" && /^sha(?:256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}$/.test(given) ? given : undefined,
);

const common = { use, options: v.optional(v.unknown()), integrity: v.optional(digest) };
const sandboxed = { ...common, sandbox: v.optional(sandboxConfig) };
/** Protocols and storage are called for every octet and hold sockets and files: they cannot live in a sandbox. */
const unsandboxed = {
  ...common,
  sandbox: v.optional(value("no sandbox: protocols and storage run inside the server", () => undefined)),
};

/** An entry of `directory`, `auth` or `extensions`. */
export const sandboxedEntry: ValueSchema<WrittenEntry> = nameOr(options(sandboxed, { noun: "key" }));

/** The entry of `storage`. */
export const storageEntry: ValueSchema<WrittenEntry> = nameOr(options(unsandboxed, { noun: "key" }));

/** An entry of `filters`. */
export const filterEntry: ValueSchema<WrittenEntry & { on_failure?: "defer" | "continue" }> = nameOr(
  options({ ...sandboxed, on_failure: v.optional(oneOf(["defer", "continue"]), "defer") }, { noun: "key" }),
);

/** An entry of `protocols`: one that is only a name would listen nowhere. */
export const protocolEntry: ValueSchema<WrittenEntry & { listen: ListenAddress[] }> = options({
  ...unsandboxed,
  listen: listOf(listenAddress, 'a list of addresses such as ["0.0.0.0:110 starttls"]', 1),
}, { noun: "key", example: '{ use: pop3, listen: ["0.0.0.0:110 starttls"] }' });

/** An entry of `http`: one that is only a name would listen nowhere. */
export const httpEntry: ValueSchema<WrittenEntry & { listen: ListenAddress[] }> = options({
  ...sandboxed,
  listen: listOf(httpAddress, 'a list of addresses such as ["127.0.0.1:8080"]', 1),
}, { noun: "key", example: '{ use: ./webhook.ts, listen: ["127.0.0.1:8080"] }' });

/** An entry of `transports`: one that is only a name would carry nothing. */
export const transportEntry: ValueSchema<WrittenEntry & { for: string[] }> = options({
  ...sandboxed,
  for: listOf(destination, "a list of domains such as [archive.example.org]", 1),
}, { noun: "key", example: "{ use: ./maildir.ts, for: [archive.example.org] }" });

/** The entry with its place in the file. */
export function toPluginEntry(written: WrittenEntry, at: ConfigPath): PluginEntry {
  return {
    use: written.use,
    options: written.options ?? undefined,
    ...written.sandbox && { sandbox: written.sandbox },
    ...written.integrity !== undefined && { integrity: written.integrity },
    at,
  };
}

/** The same for a protocol. */
export function toProtocolEntry(written: v.InferOutput<typeof protocolEntry>, at: ConfigPath): ProtocolEntry {
  return { ...toPluginEntry(written, at), listen: written.listen };
}

/** The same for a filter. */
export function toFilterEntry(written: v.InferOutput<typeof filterEntry>, at: ConfigPath): FilterEntry {
  return { ...toPluginEntry(written, at), onFailure: written.on_failure ?? "defer" };
}

/** The same for HTTP. */
export function toHttpEntry(written: v.InferOutput<typeof httpEntry>, at: ConfigPath): HttpEntry {
  return { ...toPluginEntry(written, at), listen: written.listen };
}

/** The same for a transport. */
export function toTransportEntry(written: v.InferOutput<typeof transportEntry>, at: ConfigPath): TransportEntry {
  return { ...toPluginEntry(written, at), for: written.for };
}

/** Decides by the form of what is given, so that an error names one form and not both. */
function nameOr<Entry>(entry: ValueSchema<Entry>): ValueSchema<Entry | { use: string }> {
  const name = v.pipe(use, v.transform((use) => ({ use })));
  return v.lazy((given): ValueSchema<Entry | { use: string }> =>
    typeof given === "object" && given !== null ? entry : name
  );
}

/** Whether a plugin is named as the program's own are. */
export function isPluginName(text: string): boolean {
  return /^[A-Za-z0-9][\w-]*$/.test(text);
}

function isPlugin(text: string): boolean {
  return isPluginName(text) || /^(?:\.{0,2}\/|jsr:|npm:|https:\/\/|file:\/\/)[^\s/]\S*$/.test(text) ||
    /^[A-Za-z]:[\\/]\S+$/.test(text);
}
