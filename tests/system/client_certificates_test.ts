/** EXTERNAL (RFC 4422 appendix A): whoever shows a certificate of the configured authority is who that says, nobody else. */
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import type { JsonGeneralName } from "@peculiar/x509";
import { interopTest } from "../interop/client.ts";
import { type Authority, type Issued, mailName, makeAuthority } from "../support/authority.ts";
import { alice, bob, type TestServer, testServer } from "../support/test_server.ts";
import { type Beginning, greet, tlsDialogue } from "../support/tls_client.ts";

const versions = ["TLSv1.2", "TLSv1.3"] as const;

async function serverWith(authority: Authority): Promise<TestServer> {
  return await testServer({
    auth: ["external", "plain"],
    engine: "node",
    tls: { client_ca: "./clients.pem" },
    files: { "clients.pem": authority.certificate },
  });
}

/** Where EXTERNAL can be had: by both protocols, by command and from the first octet. */
function doors({ ports }: TestServer): [port: number, beginning: Beginning, protocol: "smtp" | "pop3"][] {
  return [
    [ports.submission, "smtp", "smtp"],
    [ports.submissions, "tls", "smtp"],
    [ports.pop3, "pop3", "pop3"],
    [ports.pop3s, "tls", "pop3"],
  ];
}

/** What is offered to a client, and what comes of EXTERNAL. */
async function external(
  server: TestServer,
  [port, beginning, protocol]: ReturnType<typeof doors>[number],
  own: Issued | undefined,
  { as = "", version = "TLSv1.3" }: { readonly as?: string; readonly version?: typeof versions[number] } = {},
): Promise<{ readonly offers: string; readonly reply: string }> {
  await using client = await tlsDialogue(port, beginning, { ca: server.certificate, version, ...own && { own } });
  const greeting = await greet(client, beginning, protocol);
  const offers = protocol === "smtp" ? greeting : await client.ask("CAPA", true);
  return { offers, reply: await client.ask(`AUTH EXTERNAL ${as === "" ? "=" : btoa(as)}`) };
}

Deno.test("external: a certificate of the authority is its owner, in both protocols, engines and versions", async () => {
  const authority = await makeAuthority("Clients");
  await using server = await serverWith(authority);
  const own = await authority.issue({ names: [mailName(alice.address)] });
  for (const door of doors(server)) {
    for (const version of versions) {
      const { offers, reply } = await external(server, door, own, { version });
      assertMatch(offers, /^(?:250.AUTH|SASL) EXTERNAL PLAIN\r?$/m);
      assertMatch(reply, /^(?:235 |\+OK)/);
    }
  }
});

Deno.test("external: with several addresses in a certificate the client chooses, and only among them", async () => {
  const authority = await makeAuthority("Clients");
  await using server = await serverWith(authority);
  const both = await authority.issue({ names: [mailName(alice.address), mailName(bob.address)] });
  const [door] = doors(server);
  if (door === undefined) throw new Error("no door");
  assertMatch((await external(server, door, both, { as: bob.address })).reply, /^235 /);
  const one = await authority.issue({ names: [mailName(alice.address)] });
  assertMatch((await external(server, door, one, { as: bob.address })).reply, /^535 /);
});

Deno.test("external: it is neither offered nor taken without a certificate that was found good", async () => {
  const authority = await makeAuthority("Clients");
  const stranger = await makeAuthority("Clients");
  await using server = await serverWith(authority);
  const names = [mailName(alice.address)];
  const others: Readonly<Record<string, Issued | undefined>> = {
    "no certificate": undefined,
    "one of another authority of the same name": await stranger.issue({ names }),
    "one that has expired": await authority.issue({ names, days: [-10, -1] }),
    "one that is not valid yet": await authority.issue({ names, days: [1, 2] }),
    "one without an address": await authority.issue({ names: [{ type: "dns", value: "client.example" }] }),
    "one with the address in another name": await authority.issue({
      names: forged.map((value): JsonGeneralName => ({ type: "dns", value })),
    }),
    "one with two addresses in one": await authority.issue({
      names: forged.map((value): JsonGeneralName => ({ type: "email", value })),
    }),
  };
  for (const [what, own] of Object.entries(others)) {
    for (const door of doors(server)) {
      for (const version of versions) {
        const { offers, reply } = await external(server, door, own, { version });
        assertNotMatch(offers, /EXTERNAL/, what);
        assertMatch(reply, /^(?:5\d\d |-ERR)/, what);
      }
    }
  }
});

/** Node's text of a certificate's names has them with `, ` between. */
const forged = [`x@evil.example, email:${alice.address}`, `a, email:${alice.address}`];

Deno.test("external: who has a good certificate but no account is refused, and may log in otherwise", async () => {
  const authority = await makeAuthority("Clients");
  await using server = await serverWith(authority);
  const own = await authority.issue({ names: [mailName("nobody@example.org")] });
  await using client = await tlsDialogue(server.ports.submissions, "tls", { ca: server.certificate, own });
  await greet(client, "tls", "smtp");
  assertMatch(await client.ask("AUTH EXTERNAL ="), /^535 /);
  assertMatch(await client.ask(`AUTH PLAIN ${btoa(`\0${alice.address}\0${alice.password}`)}`), /^235 /);
});

Deno.test("external: Deno.listenTls asks for no certificates: it is not offered there, STARTTLS has it", async () => {
  const authority = await makeAuthority("Clients");
  await using server = await testServer({
    auth: ["external", "plain"],
    tls: { client_ca: "./clients.pem" },
    files: { "clients.pem": authority.certificate },
  });
  const own = await authority.issue({ names: [mailName(alice.address)] });
  for (const door of doors(server)) {
    const { offers, reply } = await external(server, door, own);
    assertEquals([/EXTERNAL/.test(offers), /^(?:235 |\+OK)/.test(reply)], [door[1] !== "tls", door[1] !== "tls"]);
  }
});

Deno.test("external: after a reload only the authorities that the file names now count", async () => {
  const [before, after] = [await makeAuthority("Before"), await makeAuthority("After")];
  await using server = await serverWith(before);
  const names = [mailName(alice.address)];
  const [old, own] = [await before.issue({ names }), await after.issue({ names })];
  await Deno.writeTextFile(`${server.folder}/clients.pem`, after.certificate);
  await server.reload();
  for (const door of doors(server)) {
    assertNotMatch((await external(server, door, old)).offers, /EXTERNAL/);
    assertMatch((await external(server, door, own)).reply, /^(?:235 |\+OK)/);
  }
});

const openssl = { name: "openssl", packageName: "openssl" };

interopTest(
  "external: a session that is resumed has the certificate that was found good, and none that was not",
  [openssl],
  async (home) => {
    const [authority, stranger] = [await makeAuthority("Clients"), await makeAuthority("Clients")];
    await using server = await serverWith(authority);
    const names = [mailName(alice.address)];
    const [good, bad] = [await authority.issue({ names }), await stranger.issue({ names })];
    for (const version of ["-tls1_2", "-tls1_3"]) {
      for (const [own, isOffered] of [[good, true], [bad, false]] as const) {
        const certificate = await home.write("own.pem", own.certificate + own.key);
        const connect = ["s_client", "-connect", `127.0.0.1:${server.ports.pop3s}`, "-cert", certificate, "-ign_eof"];
        const ask = async (...options: string[]) =>
          (await home.run(openssl, [...connect, version, ...options], "CAPA\r\nQUIT\r\n")).stdout;
        const first = await ask("-sess_out", `${home.folder}/session`);
        const second = await ask("-sess_in", `${home.folder}/session`);
        assertMatch(first, /^New, TLS/m);
        assertMatch(second, /^Reused, TLS/m);
        for (const said of [first, second]) assertEquals(/^SASL .*EXTERNAL/m.test(said), isOffered, said);
      }
    }
  },
);
