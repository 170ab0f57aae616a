/** RPOP: off, and fenced by hosts, by reserved ports and by names. */
import { assert, assertEquals } from "@std/assert";
import { pop3PluginOptions } from "../../../../plugins/protocols/pop3/plugin_options.ts";
import { converse } from "../mail_context.ts";
import { pop3Plugin } from "./plugin_service.ts";

const options = { rpop: ["192.0.2.0/24", "2001:db8::1"] };
const trusted = { peer: "192.0.2.9", peerPort: 1000 };

/** The answer to RPOP, after USER. */
async function answer(user: string, remote: string, client: { readonly peer: string; readonly peerPort: number }) {
  const { serve } = await pop3Plugin({ options });
  const received = await converse(serve, `USER ${user}\r\nRPOP ${remote}\r\n`, client);
  return received.split("\r\n")[2]?.split(" ").slice(0, 2).join(" ");
}

Deno.test("pop3: RFC 1225, RPOP: a host of the list, from a reserved port, may open the maildrop of the name that it gives", async () => {
  assertEquals(await answer("smith", "smith", trusted), "+OK maildrop");
  assertEquals(await answer("smith@example.org", "Smith", trusted), "+OK maildrop");
  assertEquals(await answer("smith@example.org", "smith@example.org", trusted), "+OK maildrop");
  assertEquals(await answer("smith", "smith", { peer: "2001:db8::1", peerPort: 1023 }), "+OK maildrop");
});

Deno.test("pop3: RFC 1225, RPOP: other hosts, other ports, other names and names that nobody has get the same answer", async () => {
  const refused = "-ERR [AUTH]";
  assertEquals(await answer("smith", "smith", { ...trusted, peer: "192.0.3.9" }), refused);
  assertEquals(await answer("smith", "smith", { ...trusted, peerPort: 1024 }), refused);
  assertEquals(await answer("smith", "jones", trusted), refused);
  assertEquals(await answer("smith", "smith@example.net", trusted), refused);
  assertEquals(await answer("nobody", "nobody", trusted), refused);
});

Deno.test("pop3: RFC 1225, RPOP: a host of the list has no other way around TLS: passwords are refused it as they are others", async () => {
  const { serve, log } = await pop3Plugin({ options, cleartextAuth: false });
  const received = await converse(serve, "CAPA\r\nUSER smith\r\nPASS secret\r\nUSER smith\r\nRPOP smith\r\n", {
    ...trusted,
    log,
  });
  const [capabilities = "", rest = ""] = received.split("\r\n.\r\n");
  assert(!/^USER/m.test(capabilities));
  assertEquals(rest.split("\r\n").map((line) => line.slice(0, 15)), [
    "+OK send PASS",
    "-ERR not withou",
    "+OK send PASS",
    "+OK maildrop ha",
    "",
  ]);
  const logged = log.lines.filter((line) => line.startsWith("info authenticated"));
  assertEquals([logged.length, logged[0]?.includes('"RPOP"')], [1, true]);
});

Deno.test("pop3: RFC 1225, RPOP: the operator is told at setup that it is on, and only then", async () => {
  for (const [given, lines] of [[options, 1], [{}, 0]] as const) {
    const { log } = await pop3Plugin({ options: given });
    assertEquals(log.lines.filter((line) => line.startsWith("warn RPOP is on")).length, lines);
  }
});

Deno.test("pop3: RFC 1225, RPOP: names of hosts are no addresses, and are refused in the configuration", () => {
  const { issues } = pop3PluginOptions["~standard"].validate({ rpop: ["trusted.example.org"] });
  assertEquals(issues?.length, 1);
});
