import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { openContextAcceptor } from "../../../core/kerberos/context_acceptor.ts";
import type { ContextAcceptor } from "../../../core/kerberos/security_context.ts";
import { capturedKey, capturedRequest } from "../../plugins/protocols/kpop/capture.ts";
import { decodeHex } from "../../support/hex.ts";
import { kerberosFolder, kerberosTest } from "../../support/kerberos.ts";

const services = ["pop", "imap", "smtp"];
const imapKey = { ...capturedKey, components: ["imap", "localhost"] };

/** A token of RFC 4121 §4.1: the mechanism, and the captured AP-REQ, which is old and meant for something else. */
function token(mechanism = "2a864886f712010202", request = capturedRequest.subarray(4)): Uint8Array {
  const content = [
    ...decodeHex(`06${(mechanism.length / 2).toString(16).padStart(2, "0")}${mechanism}0100`),
    ...request,
  ];
  return Uint8Array.of(0x60, 0x82, content.length >> 8, content.length & 0xff, ...content);
}

/** What becomes of a token: the text of a refusal. */
async function refusalOf(acceptor: ContextAcceptor, octets: Uint8Array): Promise<string> {
  using context = acceptor.begin("pop");
  const step = await context.accept(octets);
  assertEquals(step.state, "refused");
  return step.state === "refused" ? step.why : "";
}

kerberosTest("kerberos: contexts are accepted for the services that the keytab has keys of", async () => {
  using home = kerberosFolder([imapKey, capturedKey, { ...capturedKey, components: ["host", "localhost"] }]);
  await using acceptor = await openContextAcceptor({ keytab: home.keytab, services });
  assertEquals(acceptor.services, ["pop", "imap"]);
  assertEquals(acceptor.principals.map(({ components: [service] }) => service), ["pop", "imap"]);
  assertThrows(() => acceptor.begin("smtp"), RangeError);
});

kerberosTest(
  "kerberos: without a key of any of them there is nothing to accept, and the error says what is missing",
  async () => {
    using home = kerberosFolder([{ ...capturedKey, components: ["host", "localhost"] }]);
    const opening = async (keytab: string) => {
      await using _acceptor = await openContextAcceptor({ keytab, services });
    };
    await assertRejects(() => opening(home.keytab), Error, "has none of the keys pop/HOST, imap/HOST, smtp/HOST");
    await assertRejects(() => opening(`${home.folder}/nothing`), Error, "nothing' not found");
  },
);

kerberosTest("kerberos: a ticket that is too old is told from one that is wrong", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openContextAcceptor({ keytab: home.keytab, services });
  using context = acceptor.begin("pop");
  const step = await context.accept(token());
  assert(step.state === "refused" && step.isExpired, JSON.stringify(step));
  using other = kerberosFolder([{ ...capturedKey, key: capturedKey.key.replace("6e", "6f") }]);
  await using wrong = await openContextAcceptor({ keytab: other.keytab, services });
  using again = wrong.begin("pop");
  const refused = await again.accept(token());
  assert(refused.state === "refused" && !refused.isExpired, JSON.stringify(refused));
});

kerberosTest(
  "kerberos: RFC 4752 §3.2: only Kerberos is accepted, not what may choose it (SPNEGO), nor what wraps it (IAKERB)",
  async () => {
    using home = kerberosFolder([capturedKey]);
    await using acceptor = await openContextAcceptor({ keytab: home.keytab, services });
    for (const mechanism of ["2b0601050502", "2b06010502050", "2a864882f712010202", "2b0601040182370202 0a"]) {
      const octets = mechanism.replaceAll(" ", "");
      await refusalOf(acceptor, token(octets.length % 2 === 0 ? octets : `${octets}5`));
    }
  },
);

kerberosTest("kerberos: a context that is not established, or freed, seals nothing and breaks nothing", async () => {
  using home = kerberosFolder([capturedKey]);
  const acceptor = await openContextAcceptor({ keytab: home.keytab, services });
  const context = acceptor.begin("pop");
  const everything = (why = "freed") => {
    assertThrows(() => context.wrap(new Uint8Array(1), true), Error, why);
    assertThrows(() => context.unwrap(new Uint8Array(1)), Error, why);
    assertThrows(() => context.largestPlain(1000, true), Error, why);
  };
  everything();
  await context.accept(token());
  everything();
  context[Symbol.dispose]();
  context[Symbol.dispose]();
  everything();
  await acceptor[Symbol.asyncDispose]();
  everything("is closed");
  await assertRejects(() => context.accept(token()), Error, "is closed");
});

kerberosTest("kerberos fuzz: whatever the token, no context comes of it, and the next is looked at", async () => {
  using home = kerberosFolder([capturedKey]);
  await using acceptor = await openContextAcceptor({ keytab: home.keytab, services });
  const whole = token();
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.nat(whole.length).map((length) => whole.subarray(0, length)),
    fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) =>
      whole.map((octet, index) => index === at ? octet ^ change : octet)
    ),
    // Lengths of 4 GB, and indefinite ones.
    fc.constantFrom("6084ffffffff06092a864886f712010202", "608006092a864886f712010202", "60ff", "6e84ffffffff").map(
      decodeHex,
    ),
  );
  await fc.assert(
    fc.asyncProperty(octets, async (one) => {
      using context = acceptor.begin("pop");
      // The library asks for another one where it does not know the kind.
      assert((await context.accept(one)).state !== "established");
    }),
    { numRuns: 1500 },
  );
});
