import { assertEquals } from "@std/assert";
import { memoryStorage } from "../../../storage/memory/storage.ts";
import { storageSuite } from "../../conformance/storage_suite.ts";

storageSuite("memory", () => Promise.resolve({ storage: memoryStorage(), close: () => Promise.resolve() }));

Deno.test("memory: its clock is the one that it is given", async () => {
  const storage = memoryStorage({ now: () => new Date(1000) });
  const [made] = await storage.apply([{ do: "createAccount", address: "a@x", secrets: {} }]);
  assertEquals(made.createdAt, new Date(1000));
});
