/** Headers of many messages (RFC 9051 §6.4.5.1: their fields and the empty line), read together. */
import type { Body, BodyId, Storage } from "../../../../core/contract/mod.ts";
import { RangeView } from "./views.ts";

/** In their order. @throws Refusal `not-found` when one is not there. */
export async function openHeaders(storage: Storage, bodies: readonly BodyId[]): Promise<readonly Body[]> {
  if (storage.openHeaders !== undefined) return await storage.openHeaders(bodies);
  const summaries = await storage.summaries(bodies, ["headerSize"]), opened = await storage.openBodies(bodies);
  return opened.map((body, index) => new RangeView(body, 0, summaries[index]?.headerSize ?? 0));
}
