import { assertEquals, assertMatch } from "@std/assert";
import type { PluginKind } from "../../../core/contract/plugin.ts";
import { faultOf } from "../../../core/plugins/extension_shape.ts";

const mechanism = {
  mechanism: "X-TOKEN",
  first: "client",
  needs: "nothing",
  revealsPassword: true,
  exchange: async function* () {},
};
const nothing = () => Promise.resolve(undefined);
const directory = {
  canCheckPassword: true,
  secretSchemes: new Set(),
  checkPassword: nothing,
  secret: nothing,
  findAccount: nothing,
  mayActAs: nothing,
  maySendAs: nothing,
  resolve: nothing,
};

Deno.test("plugins: what lacks a method of its kind is refused, and one that may be left out may not be something else", () => {
  assertEquals(faultOf("protocol", {}), "its setup gives no serve; expected a function");
  const serve = nothing;
  for (const tooMany of [undefined, "too many", new Uint8Array(1)]) {
    assertEquals(faultOf("protocol", { serve, tooMany }), undefined);
  }
  assertEquals(
    faultOf("protocol", { serve, tooMany: () => "too many" }),
    "its setup gives a wrong tooMany: expected a line, or a Uint8Array, found function",
  );
  assertEquals(faultOf("transport", { deliver: 5 }), "its setup gives another deliver; expected a function");
  assertEquals(faultOf("filter", {}), undefined);
  assertEquals(faultOf("filter", { message: {} }), "its setup gives another message; expected a function");
  const { mayActAs: _, ...incomplete } = directory;
  assertEquals(faultOf("directory", incomplete), "its setup gives no mayActAs; expected a function");
  const { maySendAs: _derived, ...enough } = directory;
  assertEquals(faultOf("directory", enough), undefined);
  assertEquals(faultOf("directory", directory), undefined);
  for (const kind of ["storage", "auth", "http"] satisfies PluginKind[]) {
    assertMatch(faultOf(kind, {}) ?? "", /^its setup gives /);
  }
});

Deno.test("plugins: methods that a class inherits are there", () => {
  class Teller {
    serve(): Promise<void> {
      return Promise.resolve();
    }
  }
  assertEquals(faultOf("protocol", new Teller()), undefined);
});

Deno.test("plugins: a mechanism's name is one that clients can be told (RFC 4422 §3.1)", () => {
  assertEquals(faultOf("auth", mechanism), undefined);
  for (const name of ["x-token", "X TOKEN", "X\r\nSTLS", "", "A".repeat(21), undefined, 5]) {
    assertMatch(faultOf("auth", { ...mechanism, mechanism: name }) ?? "", /^its setup gives a wrong mechanism: /);
  }
});

Deno.test("plugins: a mechanism says whether it reveals the password: it is not asked for in the clear by an oversight", () => {
  const { revealsPassword: _, ...silent } = mechanism;
  assertEquals(
    faultOf("auth", silent),
    "its setup gives a wrong revealsPassword: expected true or false, found nothing",
  );
});

Deno.test("plugins: facts have values that the contract knows", () => {
  assertMatch(faultOf("auth", { ...mechanism, first: "both" }) ?? "", /wrong first: expected .*, found "both"$/);
  assertMatch(
    faultOf("filter", { order: "first" }) ?? "",
    /wrong order: expected early, normal or late, found "first"$/,
  );
  assertMatch(
    faultOf("directory", { ...directory, secretSchemes: ["plain"] }) ?? "",
    /wrong secretSchemes: expected a Set/,
  );
  assertMatch(faultOf("http", { routes: {} }) ?? "", /wrong routes: expected a list, found object$/);
});
