/** TLS as clients see it: both engines, both versions, from the first octet and by command. */
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { makeAuthority, serverNames } from "../support/authority.ts";
import { dialogue, dialogueOver } from "../support/plain_client.ts";
import { spawnServer } from "../support/spawn_server.ts";
import { alice, type TestServer, testServer } from "../support/test_server.ts";
import { begin, type Beginning, greet, shakeHands, tlsDialogue } from "../support/tls_client.ts";

const engines = ["deno", "node"] as const;
const versions = ["TLSv1.2", "TLSv1.3"] as const;
const protocols = ["smtp", "pop3"] as const;

/** Where a test goes: a port, and how TLS is begun there. */
function doors(
  { ports }: Pick<TestServer, "ports">,
): [port: number, beginning: Beginning, protocol: "smtp" | "pop3"][] {
  return [
    [ports.submission, "smtp", "smtp"],
    [ports.submissions, "tls", "smtp"],
    [ports.pop3, "pop3", "pop3"],
    [ports.pop3s, "tls", "pop3"],
  ];
}

for (const engine of engines) {
  Deno.test(`tls: engine ${engine}: TLS 1.2 and 1.3, from the first octet and by command; passwords may be sent`, async () => {
    await using server = await testServer({ engine });
    const ca = server.certificate;
    for (const version of versions) {
      for (const [port, beginning, protocol] of doors(server)) {
        await using client = await tlsDialogue(port, beginning, { ca, version });
        assertEquals(client.version, version);
        const greeting = await greet(client, beginning, protocol);
        // RFC 3207 §4.2, RFC 2595 §4: not a second time.
        assertNotMatch(protocol === "smtp" ? greeting : await client.ask("CAPA", true), /STARTTLS|STLS/);
        assertMatch(await login(client, protocol), /^(?:235 |\+OK)/);
        assertMatch(await client.ask("QUIT"), /^(?:221 |\+OK)/);
        assertEquals(await client.readToEnd(), "");
      }
    }
  });

  Deno.test(`tls: engine ${engine}: a message of some megabytes comes through whole in both directions`, async () => {
    await using server = await testServer({ engine });
    const ca = server.certificate;
    const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index} ${"x".repeat(index % 70)}`).join("\r\n");
    await using smtp = await tlsDialogue(server.ports.submissions, "tls", { ca });
    await greet(smtp, "tls", "smtp");
    await login(smtp, "smtp");
    await smtp.ask(`MAIL FROM:<${alice.address}>`);
    await smtp.ask(`RCPT TO:<${alice.address}>`);
    assertMatch(await smtp.ask("DATA"), /^354 /);
    assertMatch(await smtp.ask(`Subject: large\r\n\r\n${lines}\r\n.`), /^250 /);
    await using pop3 = await tlsDialogue(server.ports.pop3s, "tls", { ca });
    await greet(pop3, "tls", "pop3");
    await login(pop3, "pop3");
    await pop3.say("RETR 1\r\nQUIT\r\n");
    const said = await pop3.readToEnd();
    assertEquals(said.slice(said.indexOf("\r\n\r\n") + 4, said.lastIndexOf("\r\n.\r\n")), lines);
  });

  Deno.test(`tls: engine ${engine}: a handshake that fails is closed and logged, and disturbs nobody`, async () => {
    await using server = await testServer({ engine });
    const ca = server.certificate;
    await using other = await tlsDialogue(server.ports.pop3s, "tls", { ca });
    await greet(other, "tls", "pop3");
    const refused = () => server.log.filter(({ message }) => message === "TLS handshake failed").length;
    let failures = 0;
    for (const [port, beginning] of doors(server)) {
      for (const nonsense of ["EHLO client.example\r\n\r\n", "\x16\x03\x01\x00\x05hello", "\0\0\0\0\0\0\0\0\0\0\0"]) {
        const socket = await Deno.connect({ hostname: "127.0.0.1", port });
        await using client = dialogueOver(socket);
        await begin(socket, beginning);
        await client.say(nonsense);
        // An alert, a reset or nothing: it is closed.
        await client.readToEnd().catch(() => {});
        assertEquals(refused(), ++failures);
      }
    }
    // And those who just go away.
    for (const [port, beginning] of doors(server)) {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port });
      await begin(socket, beginning);
      await socket.closeWrite();
      await new Response(socket.readable).bytes().catch(() => {});
      assertEquals(refused(), ++failures);
    }
    assertMatch(await other.ask("CAPA", true), /^\+OK/);
  });

  Deno.test(`tls: engine ${engine}: a client that closes its side is told everything all the same`, async () => {
    await using server = await testServer({ engine });
    for (const beginning of ["tls", "pop3"] as const) {
      const port = beginning === "tls" ? server.ports.pop3s : server.ports.pop3;
      const socket = await Deno.connect({ hostname: "127.0.0.1", port });
      await begin(socket, beginning);
      await using client = await shakeHands(socket, { ca: server.certificate });
      await client.say(`USER ${alice.address}\r\nPASS ${alice.password}\r\nSTAT\r\nLIST\r\n`);
      await client.end();
      assertMatch(await client.readToEnd(), /\+OK 0 0\r\n\+OK [^\r\n]*\r\n\.\r\n$/);
    }
  });
}

for (const protocol of protocols) {
  Deno.test(`tls: ${protocol}: what is sent in clear text along with the command is not taken for the client's`, async () => {
    await using server = await testServer();
    const injected = protocol === "smtp" ? "EHLO evil.example\r\nNOOP\r\n" : "CAPA\r\nUSER evil\r\n";
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: server.ports[protocol] });
    await begin(socket, protocol, injected);
    await using client = await shakeHands(socket, { ca: server.certificate });
    // RFC 3207 §4.2, RFC 2595 §4: the server knows nothing of what was said before.
    const mustBeFirst = protocol === "smtp" ? "MAIL FROM:<a@example.com>" : "PASS x";
    assertMatch(await client.ask(mustBeFirst), /^(?:503 |-ERR)/);
    assertMatch(await client.ask("QUIT"), /^(?:221 |\+OK)/);
    assertEquals(await client.readToEnd(), "");
  });
}

for (const engine of engines) {
  Deno.test(`tls: engine ${engine}: a reload takes up a new certificate; sessions stay, and the port is never closed`, async () => {
    await using server = await testServer({ engine });
    const before = server.certificate;
    await using old = await tlsDialogue(server.ports.pop3s, "tls", { ca: before });
    await greet(old, "tls", "pop3");
    const authority = await makeAuthority("Renewal");
    let next = await authority.issue({ names: serverNames });
    let isOver = false, count = 0;
    const knocking = (async () => {
      for (; !isOver; count++) {
        try {
          await using client = await tlsDialogue(server.ports.pop3s, "tls", { ca: before + authority.certificate });
          await greet(client, "tls", "pop3");
        } catch (error) {
          // The one who is in the middle of connecting may have to try again.
          if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
        }
      }
    })();
    for (let times = 0; times < 5; times++) {
      next = await authority.issue({ names: serverNames });
      await replaceCertificate(server, next);
      const come = count;
      await server.reload();
      while (count < come + 3) await Promise.race([knocking, new Promise((resolve) => setTimeout(resolve))]);
    }
    isOver = true;
    await knocking;
    for (const [port, beginning] of doors(server)) {
      await using client = await tlsDialogue(port, beginning, { ca: authority.certificate });
      assertEquals(new Uint8Array(client.certificate), derOf(next.certificate));
    }
    assertMatch(await old.ask("CAPA", true), /^\+OK/);
  });

  Deno.test(`tls: engine ${engine}: a reload with a certificate that cannot be used changes nothing and says why`, async () => {
    await using server = await testServer({ engine });
    const before = server.certificate;
    const { certificate } = await (await makeAuthority("Renewal")).issue({ names: serverNames });
    await Deno.writeTextFile(`${server.folder}/tls/cert.pem`, certificate);
    const problem = await server.reload().then(() => "", String);
    assertMatch(problem, /mail\.yaml {2}tls\.key: \S+key\.pem is not the key of the certificate in \S+cert\.pem/);
    for (const [port, beginning] of doors(server)) {
      await using _client = await tlsDialogue(port, beginning, { ca: before });
    }
  });
}

for (const engine of engines) {
  Deno.test(`tls: engine ${engine}: SIGHUP takes up a new certificate, with no more rights than before`, async () => {
    await using server = await spawnServer({ engine });
    const { folder, certificate: ca } = server.home;
    await using old = await tlsDialogue(server.ports.pop3s, "tls", { ca });
    await greet(old, "tls", "pop3");
    const authority = await makeAuthority("Renewal");
    await replaceCertificate({ folder }, await authority.issue({ names: serverNames }));
    server.kill("SIGHUP");
    await server.logged("reloaded");
    for (const [port, beginning] of doors(server)) {
      await using _client = await tlsDialogue(port, beginning, { ca: authority.certificate });
    }
    assertMatch(await old.ask("CAPA", true), /^\+OK/);
  });
}

Deno.test("tls: a certificate that has expired, soon will, or is not valid yet, is in the log", async () => {
  await using server = await testServer();
  const authority = await makeAuthority("Renewal");
  await replaceCertificate(server, await authority.issue({ names: serverNames, days: [-10, -1] }));
  await server.reload();
  const [expired] = server.log.filter(({ level }) => level === "error");
  assertMatch(expired?.message ?? "", /^the certificate has expired on \d{4}-\d\d-\d\d: /);
  assertMatch(`${expired?.["file"]}`, /cert\.pem$/);
  await replaceCertificate(server, await authority.issue({ names: serverNames, days: [-10, 5.5] }));
  await server.reload();
  const [soon] = server.log.filter(({ message }) => message.startsWith("the certificate expires on "));
  assertEquals(soon?.level, "warn");
  await replaceCertificate(server, await authority.issue({ names: serverNames, days: [1, 90] }));
  await server.reload();
  const [early] = server.log.filter(({ message }) => message.startsWith("the certificate is not valid before "));
  assertEquals(early?.level, "error");
  const count = server.log.length;
  await replaceCertificate(server, await authority.issue({ names: serverNames, days: [-1, 90] }));
  await server.reload();
  assertEquals(server.log.slice(count).filter(({ level }) => level !== "info"), []);
});

Deno.test("tls: RFC 2595 §4: without TLS no password is asked for, and none is taken", async () => {
  await using server = await testServer();
  await using pop3 = await dialogue(server.ports.pop3);
  await pop3.line();
  assertNotMatch(await pop3.ask("CAPA", true), /^USER|PLAIN/m);
  assertMatch(await pop3.ask(`USER ${alice.address}`), /^-ERR/);
  await using smtp = await dialogue(server.ports.submission);
  await smtp.line();
  assertNotMatch(await smtp.ask("EHLO client.example"), /PLAIN|LOGIN/);
});

async function login(client: { ask(line: string): Promise<string> }, protocol: "smtp" | "pop3"): Promise<string> {
  if (protocol === "smtp") return await client.ask(`AUTH PLAIN ${btoa(`\0${alice.address}\0${alice.password}`)}`);
  await client.ask(`USER ${alice.address}`);
  return await client.ask(`PASS ${alice.password}`);
}

async function replaceCertificate(
  { folder }: Pick<TestServer, "folder">,
  { certificate, key }: { certificate: string; key: string },
) {
  await Deno.writeTextFile(`${folder}/tls/cert.pem`, certificate);
  await Deno.writeTextFile(`${folder}/tls/key.pem`, key);
}

function derOf(pem: string): Uint8Array {
  return Uint8Array.fromBase64(pem.replace(/-----[A-Z ]+-----/g, ""));
}
