import { assert, assertEquals } from "@std/assert";
import { loadConfigText } from "../../../core/config/load_config.ts";
import { type LoadedServer, withPlugins } from "../../../core/server/load_server.ts";
import { takeUp, waitingForRestart } from "../../../core/server/restart_only.ts";

const example = `hostname: a.example
domains: [example.org]
tls: { certificate: ./a.pem, key: ./a.key }
storage: memory
auth: [plain]
protocols:
  - { use: smtp, listen: ["127.0.0.1:25 starttls"] }
  - { use: pop3, listen: ["127.0.0.1:110"], options: { idle_timeout: 10m } }
`;

async function load(change: (text: string) => string = (text) => text): Promise<LoadedServer> {
  return await withPlugins(loadConfigText(change(example), "/srv/mail.yaml"));
}

Deno.test("reload: what is the same waits for nothing", async () => {
  assertEquals(waitingForRestart((await load()).config, (await load()).config), []);
});

Deno.test("reload: certificates, limits of messages, names, mechanisms and options of protocols are taken up", async () => {
  const running = await load();
  const next = await load((text) =>
    text.replace("./a.pem", "./b.pem").replace("10m", "20m").replace("a.example", "b.example")
      .replace("[example.org]", "[example.net]").replace("auth: [plain]", "auth: [login]") +
    "limits: { message: 1MB }\ncleartext_auth: true\n"
  );
  const taken = takeUp(running, next);
  assertEquals(waitingForRestart(taken.config, next.config), []);
  assertEquals(taken.config.tls?.certificate, "/srv/b.pem");
  assertEquals(taken.config.limits.message, 1_000_000);
  assertEquals(taken.config, next.config);
  assertEquals(taken.plugins, next.plugins);
  assertEquals(taken.config.hostname, "b.example");
});

Deno.test("reload: everything else is as it was, and named", async () => {
  const running = await load();
  const changes: readonly (readonly [from: string, to: string, key: string])[] = [
    ["key: ./a.key", "key: ./a.key, engine: node", "tls"],
    ["storage: memory", "storage: sqlite", "storage"],
    ["auth:", "workers: 2\nauth:", "workers"],
    ["auth:", "limits: { auth_delay: 5s }\nauth:", "limits.auth_delay"],
    ["auth:", "log: { level: debug }\nauth:", "log"],
    ["auth:", "data: ./elsewhere\nauth:", "data"],
  ];
  for (const [from, to, key] of changes) {
    const next = await load((text) => text.replace(from, to));
    const taken = takeUp(running, next);
    assertEquals(waitingForRestart(taken.config, next.config), [key]);
    assertEquals({ ...taken.config, source: running.config.source }, running.config);
    assert(taken.plugins.storage === running.plugins.storage);
  }
});

Deno.test("reload: with other listeners, the protocols are as they were, options too", async () => {
  const running = await load();
  const next = await load((text) => text.replace(":110", ":2110").replace("10m", "20m"));
  const taken = takeUp(running, next);
  assertEquals(waitingForRestart(taken.config, next.config), ["protocols"]);
  assert(taken.plugins.protocols === running.plugins.protocols);
  assertEquals(taken.config.protocols, running.config.protocols);
});
