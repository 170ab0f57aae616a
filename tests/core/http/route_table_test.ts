import { assert, assertEquals, assertThrows } from "@std/assert";
import type { HttpRoute } from "../../../core/contract/http.ts";
import { RouteTable } from "../../../core/http/route_table.ts";

function route(method: string, path: string): HttpRoute {
  return { method, path, handle: () => new Response() };
}

/** Plugin, path and parameters; or the methods that there are. */
function look(table: RouteTable, method: string, path: string): unknown {
  const answer = table.find(method, path);
  if (answer.is !== "found") return answer.is === "nothing" ? "nothing" : answer.allowed;
  const { plugin, route, parameters } = answer.found;
  return [plugin, route.path, { ...parameters }];
}

Deno.test("http routes: the first that matches answers; where none does, the next plugin's", () => {
  const table = new RouteTable([
    { name: "one", routes: [route("GET", "/a"), route("GET", "/:any")] },
    { name: "two", routes: [route("GET", "/a"), route("POST", "/a"), route("GET", "/b/*")] },
  ]);
  assertEquals(look(table, "GET", "/a"), ["one", "/a", {}]);
  assertEquals(look(table, "GET", "/x%20y"), ["one", "/:any", { any: "x y" }]);
  assertEquals(look(table, "POST", "/a"), ["two", "/a", {}]);
  assertEquals(look(table, "GET", "/b/c/d"), ["two", "/b/*", { 0: "c/d" }]);
  assertEquals(look(table, "GET", "/"), "nothing");
});

Deno.test("http routes: RFC 9110 §9.3.2: GET answers HEAD; §15.5.6: other methods are told which there are", () => {
  const table = new RouteTable([{
    name: "one",
    routes: [route("GET", "/a"), route("PUT", "/a"), route("POST", "/b")],
  }]);
  assertEquals(look(table, "HEAD", "/a"), ["one", "/a", {}]);
  assertEquals(look(table, "DELETE", "/a"), ["GET", "HEAD", "PUT"]);
  assertEquals(look(table, "HEAD", "/b"), ["POST"]);
  // RFC 9110 §9.1: methods are case-sensitive.
  assertEquals(look(table, "get", "/a"), ["GET", "HEAD", "PUT"]);
});

Deno.test("http routes: what is no UTF-8 stays as it is written", () => {
  const table = new RouteTable([{ name: "one", routes: [route("GET", "/:x")] }]);
  assertEquals(look(table, "GET", "/%ff"), ["one", "/:x", { x: "%ff" }]);
});

Deno.test("http routes: what makes no sense is refused at the start", () => {
  const wrong: readonly unknown[] = [
    { ...route("GET", "/a"), method: "get" },
    { ...route("GET", "/a"), method: undefined },
    route("GET", "a"),
    { ...route("GET", "/a"), handle: "no" },
    route("GET", "/:"),
  ];
  for (const one of wrong) {
    assertThrows(() => new RouteTable([{ name: "one", routes: [one as HttpRoute] }]), TypeError);
  }
  assert(new RouteTable([]));
});

Deno.test("http routes: a pattern may say the path of a route, and nothing that would be passed over", () => {
  const given = (pattern: URLPattern, rest = {}): HttpRoute => {
    const made: unknown = { method: "GET", pattern, handle: () => new Response(), ...rest };
    return made as HttpRoute;
  };
  const path = new URLPattern({ pathname: "/a/:name" });
  assertEquals(look(new RouteTable([{ name: "one", routes: [given(path)] }]), "GET", "/a/b"), ["one", "/a/:name", {
    name: "b",
  }]);
  const wrong = [
    given(new URLPattern("/a", "https://admin.example.org")),
    given(new URLPattern({ pathname: "/a", search: "key=:key" })),
    given(new URLPattern({ pathname: "/a", port: "8443" })),
    given(path, { handle: undefined }),
  ];
  for (const one of wrong) assertThrows(() => new RouteTable([{ name: "one", routes: [one] }]), TypeError);
});
