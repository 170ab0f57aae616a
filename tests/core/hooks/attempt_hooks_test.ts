/** Filters judge attempts to log in as they judge messages: in order, and closed when they fail. */
import { assertEquals } from "@std/assert";
import type { AttemptVerdict, Filter } from "../../../core/contract/filter.ts";
import { FilterChain } from "../../../core/delivery/run_filters.ts";
import { attemptHooks } from "../../../core/hooks/attempt_hooks.ts";
import type { EventSink } from "../../../core/observe/observation.ts";
import { recordedLog } from "../../support/recorded_log.ts";

const attempt = { mechanism: "PLAIN", service: "imap", login: "alice" } as const;
const facts = { id: "c1", peer: "192.0.2.7", tls: true };
const nobody: EventSink = { has: () => false, tell: () => {} };

async function judgementOf(
  filters: readonly (Filter["authenticating"])[],
  onFailure: "defer" | "continue" = "defer",
): Promise<unknown> {
  using recorded = recordedLog();
  const placed = filters.map((authenticating, index) => ({
    name: `f${index}`,
    filter: authenticating === undefined ? {} : { authenticating },
    onFailure,
  }));
  const chain = new FilterChain(placed, 20, recorded.log);
  return await attemptHooks({ filters: chain, events: nobody, now: () => new Date() })?.judge?.(facts, attempt);
}

const says = (verdict: AttemptVerdict) => () => Promise.resolve(verdict);

Deno.test("authenticating: nobody is asked where no filter has an opinion", async () => {
  assertEquals(await judgementOf([]), undefined);
  assertEquals(await judgementOf([undefined]), undefined);
});

Deno.test("authenticating: the first refusal counts, accept ends the questioning, else it goes on", async () => {
  const [pass, accept, reject, defer] = [
    says({ action: "continue" }),
    says({ action: "accept" }),
    says({ action: "reject", reason: "banned" }),
    says({ action: "defer" }),
  ];
  assertEquals(await judgementOf([pass, pass]), "continue");
  assertEquals(await judgementOf([pass, reject, defer]), "reject");
  assertEquals(await judgementOf([defer, reject]), "defer");
  assertEquals(await judgementOf([accept, reject]), "continue");
});

Deno.test("authenticating: a filter that fails, hangs or says nonsense defers, unless configured otherwise", async () => {
  const failing: NonNullable<Filter["authenticating"]>[] = [
    () => Promise.reject(new Error("away")),
    () => {
      throw new Error("away");
    },
    () => new Promise(() => {}),
    () => Promise.resolve(undefined as never),
    () => Promise.resolve({ action: "yes" } as never),
    () => "continue" as never,
  ];
  for (const [index, filter] of failing.entries()) {
    assertEquals(await judgementOf([filter]), "defer", `${index}`);
    assertEquals(await judgementOf([filter], "continue"), "continue", `${index}`);
  }
});

Deno.test("authentication events: what says nothing of who it was is told nobody", () => {
  using recorded = recordedLog();
  const told: unknown[] = [];
  const events: EventSink = {
    has: (name) => name === "authenticated" || name === "authenticationFailed",
    tell: (name) => void told.push(name),
  };
  const hooks = attemptHooks({ filters: new FilterChain([], 1, recorded.log), events, now: () => new Date() });
  const event = { facts, mechanism: "PLAIN", service: "imap" } as const;
  for (const reason of ["cancelled", "unavailable", "credentials", "malformed"] as const) {
    hooks?.ended?.(event, { state: "refused", reason });
  }
  hooks?.ended?.(event, { state: "authenticated", account: "a" as never });
  assertEquals([hooks?.judge, told], [undefined, ["authenticationFailed", "authenticationFailed", "authenticated"]]);
});
