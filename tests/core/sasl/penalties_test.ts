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
  const { signal } = new AbortController();
  /** How long an attempt waits before it is verified; it is then left. */
  const waits = async (address: string, login = "alice") => {
    slept = 0;
    await penalties.admit({ address, login }, signal);
    return slept;
  };
  /** How long a failure's answer waits. */
  const fails = async (address: string, login = "alice") => {
    slept = 0;
    await penalties.failed({ address, login }, signal);
    return slept;
  };
  return {
    waits,
    fails,
    succeeds: (address: string, login = "alice") => penalties.succeeded({ address, login }),
    passes: (milliseconds: number) => time += milliseconds,
  };
}

Deno.test("penalties: failures of an address double the wait for their answer, up to a cap", async () => {
  const { fails } = clients();
  const answers = [];
  for (let i = 0; i < 7; i++) answers.push(await fails("192.0.2.1", `user${i}`));
  assertEquals(answers, [1, 2, 4, 8, 16, 16, 16].map((times) => times * base));
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
  const { waits, fails } = clients(0);
  assertEquals([await fails("192.0.2.1"), await fails("192.0.2.1"), await waits("192.0.2.1")], [0, 0, 0]);
});

Deno.test("penalties: nothing more is verified for an address before the answer to its failure may be told", async () => {
  const { waits, fails, passes } = clients();
  for (let i = 0; i < 3; i++) await fails("192.0.2.1", `user${i}`);
  // Leaving early, or another connection, gains nothing.
  assertEquals(await waits("192.0.2.1", "bob"), 4 * base);
  passes(base);
  assertEquals(await waits("192.0.2.1", "bob"), 3 * base);
  // Who waited for the answer does not wait again.
  passes(3 * base);
  assertEquals(await waits("192.0.2.1", "bob"), 0);
});

Deno.test("penalties: an owner at a clean address waits the base delay at most, however much the account was attacked", async () => {
  const { waits, fails, succeeds } = clients();
  for (let i = 0; i < 50; i++) await fails(`192.0.2.${i}`);
  assertEquals(await waits("198.51.100.7"), base);
  succeeds("198.51.100.7");
  assertEquals(await waits("198.51.100.7"), 0);
});

Deno.test("penalties: an owner whose last login from here was right waits for nothing, whatever others do", async () => {
  const { waits, fails, succeeds } = clients();
  succeeds("192.0.2.1");
  for (let i = 0; i < 50; i++) await fails("192.0.2.1", "bob");
  for (let i = 0; i < 50; i++) await fails("203.0.113.9");
  assertEquals(await waits("192.0.2.1"), 0);
  // Whoever guesses from behind the same address ends that.
  await fails("192.0.2.1");
  assert(await waits("192.0.2.1") > 0);
});

Deno.test("penalties: one's own success does not wash an address clean", async () => {
  const { fails, succeeds } = clients();
  const answers = [];
  for (let i = 0; i < 4; i++) {
    answers.push(await fails("192.0.2.1", `victim${i}`));
    succeeds("192.0.2.1", "mallory");
  }
  assertEquals(answers, [1, 2, 4, 8].map((times) => times * base));
});

Deno.test("penalties: failures are forgotten after a quarter of an hour without any", async () => {
  const { fails, passes } = clients();
  await fails("192.0.2.1");
  passes(15 * 60_000);
  assertEquals(await fails("192.0.2.1"), 2 * base);
  passes(15 * 60_000 + 1);
  assertEquals(await fails("192.0.2.1"), base);
});

Deno.test("penalties: a clock that is set back makes no wait longer than the longest", async () => {
  const { waits, fails, passes } = clients();
  await fails("192.0.2.1");
  passes(-86_400_000);
  assertEquals(await waits("192.0.2.1"), 16 * base);
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
  await Promise.all([1, 2, 3].map((i) => penalties.failed({ address: "192.0.2.1", login: `${i}` }, signal)));
  assertEquals(waits, [base, 2 * base, 4 * base]);
});

Deno.test("penalties: a wait ends when the client breaks off", async () => {
  const broken = new AbortController();
  const waiting = sleep(1_000_000, broken.signal);
  broken.abort();
  await waiting;
  await sleep(1_000_000, broken.signal);
});
