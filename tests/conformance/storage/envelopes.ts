/** Envelopes (RFC 5321 §2.3.1): kept with each copy of a message, told only to who asks. */
import { assertEquals } from "@std/assert";
import type { MailboxId } from "../../../core/contract/identifiers.ts";
import type { DeliveryEnvelope } from "../../../core/contract/mailbox.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, details, fill, message, messagesOf, named } from "./support.ts";

const toFred: DeliveryEnvelope = { sender: "kim@example.com", recipient: "fred@host.example.org" };
const toJane: DeliveryEnvelope = { sender: "", recipient: '"jane doe"@höst.example.org' };

/** An account whose INBOX has two copies of a message, between which is one that nobody delivered. */
async function twoCopies(storage: Storage) {
  const id = await account(storage);
  const { id: mailbox } = await named(storage, id, "INBOX");
  const body = await storage.writeBody(message("one"));
  const deliver = (envelope: DeliveryEnvelope) =>
    ({ do: "deliver", account: id, mailboxName: "INBOX", body, details: { ...details(), envelope } }) as const;
  await storage.apply([deliver(toFred)]);
  await fill(storage, mailbox, "two");
  await storage.apply([deliver(toJane)]);
  return { id, mailbox };
}

const listed = async (storage: Storage, mailbox: MailboxId) => [...await storage.envelopes(mailbox)];

/** Promises about envelopes. */
export const envelopePromises: readonly StoragePromise[] = [
  ["each copy of a message keeps the envelope that it was delivered with", async ({ storage, reopen }) => {
    const { mailbox } = await twoCopies(storage);
    assertEquals(await listed(storage, mailbox), [[1, toFred], [3, toJane]]);
    const current = await reopen?.() ?? storage;
    assertEquals(await listed(current, mailbox), [[1, toFred], [3, toJane]]);
  }],
  ["envelopes are told of the UIDs that were asked for, ascending, each once", async ({ storage }) => {
    const { mailbox } = await twoCopies(storage);
    assertEquals([...await storage.envelopes(mailbox, [3, [2, 3], 1, 99])], [[1, toFred], [3, toJane]]);
    assertEquals([...await storage.envelopes(mailbox, [[2, 2]])], []);
    assertEquals([...await storage.envelopes(mailbox, [])], []);
  }],
  ["envelopes go where messages are copied and moved to, and with them when they go", async ({ storage }) => {
    const { id, mailbox } = await twoCopies(storage);
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    await storage.apply([
      { do: "move", from: mailbox, uids: [3], to: other },
      { do: "copy", from: mailbox, uids: [1, 2], to: other },
      { do: "expunge", mailbox, uids: [1] },
    ]);
    assertEquals(await listed(storage, mailbox), []);
    assertEquals(await listed(storage, other), [[1, toJane], [2, toFred]]);
    await storage.apply([{ do: "renameMailbox", mailbox: other, name: "another" }]);
    assertEquals(await listed(storage, other), [[1, toJane], [2, toFred]]);
    await storage.apply([{ do: "removeMailbox", mailbox: other }]);
    await assertRefused("not-found", storage.envelopes(other));
  }],
  ["a change of flags leaves the envelope, and messages are told without it", async ({ storage }) => {
    const { mailbox } = await twoCopies(storage);
    const change = { mode: "add", flags: ["\\Seen"] } as const;
    const [{ changed }] = await storage.apply([{ do: "setFlags", mailbox, uids: [1], change }]);
    assertEquals(await listed(storage, mailbox), [[1, toFred], [3, toJane]]);
    assertEquals([...changed, ...await messagesOf(storage, mailbox)].filter((message) => "envelope" in message), []);
  }],
];
