import { assert, assertEquals } from "@std/assert";
import { Refusal } from "../../../core/contract/refusal.ts";

Deno.test("refusal: one of another copy of the contract, as a bundled plugin has it, is a refusal as well", async () => {
  // Another address is another module.
  const copy: { Refusal: typeof Refusal } = await import("../../../core/contract/refusal.ts?copy");
  assert(copy.Refusal !== Refusal);
  const error: unknown = new copy.Refusal("conflict", "there is one already");
  assert(error instanceof Refusal);
  assertEquals([error.kind, error.message], ["conflict", "there is one already"]);
});

Deno.test("refusal: nothing else is one", () => {
  const named = Object.assign(new Error("x"), { name: "Refusal" });
  const others: readonly unknown[] = [
    ...[undefined, null, "Refusal", new Error("x"), named, { name: "Refusal", kind: "conflict" }],
    ...[Object.assign(named, { kind: "toString" }), new Deno.errors.NotFound("x")],
  ];
  assertEquals(others.filter((one) => one instanceof Refusal), []);
});
