import { assert, assertEquals } from "@std/assert";
import { Penalties, sleep } from "../../../core/sasl/penalties.ts";

const base = 2000;

/** Penalties whose sleep takes no time and is written down. */
function clients(authDelay = base) {
  let time = 0;
  let slept = 0;
  const penalties = new Penalties({
    authDelay,
    now: () => new Date(time),
    sleep: (milliseconds) => {
      slept = milliseconds;
      return Promise.resolve();
    },
  });
  const attempt = async (address: string, login: string, succeeded: boolean) => {
    slept = 0;
    await penalties.settle({ address, login, succeeded }, new AbortController().signal);
    return slept;
  };
  return {
    fails: (address: string, login = "alice") => attempt(address, login, false),
    succeeds: (address: string, login = "alice") => attempt(address, login, true),
    passes: (milliseconds: number) => time += milliseconds,
  };
}

Deno.test("penalties: failures of an address double its wait, up to a cap", async () => {
  const { fails } = clients();
  const waits = [];
  for (let i = 0; i < 7; i++) waits.push(await fails("192.0.2.1", `user${i}`));
  assertEquals(waits, [1, 2, 4, 8, 16, 16, 16].map((times) => times * base));
});

Deno.test("penalties: failures of an account count from everywhere", async () => {
  const { fails } = clients();
  assertEquals([await fails("192.0.2.1"), await fails("192.0.2.2"), await fails("192.0.2.3", "ALICE")], [
    base,
    2 * base,
    4 * base,
  ]);
});

Deno.test("penalties: auth_delay 0 waits for nothing", async () => {
  const { fails, succeeds } = clients(0);
  assertEquals([await fails("192.0.2.1"), await fails("192.0.2.1"), await succeeds("192.0.2.1")], [0, 0, 0]);
});

Deno.test("penalties: an address that failed learns of success no sooner than of failure", async () => {
  const { fails, succeeds } = clients();
  for (let i = 0; i < 3; i++) await fails("192.0.2.1", `user${i}`);
  // It would have been the fourth failure's wait, or one less: leaving early tells nothing.
  assertEquals(await succeeds("192.0.2.1", "mallory"), 4 * base);
});

Deno.test("penalties: an owner at a clean address waits the base delay at most, however much the account was attacked", async () => {
  const { fails, succeeds } = clients();
  for (let i = 0; i < 50; i++) await fails(`192.0.2.${i}`);
  assertEquals(await succeeds("198.51.100.7"), base);
  assertEquals(await succeeds("198.51.100.7"), 0);
});

Deno.test("penalties: an owner whose last login from here was right waits for nothing, whatever others do", async () => {
  const { fails, succeeds } = clients();
  assertEquals(await succeeds("192.0.2.1"), 0);
  for (let i = 0; i < 50; i++) await fails("192.0.2.1", "bob");
  for (let i = 0; i < 50; i++) await fails("203.0.113.9");
  assertEquals(await succeeds("192.0.2.1"), 0);
  // Whoever guesses from behind the same address ends that.
  await fails("192.0.2.1");
  assert(await succeeds("192.0.2.1") > 0);
});

Deno.test("penalties: one's own success does not wash an address clean", async () => {
  const { fails, succeeds } = clients();
  const waits = [];
  for (let i = 0; i < 4; i++) {
    waits.push(await fails("192.0.2.1", `victim${i}`));
    await succeeds("192.0.2.1", "mallory");
  }
  assertEquals(waits, [1, 2, 4, 8].map((times) => times * base));
});

Deno.test("penalties: failures are forgotten after a quarter of an hour without any", async () => {
  const { fails, passes } = clients();
  await fails("192.0.2.1");
  passes(15 * 60_000);
  assertEquals(await fails("192.0.2.1"), 2 * base);
  passes(15 * 60_000 + 1);
  assertEquals(await fails("192.0.2.1"), base);
});

Deno.test("penalties: an IPv6 network of 64 bits is one client, and so is an IPv4 address however it is written", async () => {
  const { fails } = clients();
  await fails("2001:db8::1", "a");
  assertEquals(await fails("2001:DB8:0:0:ffff::2", "b"), 2 * base);
  assertEquals(await fails("2001:db8:0:1::1", "c"), base);
  await fails("192.0.2.1", "d");
  assertEquals(await fails("::ffff:192.0.2.1", "e"), 2 * base);
});

Deno.test("penalties: an attacker of many names makes the server forget, never grow", async () => {
  const { fails } = clients();
  await fails("192.0.2.1", "a");
  for (let i = 0; i < 20_000; i++) {
    await fails(`2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`, `${i}`);
  }
  assertEquals(await fails("192.0.2.1", "b"), base);
});

Deno.test("penalties: a failure counts before its wait, so that parallel guesses do not share one", async () => {
  const waits: number[] = [];
  const penalties = new Penalties({
    authDelay: base,
    now: () => new Date(0),
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  });
  const { signal } = new AbortController();
  await Promise.all(
    [1, 2, 3].map((i) => penalties.settle({ address: "192.0.2.1", login: `${i}`, succeeded: false }, signal)),
  );
  assertEquals(waits, [base, 2 * base, 4 * base]);
});

Deno.test("penalties: a wait ends when the client breaks off", async () => {
  const broken = new AbortController();
  const waiting = sleep(1_000_000, broken.signal);
  broken.abort();
  await waiting;
  await sleep(1_000_000, broken.signal);
});
