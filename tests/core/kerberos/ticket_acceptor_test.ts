import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { openTicketAcceptor, type TicketAcceptor } from "../../../core/kerberos/ticket_acceptor.ts";
import { capturedAt, capturedKey, capturedReply, capturedRequest } from "../../plugins/protocols/kpop/capture.ts";
import { encodeHex } from "../../support/hex.ts";
import { kerberosFolder, kerberosTest } from "../../support/kerberos.ts";

/** The captured AP-REQ, without its length. */
const request = capturedRequest.subarray(4);
const alice = { components: ["alice"], realm: "EXAMPLE.TEST" };

const from = "192.0.2.1";
const arrival = { at: capturedAt, from };
const after = (seconds: number) => new Date(capturedAt.getTime() + seconds * 1000);

/** What is refused, by its code. */
async function codeOf(acceptor: TicketAcceptor, octets: Uint8Array, now = capturedAt): Promise<number | "accepted"> {
  const verdict = await acceptor.accept(octets, { at: now, from });
  return verdict.isAccepted ? "accepted" : verdict.code;
}

kerberosTest("kerberos: RFC 4120 §3.2.3: a captured AP-REQ proves its client, and is answered as it was", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  assertEquals(acceptor.principals, [{ components: ["pop", "localhost"], realm: "EXAMPLE.TEST" }]);
  const verdict = await acceptor.accept(request, arrival);
  assert(verdict.isAccepted);
  assertEquals(verdict.client, alice);
  // All but what is encrypted, in which there are random octets.
  const captured = encodeHex(capturedReply.subarray(8, 8 + 85));
  assertEquals(encodeHex(verdict.reply ?? new Uint8Array(0)).slice(0, 54), captured.slice(0, 54));
  assertEquals(verdict.reply?.length, 85);
});

kerberosTest("kerberos: RFC 4120 §3.2.3: times, skew and replays are seen, each by its code", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  assertEquals(await codeOf(acceptor, request, after(299)), "accepted");
  assertEquals(await codeOf(acceptor, request, after(299)), 34);
  home.forget();
  assertEquals(await codeOf(acceptor, request, after(301)), 37);
  home.forget();
  assertEquals(await codeOf(acceptor, request, after(-400)), 33);
  home.forget();
  assertEquals(await codeOf(acceptor, request, after(90_000)), 32);
});

kerberosTest("kerberos: a replay is seen by another server that shares the cache, and after a restart", async () => {
  using home = kerberosFolder([capturedKey]);
  for (const expected of ["accepted", 34, 34]) {
    await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
    assertEquals(await codeOf(acceptor, request), expected);
  }
});

kerberosTest("kerberos: of the same request many times at once one is accepted", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  const codes = await Promise.all(Array.from({ length: 40 }, () => codeOf(acceptor, request)));
  assertEquals(codes.toSorted(), [...Array<number>(39).fill(34), "accepted"]);
});

kerberosTest("kerberos: a ticket that another key was for is refused", async () => {
  const key = capturedKey.key.replace("6e", "6f");
  const others = [{ ...capturedKey, key }, { ...capturedKey, key, version: 2 }, {
    ...capturedKey,
    ...{ key, realm: "OTHER.TEST" },
  }];
  for (const other of others) {
    using home = kerberosFolder([other]);
    await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
    const code = await codeOf(acceptor, request);
    assert(code !== "accepted" && [31, 35, 44].includes(code), `${code}`);
  }
});

kerberosTest("kerberos: a ticket is for the service that its key is of, whatever it says itself", async () => {
  const host = { ...capturedKey, components: ["host", "localhost"] };
  using home = kerberosFolder([host, { ...capturedKey, version: 2, key: capturedKey.key.replace("6e", "6f") }]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  assertEquals(await codeOf(acceptor, request), 35);
});

kerberosTest("kerberos: truncated anywhere, changed anywhere: nothing is accepted, and nothing breaks", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  for (let length = 0; length < request.length; length++) {
    assert(await codeOf(acceptor, request.subarray(0, length)) !== "accepted", `${length}`);
  }
  await fc.assert(
    fc.asyncProperty(fc.nat(request.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = request.map((octet, index) => index === at ? octet ^ change : octet);
      const verdict = await acceptor.accept(changed, arrival);
      if (!verdict.isAccepted) return;
      // RFC 4120 §5.5.1: neither options nor the service's name are authenticated. Nobody becomes somebody else by them.
      assertEquals(verdict.client, alice);
      home.forget();
    }),
    { numRuns: 1000 },
  );
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
    assert(await codeOf(acceptor, noise) !== "accepted");
  }));
  assert(await codeOf(acceptor, new Uint8Array(65_536).fill(0x30)) !== "accepted");
  assertEquals(await codeOf(acceptor, request), "accepted");
});

kerberosTest("kerberos: what is the server's own fault is not the client's", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
  Deno.env.set("KRB5RCACHENAME", `file2:${home.folder}/missing/replays`);
  await assertRejects(() => acceptor.accept(request, arrival), Error, "missing/replays");
  Deno.env.set("KRB5RCACHENAME", `file2:${home.folder}/replays`);
  Deno.renameSync(home.keytab, `${home.keytab}.away`);
  await assertRejects(() => acceptor.accept(request, arrival), Error, `'${home.keytab}' not found`);
  Deno.renameSync(`${home.keytab}.away`, home.keytab);
  assertEquals(await codeOf(acceptor, request), "accepted");
});

kerberosTest("kerberos: what is missing is named at start, with what to do about it", async () => {
  using home = kerberosFolder([{ ...capturedKey, components: ["host", "localhost"] }]);
  const opening = async (settings: { keytab: string; library?: string }) => {
    await using _acceptor = await openTicketAcceptor({ service: "pop", ...settings });
  };
  const missing = `${home.folder}/nothing`;
  for (
    const [settings, told] of [
      [{ keytab: home.keytab }, `options.keytab: ${home.keytab} has no key of pop/HOST; add one with kadmin's ktadd`],
      [{ keytab: missing }, `options.keytab: Key table file '${missing}' not found`],
      [
        { keytab: home.keytab, library: missing },
        `${missing} cannot be loaded; install MIT Kerberos (Debian: libgssapi`,
      ],
    ] as const
  ) assertStringIncludes((await assertRejects(() => opening(settings), Error)).message, told);
});

kerberosTest(
  "kerberos: a library that is being closed lets what is under way finish, and takes nothing more",
  async () => {
    using home = kerberosFolder([capturedKey]);
    const acceptor = await openTicketAcceptor({ keytab: home.keytab, service: "pop" });
    const verdicts = Array.from({ length: 20 }, () => acceptor.accept(request, arrival));
    await acceptor[Symbol.asyncDispose]();
    assertEquals((await Promise.all(verdicts)).filter(({ isAccepted }) => isAccepted).length, 1);
    await assertRejects(() => acceptor.accept(request, arrival), Error, "is closed");
    await acceptor[Symbol.asyncDispose]();
  },
);
