/** Tests of ACAP over more than one storage. */
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import type { Given } from "./talk.ts";

/** Tests over memory and over SQLite; the test makes its service of what it is given. */
export function overEachStorage(name: string, test: (given: Given) => Promise<void>): void {
  Deno.test(`${name} (memory)`, () => test({}));
  Deno.test(`${name} (sqlite)`, async () => {
    const { storage, close } = await openSqlite();
    try {
      await test({ storage });
    } finally {
      await close();
    }
  });
}
