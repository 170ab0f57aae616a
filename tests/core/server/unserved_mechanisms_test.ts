import { assertEquals } from "@std/assert";
import { loadConfigText } from "../../../core/config/load_config.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { loadPlugin } from "../../../core/plugins/load_plugin.ts";
import type { PlacedMechanism } from "../../../core/server/foundation.ts";
import { explainUnserved, type UnservedConfig } from "../../../core/server/unserved_mechanisms.ts";

async function mechanisms(auth: string): Promise<PlacedMechanism[]> {
  const loaded = loadConfigText(
    `hostname: a.example\nauth: ${auth}\nprotocols: [{ use: pop3, listen: ["127.0.0.1:0"] }]\n`,
    "mail.yaml",
  );
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  const context = {
    log: silentLog,
    hostname: "a.example",
    shutdown: new AbortController().signal,
    now: () => new Date(),
  };
  return await Promise.all(loaded.config.auth.map(async (entry) => {
    const plugin = await loadPlugin("auth", entry, loaded.config.source);
    if (!plugin.ok) throw new Error(plugin.problems.join("\n"));
    const { definition, options } = plugin.plugin;
    return { mechanism: await definition.setup(context, options), use: entry.use, at: entry.at };
  }));
}

/** A configuration with that directory. */
function using(use: string, clientAuthorities?: string): UnservedConfig {
  return { directory: { use }, source: { file: "mail.yaml" }, ...clientAuthorities && { tls: { clientAuthorities } } };
}

Deno.test("offers: what a directory cannot serve is named with its place, what it needs and what there is", async () => {
  const configured = await mechanisms("[plain, cram-md5, scram-sha-1, scram-sha-256]");
  const keeper = { canCheckPassword: true, secretSchemes: new Set(["scram-sha-256"] as const) };
  assertEquals(explainUnserved(configured, keeper, using("sql")), [
    'mail.yaml  auth[1]: cram-md5 needs stored passwords, but directory "sql" keeps only scram-sha-256 secrets; it is ' +
    "never offered: remove cram-md5, or change the directory",
    'mail.yaml  auth[2]: scram-sha-1 needs stored scram-sha-1 secrets, but directory "sql" keeps only scram-sha-256 ' +
    "secrets; it is never offered: remove scram-sha-1, or change the directory",
  ]);
  const checker = { canCheckPassword: true, secretSchemes: new Set<never>() };
  assertEquals(explainUnserved(configured.slice(0, 2), checker, using("ldap")).length, 1);
  const nobody = { canCheckPassword: false, secretSchemes: new Set<never>() };
  assertEquals(explainUnserved(configured.slice(0, 1), nobody, using("none")), [
    'mail.yaml  auth[0]: plain needs a check of passwords, but directory "none" keeps none and checks none; it is ' +
    "never offered: remove plain, or change the directory",
  ]);
});

Deno.test("offers: an alternative serves as well", async () => {
  const keeper = { canCheckPassword: true, secretSchemes: new Set(["plain"] as const) };
  assertEquals(explainUnserved(await mechanisms("[digest-md5, cram-md5]"), keeper, using("file")), []);
});

Deno.test("offers: EXTERNAL needs authorities whose certificates are believed", async () => {
  const configured = await mechanisms("[external]");
  const directory = { canCheckPassword: true, secretSchemes: new Set<never>() };
  assertEquals(explainUnserved(configured, directory, using("local")), [
    "mail.yaml  auth[0]: external needs client certificates, and tls.client_ca is missing; it is never offered: name " +
    "a file there, or remove external",
  ]);
  assertEquals(explainUnserved(configured, directory, using("local", "/etc/ca.pem")), []);
});
