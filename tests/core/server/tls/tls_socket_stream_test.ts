import { assert, assertEquals, assertRejects } from "@std/assert";
import { type TlsSocketStream, tlsSocketStream } from "../../../../core/server/tls/tls_socket_stream.ts";
import { ConnectionClosed } from "../../../../core/wire/errors.ts";
import { makeAuthority, serverNames } from "../../../support/authority.ts";
import { tlsSocketPair } from "../../../support/socket_pair.ts";
import { shakeHands, type TlsDialogue } from "../../../support/tls_client.ts";

const authority = await makeAuthority("Test");
const certificate = {
  ...await authority.issue({ names: serverNames }),
  endPoint: undefined,
  validFrom: new Date(),
  validTo: new Date(),
};

interface Open {
  readonly stream: TlsSocketStream;
  readonly client: TlsDialogue;
  /** Whether the system has the socket back. */
  isReleased(): boolean;
}

async function open(): Promise<Open> {
  const { server: { socket }, client } = await tlsSocketPair(certificate);
  if (!("handshake" in socket)) throw new Error("no TLS");
  const stream = tlsSocketStream(socket);
  const [spoken] = await Promise.all([shakeHands(client, { ca: authority.certificate }), stream.handshake()]);
  let isReleased = false;
  stream.released.then(() => isReleased = true);
  return { stream, client: spoken, isReleased: () => isReleased };
}

Deno.test("tls socket: it is released when it is closed and nothing is under way; a read that waits fails", async () => {
  const { stream, client } = await open();
  await using _client = client;
  const reading = stream.read(new Uint8Array(100));
  stream.close();
  await assertRejects(() => reading, ConnectionClosed);
  await stream.released;
  assertEquals(await client.readToEnd(), "");
  await assertRejects(() => stream.read(new Uint8Array(100)), ConnectionClosed);
  await assertRejects(() => stream.write(new Uint8Array(100)), ConnectionClosed);
  stream.close();
  stream.release();
});

for (const then of ["reads on", "leaves"] as const) {
  Deno.test(`tls socket: a client that takes nothing keeps its place until it ${then}, but not its session`, async () => {
    const { stream, client, isReleased } = await open();
    const piece = new Uint8Array(65_536);
    let written = 0;
    const writing = (async () => {
      for (; written < 1000; written++) await stream.write(piece);
    })();
    for (let before = -1, turns = 0; turns < 20; turns++) {
      if (before !== written) turns = 0;
      before = written;
      await new Promise((resolve) => setTimeout(resolve));
    }
    assert(written < 500, `${written} pieces of 64 KiB were taken for a client that reads nothing`);
    stream.close();
    await assertRejects(() => writing, ConnectionClosed);
    assertEquals(isReleased(), false);
    if (then === "reads on") await client.readToEnd();
    await client[Symbol.asyncDispose]();
    await stream.released;
  });
}
