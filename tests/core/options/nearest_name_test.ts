import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { editDistance, nearestName } from "../../../core/options/nearest_name.ts";

const known = ["hostname", "domains", "data", "tls", "storage", "directory", "auth", "cleartext_auth", "limits"];

Deno.test("did you mean: a slip of the hand finds the name", () => {
  const slips = {
    hostnam: "hostname",
    hsotname: "hostname",
    domain: "domains",
    Storage: "storage",
    tsl: "tls",
    "cleartext-auth": "cleartext_auth",
    limit: "limits",
  };
  for (const [slip, meant] of Object.entries(slips)) assertEquals(nearestName(slip, known), meant);
});

Deno.test("did you mean: nothing is suggested for what is near to nothing", () => {
  for (const word of ["", "x", "colour", "a".repeat(1_000_000)]) assertEquals(nearestName(word, known), undefined);
});

Deno.test("edit distance: no more than one for each edit, and the same both ways", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.nat(), (one, other, at) => {
    assertEquals(editDistance(one, other), editDistance(other, one));
    assertEquals(editDistance(one, one), 0);
    const cut = at % (one.length + 1);
    assertEquals(editDistance(one, `${one.slice(0, cut)}x${one.slice(cut)}`), 1);
  }));
});
