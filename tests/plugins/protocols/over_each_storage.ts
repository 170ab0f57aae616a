/** Tests of a protocol over more than one storage. */
import type { Storage } from "../../../core/contract/storage.ts";
import { openSqlite } from "../../storage/sqlite/open_storage.ts";

/** Tests over memory and over SQLite; the test makes its service of what it is given. */
export function overEachStorage(name: string, test: (given: { readonly storage?: Storage }) => Promise<void>): void {
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
