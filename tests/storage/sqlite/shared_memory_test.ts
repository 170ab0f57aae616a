import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SharedBytes, SharedMemory } from "../../../storage/sqlite/shared_memory.ts";

/** Octets at some place of their memory, as a reader gives them. */
const piece = fc.record({
  start: fc.nat(20),
  length: fc.oneof(fc.nat(40), fc.integer({ min: 4090, max: 4110 }), fc.integer({ min: 65_520, max: 150_000 })),
  first: fc.nat(255),
}).map(({ start, length, first }) => {
  const octets = new Uint8Array(start + length).subarray(start);
  for (let at = 0; at < length; at++) octets[at] = first + at * 7;
  return octets;
});

Deno.test("sqlite: octets lie in shared memory as they were given, wherever they lay and whatever their number", () => {
  const memory = new SharedMemory();
  fc.assert(fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
    const bytes = new SharedBytes(memory);
    for (const piece of pieces) bytes.append(piece);
    const gathered = bytes.all();
    assertEquals(gathered.length, bytes.length);
    assertEquals(indexOfDifference(gathered, pieces), undefined);
    // What is used again holds something else at first.
    memory.give(gathered);
  }));
});

/** Where they are not the pieces one after another; undefined where they are. */
function indexOfDifference(octets: Uint8Array, pieces: readonly Uint8Array[]): number | undefined {
  let at = 0;
  for (const piece of pieces) for (const octet of piece) if (octets[at++] !== octet) return at - 1;
  return at === octets.length ? undefined : at;
}
