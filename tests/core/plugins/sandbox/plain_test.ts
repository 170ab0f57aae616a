import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readGuestMessage } from "../../../../core/plugins/sandbox/messages.ts";
import { NotPlain, plainCopy } from "../../../../core/plugins/sandbox/plain.ts";

Deno.test("sandbox: a copy of plain data is equal, and shares no object with it", () => {
  const value = fc.object({
    withNullPrototype: false,
    values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
  });
  fc.assert(fc.property(value, (given) => {
    const copy = plainCopy(given);
    assert(copy !== given);
    if (!JSON.stringify(given).includes("__proto__")) assertEquals<unknown>(copy, given);
    assertEquals(Reflect.get({}, "polluted"), undefined);
  }));
});

Deno.test("sandbox: what is not plain is refused", () => {
  const deep: unknown[] = [];
  let inner = deep;
  for (let depth = 0; depth < 100; depth++) inner.push(inner = []);
  const wrong: readonly unknown[] = [
    ...[1n, () => {}, Symbol("x"), new Map(), new Set(), /x/, new Error("x"), new ArrayBuffer(1), new Float64Array(1)],
    new Uint8Array(new SharedArrayBuffer(1)),
    ...[new (class Odd {})(), Object.create({ inherited: 1 }), deep, new Array(1_000_000), Array(200_000).fill(0)],
  ];
  for (const value of wrong) assertThrows(() => plainCopy({ value }), NotPlain);
});

Deno.test("sandbox: no message whatsoever makes the server throw", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withMap: true, withTypedArray: true, withDate: true }), (given) => {
      readGuestMessage(given);
      readGuestMessage({ say: "done", id: given, value: given });
      readGuestMessage({ say: given });
    }),
  );
  assertEquals(readGuestMessage({ say: "done", id: 1, value: [1] }), { say: "done", id: 1, value: [1] });
  for (const id of [-1, 1.5, NaN, Infinity, "1", 2 ** 60]) {
    assertEquals(readGuestMessage({ say: "done", id }), undefined);
  }
});
