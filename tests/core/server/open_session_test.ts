import { assertEquals, assertRejects } from "@std/assert";
import { arrivalOf, openSession, type SessionParts } from "../../../core/server/open_session.ts";
import type { Accepted } from "../../../core/server/listener.ts";
import { TlsUpgrade } from "../../../core/server/tls/tls_upgrade.ts";
import { BufferPool } from "../../../core/wire/buffer_pool.ts";
import { Waits } from "../../../core/wire/waits.ts";
import { makeAuthority, serverNames } from "../../support/authority.ts";
import { recordedLog } from "../../support/recorded_log.ts";
import { socketPair, tlsSocketPair } from "../../support/socket_pair.ts";
import { TestClock } from "../../support/test_clock.ts";

const issued = await (await makeAuthority("Test")).issue({ names: serverNames });
const certificate = { ...issued, endPoint: undefined, validFrom: new Date(), validTo: new Date() };
const upgrade = new TlsUpgrade(certificate);

interface Stalled {
  /** What came in. */
  readonly accepted: Accepted;
  /** Who says nothing. */
  readonly client: Deno.TcpConn;
  readonly tls: NonNullable<SessionParts["tls"]>;
}

/** Handshakes that a client does not begin: by each engine, and by command. */
const stalled: Readonly<Record<string, () => Promise<Stalled>>> = {
  "tls, engine deno": async () => {
    const { server, client } = await tlsSocketPair(certificate);
    return { accepted: server, client, tls: { upgrade, isImplicit: true } };
  },
  "tls, engine node": async () => {
    const { server, client } = await socketPair();
    return { accepted: { socket: server, certificate: undefined }, client, tls: { upgrade, isImplicit: true } };
  },
  "starttls": async () => {
    const { server, client } = await socketPair();
    return { accepted: { socket: server, certificate: undefined }, client, tls: { upgrade, isImplicit: false } };
  },
};

for (const [name, make] of Object.entries(stalled)) {
  for (const end of ["time", "stop"] as const) {
    Deno.test(`open session: ${name}: ${end} ends a handshake that stands still, and the client's connection`, async () => {
      const { accepted, client, tls } = await make();
      using recorded = recordedLog();
      const clock = new TestClock(), stop = new AbortController();
      using waits = new Waits(stop.signal, clock);
      const arrival = arrivalOf(accepted);
      let isReleased = false;
      const released = arrival.stream.released.then(() => isReleased = true);
      const opened = openSession(arrival, {
        id: "1",
        log: recorded.log,
        waits,
        buffers: new BufferPool(),
        tls,
      });
      const begun = tls.isImplicit ? opened : opened.then((connection) => connection?.startTls());
      const ended = tls.isImplicit ? begun : assertRejects(() => begun);
      // Its wait has begun by then.
      await new Promise((resolve) => setTimeout(resolve));
      clock.advance(29_999);
      if (end === "time") clock.advance(1);
      else stop.abort();
      await ended;
      if (tls.isImplicit) assertEquals(await opened, undefined);
      if (accepted.certificate === undefined) assertEquals(await new Response(client.readable).text(), "");
      else {
        // The runtime does not close it; it counts until the client leaves.
        assertEquals(isReleased, false);
        client.close();
      }
      await released;
      // A stop is no fault of the client's.
      const told = end === "time" ? [["TLS handshake failed", "the client was too slow"]] : [];
      assertEquals(recorded.events.map(({ message, why }) => [message, why]), told);
    });
  }
}
