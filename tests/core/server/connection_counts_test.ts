import { assertEquals } from "@std/assert";
import { ConnectionCounts } from "../../../core/server/connection_counts.ts";

/** Enters; what is given says whether it may, or why not. */
function enter(counts: ConnectionCounts, address: string): Disposable | string {
  const place = counts.enter(address);
  return "limit" in place ? `${place.limit}${place.isFirst ? "!" : ""}` : place;
}

function leave(place: Disposable | string): void {
  if (typeof place !== "string") place[Symbol.dispose]();
}

Deno.test("connection counts: so many from one address, and others all the same", () => {
  const counts = new ConnectionCounts({ connections: 10, connectionsPerAddress: 2 });
  const places = [enter(counts, "192.0.2.1"), enter(counts, "192.0.2.1")];
  assertEquals(enter(counts, "192.0.2.1"), "limits.connections_per_address!");
  assertEquals(typeof enter(counts, "192.0.2.2"), "object");
  leave(places[0] ?? "");
  assertEquals(typeof enter(counts, "192.0.2.1"), "object");
  assertEquals(typeof enter(counts, "::ffff:192.0.2.1"), "string");
});

Deno.test("connection counts: RFC 6177 §2: an IPv6 address is one of a network of 64 bits", () => {
  const counts = new ConnectionCounts({ connections: 10, connectionsPerAddress: 1 });
  assertEquals(typeof enter(counts, "2001:db8:0:1::1"), "object");
  assertEquals(enter(counts, "2001:DB8::1:ffff:0:0:2"), "limits.connections_per_address!");
  assertEquals(typeof enter(counts, "2001:db8:0:2::1"), "object");
  assertEquals(typeof enter(counts, "::1"), "object");
});

Deno.test("connection counts: so many in all", () => {
  const counts = new ConnectionCounts({ connections: 2, connectionsPerAddress: 2 });
  const place = enter(counts, "192.0.2.1");
  enter(counts, "192.0.2.2");
  assertEquals(enter(counts, "192.0.2.3"), "limits.connections!");
  assertEquals(enter(counts, "192.0.2.4"), "limits.connections");
  leave(place);
  assertEquals(typeof enter(counts, "192.0.2.3"), "object");
});

Deno.test("connection counts: the first who is turned away is told of, and the next once there was plenty of room", () => {
  const counts = new ConnectionCounts({ connections: 10, connectionsPerAddress: 4 });
  const address = "192.0.2.1";
  const places = [1, 2, 3, 4].map(() => enter(counts, address));
  assertEquals(enter(counts, address), "limits.connections_per_address!");
  for (let times = 0; times < 3; times++) {
    // Whoever is at the limit comes and goes.
    leave(places.pop() ?? "");
    places.push(enter(counts, address));
    assertEquals(enter(counts, address), "limits.connections_per_address");
  }
  leave(places.pop() ?? "");
  leave(places.pop() ?? "");
  places.push(enter(counts, address), enter(counts, address));
  assertEquals(enter(counts, address), "limits.connections_per_address!");
});
