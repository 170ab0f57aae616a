import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import type { ConfigSource } from "../../../../core/config/server_config.ts";
import type { FoundSource } from "../../../../core/plugins/import_plugin.ts";
import { forbiddenFile, permissionsOf, program } from "../../../../core/plugins/sandbox/permissions.ts";
import { noRights } from "../../../support/sandboxed_plugin.ts";

const core = program.pathname;
const source: ConfigSource = {
  ...{ file: "etc/mail.yaml", folder: "/etc/mail", written: {}, secrets: [] },
  document: { data: "/var/mail/data", tls: { key: "/keys/tls/key.pem" } },
};
const file = (path: string): FoundSource => ({ from: "file", url: pathToFileURL(path).href });

function reads(found: FoundSource): readonly string[] {
  return permissionsOf(noRights, found, source).read.filter((path) => path !== core);
}

Deno.test("sandbox: a plugin reads its own folder, unless that holds what is the server's: then only its file", () => {
  assertEquals(reads(file("/etc/mail/plugins/a.ts")), ["/etc/mail/plugins"]);
  assertEquals(reads(file("/opt/filter/a.ts")), ["/opt/filter"]);
  for (const path of ["/etc/mail/a.ts", "/etc/a.ts", "/a.ts", "/var/mail/a.ts", "/keys/a.ts", "/keys/tls/a.ts"]) {
    assertEquals(reads(file(path)), [path]);
  }
  // Below the data there is nothing that a folder could hold of it.
  assertEquals(reads(file("/var/mail/data/x/a.ts")), ["/var/mail/data/x"]);
  assertEquals(reads({ from: "registry", specifier: "npm:x@1" }), []);
});

Deno.test("sandbox: nothing is granted that is not listed; paths start at the configuration", () => {
  assertEquals(permissionsOf(noRights, file("/opt/filter/a.ts"), source), {
    ...{ read: [core, "/opt/filter"], write: [], net: [], env: [], import: [], run: false, ffi: false, sys: false },
  });
  const listed = { ...noRights, read: ["./lists"], write: ["/var/x"], net: ["a.example:1"], env: ["KEY"] };
  const { read, write, net, env } = permissionsOf(listed, file("/opt/filter/a.ts"), source);
  assertEquals({ read, write, net, env }, {
    ...{ read: [core, "/opt/filter", "/etc/mail/lists"], write: ["/var/x"], net: ["a.example:1"], env: ["KEY"] },
  });
  assertEquals(permissionsOf(noRights, { from: "registry", specifier: "jsr:@a/b@1" }, source).import, ["jsr.io:443"]);
});

Deno.test("sandbox: what must not be imported is the configuration, unless it may be read", () => {
  const permissions = permissionsOf(noRights, file("/opt/filter/a.ts"), source);
  assertEquals(forbiddenFile(permissions, source), "file:///etc/mail/mail.yaml");
  assertEquals(forbiddenFile({ ...permissions, read: ["/etc"] }, source), undefined);
});
