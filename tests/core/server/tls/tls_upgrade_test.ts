import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ByteStream } from "../../../../core/wire/byte_stream.ts";
import type { SecuredStream } from "../../../../core/server/connection.ts";
import { socketStream } from "../../../../core/server/socket_stream.ts";
import { TlsUpgrade } from "../../../../core/server/tls/tls_upgrade.ts";
import { makeAuthority, serverNames } from "../../../support/authority.ts";
import { socketPair } from "../../../support/socket_pair.ts";
import { shakeHands, type TlsDialogue, type TlsSettings } from "../../../support/tls_client.ts";

const authority = await makeAuthority("Test");
const issued = await authority.issue({ names: serverNames });
const certificate = { ...issued, endPoint: Uint8Array.of(1, 2, 3), validFrom: new Date(), validTo: new Date() };

async function session(
  settings: Omit<TlsSettings, "ca"> = {},
): Promise<{ readonly server: SecuredStream; readonly client: TlsDialogue }> {
  const { server, client } = await socketPair();
  const [secured, spoken] = await Promise.all([
    new TlsUpgrade(certificate).perform(socketStream(server)),
    shakeHands(client, { ca: authority.certificate, ...settings }),
  ]);
  return { server: secured, client: spoken };
}

async function read(stream: ByteStream): Promise<string | null> {
  const buffer = new Uint8Array(65_536);
  const count = await stream.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  Deno.test(`tls upgrade: ${version}: what was negotiated is told, and no binding that cannot be had`, async () => {
    const { server, client } = await session({ version, serverName: "mail.example.org" });
    await using _client = client;
    const { version: told, cipher = "", serverName, clientAddresses, channelBinding } = server.tls;
    assertEquals([told, serverName, clientAddresses], [version, "mail.example.org", []]);
    assert(cipher.includes("AES") || cipher.includes("CHACHA20"), cipher);
    assertEquals(channelBinding("tls-server-end-point"), certificate.endPoint);
    assertEquals([channelBinding("tls-unique"), channelBinding("tls-exporter")], [undefined, undefined]);
    server.stream.close();
  });

  Deno.test(`tls upgrade: ${version}: each side may end while the other goes on`, async () => {
    const { server, client } = await session({ version });
    await using _client = client;
    await client.say("last\r\n");
    await client.end();
    assertEquals(await read(server.stream), "last\r\n");
    assertEquals(await read(server.stream), null);
    await server.stream.write(new TextEncoder().encode("reply\r\n"));
    await server.stream.end();
    assertEquals(await client.readToEnd(), "reply\r\n");
    server.stream.close();
  });

  Deno.test(`tls upgrade: ${version}: what a client sends that nobody reads is held back, and comes whole`, async () => {
    const { server, client } = await session({ version });
    await using _client = client;
    const piece = "x".repeat(65_536);
    let sent = 0, isOver = false;
    const sending = (async () => {
      for (; !isOver && sent < 1000; sent++) await client.say(piece);
      await client.end();
    })();
    // The system's own buffers hold some megabytes; then it stands still.
    for (let before = -1, turns = 0; turns < 20; turns++) {
      if (before !== sent) turns = 0;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve));
    }
    isOver = true;
    assert(sent < 500, `${sent} pieces of 64 KiB were taken from a client whom nobody reads`);
    let arrived = 0;
    for (let text = await read(server.stream); text !== null; text = await read(server.stream)) arrived += text.length;
    await sending;
    assertEquals(arrived, sent * piece.length);
    server.stream.close();
  });

  Deno.test(`tls upgrade: ${version}: a write to a client that reads nothing waits, and a close ends it`, async () => {
    const { server, client } = await session({ version });
    await using _client = client;
    const piece = new Uint8Array(65_536);
    let written = 0;
    const writing = (async () => {
      for (; written < 1000; written++) await server.stream.write(piece);
    })();
    for (let before = -1, turns = 0; turns < 20; turns++) {
      if (before !== written) turns = 0;
      before = written;
      await new Promise((resolve) => setTimeout(resolve));
    }
    assert(written < 500, `${written} pieces of 64 KiB were taken for a client that reads nothing`);
    server.stream.close();
    await assertRejects(() => writing, Error);
    await assertRejects(() => server.stream.write(piece), Error);
    await assertRejects(() => server.stream.end(), Error);
    server.stream.close();
  });

  Deno.test(`tls upgrade: ${version}: a read that waits ends when the stream is closed, and when the client resets`, async () => {
    for (const end of ["server", "client"] as const) {
      const { server, client } = await session({ version });
      const reading = read(server.stream).catch(() => null);
      if (end === "server") server.stream.close();
      else await client[Symbol.asyncDispose]();
      assertEquals(await reading, null);
      await client[Symbol.asyncDispose]();
      server.stream.close();
    }
  });
}

Deno.test("tls upgrade: a handshake ends when the client leaves, talks nonsense or wants what there is not, and the socket with it", async () => {
  const attempts: ((client: Deno.TcpConn) => Promise<unknown>)[] = [
    (client) => Promise.resolve(client.close()),
    (client) => client.closeWrite(),
    // RFC 8446 §5.1: the beginning of a record, whose rest never comes.
    async (client) => {
      await client.write(Uint8Array.of(22, 3, 1, 2, 0, 1, 0));
      await client.closeWrite();
    },
    (client) => client.write(new TextEncoder().encode("EHLO client.example\r\n")),
    // An authority that it does not believe.
    async (client) => {
      const { certificate: ca } = await makeAuthority("Another");
      await assertRejects(() => shakeHands(client, { ca }));
    },
  ];
  for (const clientAuthorities of [undefined, authority.certificate]) {
    for (const attempt of attempts) {
      const { server, client } = await socketPair();
      const plain = socketStream(server);
      const upgrade = new TlsUpgrade({ ...certificate, ...clientAuthorities !== undefined && { clientAuthorities } });
      const upgraded = upgrade.perform(plain);
      await Promise.all([assertRejects(() => upgraded, Error), attempt(client)]);
      await plain.released;
      socketStream(client).close();
    }
  }
});
