/** What every storage promises, by name: run over each backend. */
import type { Storage } from "../../core/contract/storage.ts";
import { accountPromises } from "./storage/accounts.ts";
import { batchPromises } from "./storage/batches.ts";
import { bodyPromises } from "./storage/bodies.ts";
import { counterPromises } from "./storage/counters.ts";
import { datasetPromises } from "./storage/datasets.ts";
import { envelopePromises } from "./storage/envelopes.ts";
import { flagPromises } from "./storage/flags.ts";
import { mailboxPromises } from "./storage/mailboxes.ts";
import { messagePromises } from "./storage/messages.ts";
import { metadataPromises } from "./storage/metadata.ts";
import { queuePromises } from "./storage/queue.ts";
import { quotaPromises } from "./storage/quotas.ts";
import { sharingPromises } from "./storage/sharing.ts";
import { watchPromises } from "./storage/watching.ts";

/** A storage that is empty at first. */
export interface OpenStorage {
  /** It. */
  readonly storage: Storage;
  /** Lets go of everything, and removes it. */
  close(): Promise<void>;
  /** Ends the storage and opens it again over what it has kept; absent where nothing is kept. */
  readonly reopen?: () => Promise<Storage>;
}

/** A promise by name, and what shows whether it is kept. */
export type StoragePromise = readonly [rule: string, shows: (open: OpenStorage) => Promise<void>];

/** Tests all promises over the storages that `open` gives. */
export function storageSuite(name: string, open: () => Promise<OpenStorage>): void {
  const promises = [
    ...accountPromises,
    ...mailboxPromises,
    ...messagePromises,
    ...envelopePromises,
    ...flagPromises,
    ...counterPromises,
    ...quotaPromises,
    ...sharingPromises,
    ...metadataPromises,
    ...datasetPromises,
    ...bodyPromises,
    ...batchPromises,
    ...watchPromises,
    ...queuePromises,
  ];
  for (const [rule, shows] of promises) {
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
