import { assertEquals } from "@std/assert";
import type { PluginEntry } from "../../../core/config/server_config.ts";
import type { PluginKind } from "../../../core/contract/plugin.ts";
import { builtInPlugins, type PluginTable } from "../../../core/plugins/builtin.ts";
import { type PluginSource, resolvePlugin } from "../../../core/plugins/resolve_plugin.ts";

const digest = `sha256-${"A".repeat(43)}=`;

/** Few protocols, whatever there are by now: messages list them. */
const table: PluginTable = {
  ...builtInPlugins,
  protocol: Object.fromEntries(["smtp", "pop3", "imap"].map((name) => [name, () => Promise.resolve({})])),
};

function resolve(use: string, more: Partial<PluginEntry> = {}, kind: PluginKind = "protocol"): PluginSource {
  return resolvePlugin(kind, { use, options: undefined, at: [], ...more }, "/srv/mail", table);
}

function problem(source: PluginSource): string {
  return source.from === "nowhere" ? `${source.key}: ${source.problem}` : `found: ${source.from}`;
}

Deno.test("use: a plain name is a plugin of the program, of the section's kind only", () => {
  assertEquals(resolve("pop3").from, "built-in");
  assertEquals(resolve("plain", {}, "auth").from, "built-in");
  assertEquals(
    problem(resolve("plain")),
    'use: there is no protocol plugin "plain"; built in: smtp, pop3, imap; a file of your own is written ./plain.ts',
  );
});

Deno.test("use: an unknown name is answered with the nearest one", () => {
  assertEquals(problem(resolve("pop")), 'use: there is no protocol plugin "pop" — did you mean pop3?');
  assertEquals(
    problem(resolve("cram_md5", {}, "auth")),
    'use: there is no auth plugin "cram_md5" — did you mean cram-md5?',
  );
  assertEquals(
    problem(resolve("spf", {}, "filter")),
    'use: there is no filter plugin "spf"; none is built in; a file of your own is written ./spf.ts',
  );
});

Deno.test("use: names that every object has are no plugins", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty"]) assertEquals(resolve(name).from, "nowhere");
});

Deno.test("use: a path starts in the folder of the configuration", () => {
  assertEquals(resolve("./x.ts"), { from: "file", url: "file:///srv/mail/x.ts" });
  assertEquals(resolve("../x.ts"), { from: "file", url: "file:///srv/x.ts" });
  assertEquals(resolve("/opt/a b#c?.ts"), { from: "file", url: "file:///opt/a%20b%23c%3F.ts" });
  assertEquals(resolve("file:///opt/x.ts", { integrity: digest }), { from: "file", url: "file:///opt/x.ts", digest });
});

Deno.test("use: packages have a version", () => {
  for (const use of ["jsr:@acme/kpop@1", "npm:acme@2.1.0", "npm:@acme/x@1/mod.js", "npm:/acme@2"]) {
    assertEquals(resolve(use), { from: "registry", specifier: use });
  }
  assertEquals(
    problem(resolve("jsr:@acme/kpop")),
    "use: expected a version after the name, such as jsr:@acme/kpop@1",
  );
  assertEquals(
    problem(resolve("npm:acme/mod.js")),
    "use: expected a version after the name, such as npm:acme@1/mod.js",
  );
  assertEquals(problem(resolve("jsr:@acme")), "use: expected jsr:@SCOPE/NAME@VERSION or npm:NAME@VERSION");
});

Deno.test("use: what the web serves has a digest", () => {
  const use = "https://example.org/x.js";
  assertEquals(resolve(use, { integrity: digest }), { from: "web", url: use, digest });
  assertEquals(
    problem(resolve(use)),
    "use: needs integrity: sha256-… beside it, since what an address serves can change",
  );
});

Deno.test("integrity: refused where it would not be checked", () => {
  assertEquals(
    problem(resolve("pop3", { integrity: digest })),
    "integrity: pop3 is part of the program; remove the key",
  );
  assertEquals(
    problem(resolve("npm:acme@1", { integrity: digest })),
    "integrity: packages are pinned by their version and deno.lock; remove the key",
  );
});

Deno.test("the plugin table: every entry is a plugin of its kind and name", async () => {
  for (const [kind, ofKind] of Object.entries(builtInPlugins)) {
    for (const [name, load] of Object.entries(ofKind)) {
      const { default: plugin } = await load() as { default: { kind: string; name: string; apiVersion: number } };
      assertEquals([plugin.kind, plugin.name, plugin.apiVersion], [kind, name, 1]);
    }
  }
});
