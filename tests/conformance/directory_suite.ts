/** What every directory that can be administered promises, by name: run over each of them. */
import type { Directory, DirectoryAdmin } from "../../core/contract/directory.ts";
import { addressPromises } from "./directory/addresses.ts";
import { adminPromises } from "./directory/administration.ts";
import { loginPromises } from "./directory/logins.ts";

/** A directory that is empty at first. Local domains are example.org and example.net, its server is mail.example.org. */
export interface OpenDirectory {
  /** It. */
  readonly directory: Directory;
  /** Its administration. */
  readonly admin: DirectoryAdmin;
  /** Lets go of everything, and removes it. */
  close(): Promise<void>;
}

/** A promise by name, and what shows whether it is kept. */
export type DirectoryPromise = readonly [rule: string, shows: (open: OpenDirectory) => Promise<void>];

/** Tests all promises over the directories that `open` gives. */
export function directorySuite(name: string, open: () => Promise<OpenDirectory>): void {
  for (const [rule, shows] of [...loginPromises, ...addressPromises, ...adminPromises]) {
    Deno.test(`${name}: ${rule}`, async () => {
      const opened = await open();
      try {
        await shows(opened);
      } finally {
        await opened.close();
      }
    });
  }
}
