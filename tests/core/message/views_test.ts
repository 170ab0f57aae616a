import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryView, SplicedView } from "../../../core/message/views.ts";

Deno.test("views: a spliced body reads, from anywhere to anywhere, as if its octets had been replaced", async () => {
  const octets = fc.uint8Array({ maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(octets, octets, octets), { maxLength: 6 }), octets, async (pieces, rest) => {
      const before: number[] = [], after: number[] = [], splices = [];
      for (const [kept, gone, instead] of pieces) {
        const start = before.push(...kept), end = before.push(...gone);
        splices.push({ start, end, octets: instead });
        after.push(...kept, ...instead);
      }
      before.push(...rest);
      after.push(...rest);
      const view = new SplicedView(new MemoryView(Uint8Array.from(before)), splices);
      assertEquals(view.size, after.length);
      for (let start = 0; start <= after.length; start += 3) {
        for (let end = start; end <= after.length + 2; end += 2) {
          assertEquals(await view.read(start, end), Uint8Array.from(after.slice(start, end)));
        }
      }
    }),
  );
});
