/** The grammar of `mail.yaml` (design section 4): every key, what it accepts and what it is when left out. */
import { domainToASCII } from "node:url";
import * as v from "valibot";
import { type OptionGroup, options } from "../options/options.ts";
import { parseDuration } from "../options/units.ts";
import { byteSize, duration, flag, integer, listOf, oneOf, text, value } from "../options/values.ts";
import { defaultAuth, defaultDirectory, defaultStorage } from "./defaults.ts";
import { domain, domainName } from "./domain_name.ts";
import { filterEntry, httpEntry, protocolEntry, sandboxedEntry, storageEntry, transportEntry } from "./plugin_entry.ts";

// RFC 6531 §3.7.1: in greetings it is an A-label.
const hostname = value(
  'a host name such as "mail.example.org"',
  (given) => domainToASCII(domainName(given) ?? "") || undefined,
);
const path = (example: string) => text(`a path such as "${example}", relative to this file`);
const key = { noun: "key" } as const;

const tls = options({
  certificate: path("./tls/cert.pem"),
  key: path("./tls/key.pem"),
  engine: v.optional(oneOf(["deno", "node"]), "deno"),
  client_ca: v.optional(path("./tls/clients.pem")),
}, key);

const limits = options({
  message: v.optional(byteSize, "50MB"),
  connections: v.optional(integer(1), 10_000),
  connections_per_address: v.optional(integer(1), 200),
  auth_delay: v.optional(duration, "2s"),
}, key);

/** A queue that is tried again at once would never be at rest. */
const retry = value('a duration of at least "1s", such as "5m"', (given) => {
  const wait = typeof given === "string" ? parseDuration(given) : undefined;
  return wait !== undefined && wait >= 1000 ? wait : undefined;
});

const queue = options({
  retry: v.optional(retry, "5m"),
  give_up: v.optional(duration, "5d"),
  warn_after: v.optional(duration, "4h"),
}, key);

const log = options({
  format: v.optional(oneOf(["text", "json"]), "text"),
  level: v.optional(oneOf(["debug", "info", "warn", "error"]), "info"),
  file: v.optional(path("./log/quetzal.log")),
}, key);

/** The whole file. */
export const serverSchema = options({
  hostname,
  domains: v.optional(listOf(domain, "a list of domains such as [example.org]", 1)),
  data: v.optional(path("./data"), "./data"),
  tls: v.optional(tls),
  workers: v.optional(integer(1, 64), 1),
  storage: v.optional(storageEntry, defaultStorage),
  directory: v.optional(sandboxedEntry, defaultDirectory),
  auth: v.optional(listOf(sandboxedEntry, "a list of plugins such as [plain, scram-sha-256]"), [...defaultAuth]),
  cleartext_auth: v.optional(flag, false),
  limits: v.optional(limits, {}),
  protocols: listOf(
    protocolEntry,
    'a list of protocols such as [{ use: pop3, listen: ["0.0.0.0:110 starttls"] }]',
    1,
  ),
  filters: v.optional(listOf(filterEntry, "a list of plugins such as [./my_filter.ts]"), []),
  extensions: v.optional(listOf(sandboxedEntry, "a list of plugins such as [./fortune.ts]"), []),
  http: v.optional(
    listOf(httpEntry, 'a list of plugins such as [{ use: ./webhook.ts, listen: ["127.0.0.1:8080"] }]'),
    [],
  ),
  transports: v.optional(
    listOf(transportEntry, "a list of plugins such as [{ use: ./maildir.ts, for: [archive.example.org] }]"),
    [],
  ),
  queue: v.optional(queue, {}),
  log: v.optional(log, {}),
}, { noun: "key", mayBeAbsent: false });

/** What the file says once it has passed, before paths are made absolute. */
export type WrittenConfig = typeof serverSchema extends OptionGroup<infer Written> ? Written : never;
