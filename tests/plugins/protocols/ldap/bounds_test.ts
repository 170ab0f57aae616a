/** What hostile clients may do, and what they get for it (RFC 4511 §4.1.1, §4.4.1). */
import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import { largestMessage } from "../../../../plugins/protocols/ldap/frame.ts";
import plugin from "../../../../plugins/protocols/ldap/plugin.ts";
import { processorTime } from "../../../core/message/quickly.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { ber, joined } from "./ber_notation.ts";
import { ldap } from "./talk.ts";

const notice = (code: string, text: string) =>
  `{ 0 extendedResp { ${code} "" "${text}" [10] "1.3.6.1.4.1.1466.20036" } }`;
const noMessage = notice("protocolError", "that is no message");
const whoAmI = '{ 5 extendedReq { [0] "1.3.6.1.4.1.4203.1.11.3" } }';
const nobody = '{ 5 extendedResp { success "" "" [11] "" } }';

const wrong: Readonly<Record<string, string>> = {
  "a length of 4 GB": "3084ffffffff",
  "one octet more than there may be": `3083${(largestMessage - 5 + 1).toString(16).padStart(6, "0")}`,
  "a length of eight octets": "3088ffffffffffffffff",
  "the indefinite form": "3080",
  "a line of another protocol": "474554202f20485454502f312e310d0a",
  "TLS": "16030100c8010000c40303",
  "an empty message": "3000",
  "a message that is deep": `30820800${"a2820700".repeat(512)}`,
  "a negative id": "300502018042 00".replace(" ", ""),
  "an id of 0": "3005020100 4200".replace(" ", ""),
  "an id beyond maxInt": "3009020500800000004200",
  "an operation that nobody knows": "30050201015e00",
};

for (const [name, hex] of Object.entries(wrong)) {
  Deno.test(`ldap: ${name} ends the session, with a word`, async () => {
    const { connect, log } = await ldap();
    await using client = connect();
    client.client.send(Uint8Array.fromHex(hex));
    assertEquals([await client.hear(), await client.hear()], [noMessage, undefined]);
    assert(!log.lines.some((line) => line.startsWith("error")));
  });
}

Deno.test("ldap: a message of the largest size is read; so are two in one piece, and one in many", async () => {
  const { connect } = await ldap();
  await using client = connect();
  const compare = (size: number) => ber(`{ 5 compareRequest { "" { "cn" "${"x".repeat(size)}" } } }`);
  const around = compare(100_000).length - 100_000;
  const largest = compare(largestMessage - around);
  assertEquals(largest.length, largestMessage);
  client.client.send(largest);
  assertEquals(await client.hear(), '{ 5 compareResponse { noSuchAttribute "" "" } }');
  for (const octet of compare(3)) client.client.send(Uint8Array.of(octet));
  client.client.send(joined([ber(whoAmI), ber(whoAmI)]));
  assertEquals(await client.hear(), '{ 5 compareResponse { noSuchAttribute "" "" } }');
  assertEquals([await client.hear(), await client.hear()], [nobody, nobody]);
});

Deno.test("ldap: whatever stands for a name, it is read at once", async () => {
  const { connect } = await ldap();
  await using client = connect();
  const spent = processorTime();
  const [answer] = await client.ask(`{ 1 bindRequest { 3 "${"@".repeat(120_000)}=" [0] "secret" } }`);
  assertEquals(answer, '{ 1 bindResponse { invalidDNSyntax "" "" } }');
  // What is looked at again from each of its characters takes half a minute, and nobody else has a turn.
  assert(spent() < 5);
});

Deno.test("ldap: a message that has begun has so long to end, however its octets trickle in", async () => {
  const clock = new TestClock();
  let time = 0;
  const { connect } = await ldap({ now: () => new Date(time) });
  await using client = connect({ clock });
  const octets = ber(whoAmI);
  const leaving = client.hear();
  for (let at = 0; at < 10 && !client.client.isClosed && client.client.unread === ""; at++) {
    client.client.send(octets.subarray(at, at + 1));
    while (!client.client.isAwaited && client.client.unread === "" && !client.client.isClosed) {
      await client.client.changed;
    }
    time += 10_000;
    clock.advance(10_000);
  }
  assertEquals(await leaving, notice("adminLimitExceeded", "too slow"));
});

Deno.test("ldap: who says nothing is told so, and left", async () => {
  const clock = new TestClock();
  const { connect } = await ldap({ options: { "idle_timeout": "30s" } });
  await using client = connect({ clock });
  assertEquals(await client.ask(whoAmI), [nobody]);
  const leaving = client.hear();
  while (!client.client.isAwaited) await client.client.changed;
  clock.advance(31_000);
  assertEquals([await leaving, await client.hear()], [notice("adminLimitExceeded", "too slow"), undefined]);
});

Deno.test("ldap: RFC 4511 §4.4.1: a server that stops says so", async () => {
  const stop = new AbortController();
  const { connect } = await ldap();
  await using client = connect({ stop: stop.signal });
  assertEquals(await client.ask(whoAmI), [nobody]);
  stop.abort();
  const said = notice("unavailable", "the server is stopping");
  assertEquals([await client.hear(), await client.hear()], [said, undefined]);
});

Deno.test("ldap: a storage that is away is a temporary answer, and the session goes on", async () => {
  let isAway = false;
  const wrap = (storage: Storage): Storage =>
    new Proxy(storage, {
      get(_storage, name) {
        if (isAway && name === "accounts") return () => Promise.reject(new Error("the database is away"));
        const value: unknown = Reflect.get(storage, name);
        return typeof value === "function" ? value.bind(storage) : value;
      },
    });
  const { connect, log } = await ldap({ wrap });
  await using client = connect();
  await client.bind();
  isAway = true;
  assertEquals(await client.search("(cn=alice)"), ['{ 7 searchResDone { unavailable "" "try again later" } }']);
  isAway = false;
  assertEquals((await client.find("(cn=alice)")).length, 1);
  assert(log.lines.some((line) => line.startsWith("error request failed")));
});

Deno.test("ldap: requests that come together are answered in their order", async () => {
  const { connect } = await ldap();
  await using client = connect();
  await client.bind();
  const requests = Array.from(
    { length: 50 },
    (_one, at) => `{ ${at + 1} compareRequest { "ou=people,dc=example,dc=org" { "ou" "people" } } }`,
  );
  client.say(...requests);
  for (let at = 1; at <= 50; at++) assertEquals(await client.hear(), `{ ${at} compareResponse { compareTrue "" "" } }`);
});

Deno.test("ldap: the operator is told at setup that one may look without a login, where that is so", async () => {
  const { context, log } = await ldap();
  for (const anonymous of [[], ["10.0.0.0/8"]]) {
    const validated = plugin.options["~standard"].validate({ anonymous });
    assert(validated.issues === undefined);
    await plugin.setup(context, validated.value);
    assertEquals(log.lines.filter((line) => line.startsWith("warn LDAP tells the addresses")).length, anonymous.length);
  }
});

Deno.test("ldap: a base is a name of something that has a class", () => {
  const isTaken = (base: string) => plugin.options["~standard"].validate({ base }).issues === undefined;
  for (const base of ["dc=example,dc=org", "o=Example", "OU=mail,o=Example", "c=DE"]) assert(isTaken(base), base);
  for (const base of ["", "example.org", "cn=people", "o=a+l=b", "uid=x"]) assert(!isTaken(base), base);
});
