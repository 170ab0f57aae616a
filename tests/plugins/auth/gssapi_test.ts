/** GSSAPI's conversation (RFC 4752), over contexts without Kerberos; tests/interop has it with the real one. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import type { AuthOutcome, SecurityLayer } from "../../../core/contract/mod.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { gssapi } from "../../../plugins/auth/gssapi/conversation.ts";
import { type Choice, type LayerName, parseChoice, printChoice } from "../../../plugins/auth/gssapi/layers.ts";
import { testDirectory } from "../../support/test_directory.ts";
import { request } from "./conversation.ts";
import { FakeContext, type FakeContextSettings, seal } from "./fake_context.ts";

const directory = testDirectory({ "alice@example.org": "wonderland", "bob@example.org": "builder" });
const all: readonly LayerName[] = ["none", "integrity", "confidentiality"];
const alices = "ticket of alice@EXAMPLE.ORG";

interface Held {
  /** What the server said, octets as numbers. */
  readonly challenges: readonly Uint8Array[];
  readonly outcome: AuthOutcome | undefined;
  readonly context: FakeContext;
}

/** Holds a conversation of these responses; the first is the initial one. */
async function converse(
  responses: readonly (string | Uint8Array)[],
  settings: FakeContextSettings & { readonly layers?: readonly LayerName[] } = {},
): Promise<Held> {
  const context = new FakeContext(settings);
  const [first = "", ...rest] = responses.map((one) => typeof one === "string" ? encodeUtf8(one) : one);
  const generator = gssapi(request(directory, { firstResponse: first }), {
    acceptor: { begin: () => context },
    mapping: { realms: ["EXAMPLE.ORG"], isRealmStripped: true, logins: new Map() },
    layers: settings.layers ?? all,
    log: silentLog,
  });
  const challenges: Uint8Array[] = [];
  let result = await generator.next(new Uint8Array(0));
  for (const response of rest) {
    if (result.done) break;
    challenges.push(result.value);
    result = await generator.next(response);
  }
  if (result.done) return { challenges, outcome: result.value, context };
  challenges.push(result.value);
  await generator.return({ status: "failure", reason: "malformed" });
  return { challenges, outcome: undefined, context };
}

/** A client's choice, sealed. */
function chosen(layer: LayerName, size: number, authorizeAs = ""): Uint8Array {
  return seal(printChoice({ layer, size, authorizeAs }));
}

function layerOf(outcome: AuthOutcome | undefined): SecurityLayer {
  assert(outcome?.status === "success" && outcome.securityLayer !== undefined);
  return outcome.securityLayer;
}

const succeeded = { status: "success", account: await directory.findAccount("alice"), authorizeAs: "" } as unknown;

Deno.test("gssapi: RFC 4752 §3.2: a token, the offer, the choice", async () => {
  const { challenges, outcome, context } = await converse([alices, chosen("none", 0)]);
  // All three layers, 65536 octets.
  assertEquals(challenges, [seal(Uint8Array.of(7, 1, 0, 0))]);
  assertEquals([outcome, context.freed], [succeeded, 1]);
});

Deno.test("gssapi: RFC 4752 §3.2: a token for the client is answered with no data, and then comes the offer", async () => {
  const mutual = { token: "it is me" };
  const { challenges, outcome } = await converse([alices, "", chosen("none", 0)], mutual);
  assertEquals(challenges, [encodeUtf8("it is me"), seal(Uint8Array.of(7, 1, 0, 0))]);
  assertEquals(outcome, succeeded);
  const talkative = await converse([alices, "data", chosen("none", 0)], mutual);
  assertEquals(talkative.outcome, { status: "failure", reason: "malformed" });
});

Deno.test("gssapi: a context may need more than one token, and not without end", async () => {
  const { challenges, outcome } = await converse(["more", alices, chosen("none", 0)]);
  assertEquals([challenges.length, outcome], [2, succeeded]);
  const endless = await converse(Array(30).fill("more"));
  assertEquals([endless.challenges.length, endless.outcome], [4, { status: "failure", reason: "malformed" }]);
});

Deno.test("gssapi: RFC 4752 §3.2: only what the context can do, and the operator wants, is offered", async () => {
  const offer = async (settings: Parameters<typeof converse>[1]) => (await converse([alices], settings)).challenges[0];
  assertEquals(await offer({ hasConfidentiality: false }), seal(Uint8Array.of(3, 1, 0, 0)));
  // The size is 0 where there is no layer.
  assertEquals(await offer({ hasIntegrity: false, hasConfidentiality: false }), seal(Uint8Array.of(1, 0, 0, 0)));
  assertEquals(await offer({ layers: ["none"] }), seal(Uint8Array.of(1, 0, 0, 0)));
  assertEquals(await offer({ layers: ["confidentiality"] }), seal(Uint8Array.of(4, 1, 0, 0)));
  const { outcome } = await converse([alices], { layers: ["confidentiality"], hasConfidentiality: false });
  assertEquals(outcome, { status: "failure", reason: "credentials" });
});

Deno.test("gssapi: RFC 4752 §3.2: exactly one layer, and one that was offered", async () => {
  const refused: AuthOutcome = { status: "failure", reason: "malformed" };
  for (const bit of [0, 2, 3, 4, 5, 6, 7, 8, 9, 128, 255]) {
    const { outcome } = await converse([alices, seal(Uint8Array.of(bit, 0, 16, 0))], { layers: ["none"] });
    assertEquals(outcome, refused, `${bit}`);
  }
  for (const short of ["", "\x01", "\x01\0", "\x01\0\0"]) {
    assertEquals((await converse([alices, seal(short)])).outcome, refused);
  }
  // What was not sealed, or not by this context.
  for (const response of ["", "S", "X\0\x01\0\0\0", "S\x01\x01\0\0\0"]) {
    assertEquals((await converse([alices, response])).outcome, refused);
  }
});

Deno.test("gssapi: clients that send the server's size back with no layer are forgiven", async () => {
  assertEquals((await converse([alices, chosen("none", 65_536)])).outcome, succeeded);
});

Deno.test("gssapi: RFC 4752 §3.1: the authorization identity is UTF-8 without a NUL", async () => {
  const { outcome } = await converse([alices, chosen("none", 0, "bób@example.org")]);
  assertEquals(outcome, { ...succeeded as AuthOutcome, authorizeAs: "bób@example.org" } as AuthOutcome);
  for (const octets of ["alice\0", "\0"]) {
    const refused = await converse([alices, chosen("none", 0, octets)]);
    assertEquals(refused.outcome, { status: "failure", reason: "malformed" });
  }
  const broken = await converse([alices, seal(Uint8Array.of(1, 0, 0, 0, 0xff))]);
  assertEquals(broken.outcome, { status: "failure", reason: "malformed" });
});

Deno.test("gssapi: tickets of other realms, of nobody here, and those that are too old", async () => {
  const outcomeOf = async (token: string) => (await converse([token, chosen("none", 0)])).outcome;
  const refused = { status: "failure", reason: "credentials" } as const;
  for (const client of ["alice@EVIL.EXAMPLE", "alice/admin@EXAMPLE.ORG", "nobody@EXAMPLE.ORG", "alice@example.org"]) {
    assertEquals(await outcomeOf(`ticket of ${client}`), refused, client);
  }
  assertEquals(await outcomeOf("no ticket"), refused);
  assertEquals(await outcomeOf(""), refused);
  assertEquals(await outcomeOf("old ticket"), { status: "failure", reason: "expired" });
});

Deno.test("gssapi: what is the server's own fault is thrown, for the driver to say that it is", async () => {
  await assertRejects(() => converse(["unreadable keytab"]), Error, "keytab");
});

Deno.test("gssapi: RFC 4752 §3.3: integrity seals without encryption, confidentiality with it and takes nothing less", async () => {
  const integrity = layerOf((await converse([alices, chosen("integrity", 4096)])).outcome);
  // The offer was the first that was sealed.
  assertEquals(integrity.wrap(encodeUtf8("+OK")), seal("+OK", false, 1));
  assertEquals(integrity.unwrap(seal("STAT", false, 1)), encodeUtf8("STAT"));
  assertThrows(() => integrity.unwrap(seal("STAT", false, 1)), Error, "not intact");
  const secret = layerOf((await converse([alices, chosen("confidentiality", 4096)])).outcome);
  assertEquals(secret.wrap(encodeUtf8("+OK")), seal("+OK", true, 1));
  assertEquals(secret.unwrap(seal("STAT", true, 1)), encodeUtf8("STAT"));
  assertThrows(() => secret.unwrap(seal("STAT", false, 2)), Error, "not encrypted");
});

Deno.test("gssapi: RFC 4752 §3.3: packets fit what the client can take, and what the server keeps", async () => {
  const largest = async (size: number) =>
    layerOf((await converse([alices, chosen("integrity", size)])).outcome).maximumOutput;
  assertEquals([await largest(3), await largest(1000), await largest(0xffffff)], [1, 998, 65_536]);
  for (const size of [0, 1, 2]) {
    const { outcome, context } = await converse([alices, chosen("integrity", size)]);
    assertEquals([outcome, context.freed], [{ status: "failure", reason: "malformed" }, 1]);
  }
});

Deno.test("gssapi: a context is freed once, however the conversation ends; a layer keeps it until it is released", async () => {
  const ends = [[], ["more"], [alices], ["no ticket"], [alices, "x"], [alices, chosen("none", 0)]];
  for (const responses of ends) assertEquals((await converse(responses)).context.freed, 1, responses.join());
  const { outcome, context } = await converse([alices, chosen("integrity", 100)]);
  assertEquals(context.freed, 0);
  layerOf(outcome).release?.();
  assertEquals(context.freed, 1);
});

Deno.test("gssapi: every choice is read as it was printed", () => {
  const choices: fc.Arbitrary<Choice> = fc.record({
    layer: fc.constantFrom(...all),
    size: fc.nat(0xffffff),
    authorizeAs: fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
  });
  fc.assert(fc.property(choices, (choice) => assertEquals(parseChoice(printChoice(choice), all), choice)));
});

Deno.test("gssapi fuzz: whatever is said in whatever step, nothing throws, nobody is let in, and nothing is kept", async () => {
  const response = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom("more", "old ticket", "ticket of ", "ticket of eve@EVIL.EXAMPLE", "").map(encodeUtf8),
    fc.constant(encodeUtf8(alices)),
    fc.uint8Array({ maxLength: 20 }).filter(([bit]) => bit !== 1 && bit !== 2 && bit !== 4).map((octets) =>
      seal(octets)
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(response, { maxLength: 6 }), fc.boolean(), async (responses, isMutual) => {
      const { outcome, context } = await converse(responses, isMutual ? { token: "me" } : {});
      assert(outcome?.status !== "success");
      assertEquals(context.freed, 1);
    }),
    { numRuns: 500 },
  );
});
