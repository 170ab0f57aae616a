/**
 * What sessions know of messages and share, against what the storage holds: after each command of any of them, and after what
 * is done by nobody's session, what was told is what is there, and what was answered has been done.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Storage } from "../../../../core/contract/mod.ts";
import { openSqlite } from "../../../storage/sqlite/open_storage.ts";
import { Actor, World } from "./known_actor.ts";
import { allRights, type Play, plays, text, TOUR } from "./known_steps.ts";
import { bob, fred, testService } from "./talk.ts";

async function play(
  storage: Storage | undefined,
  { count, turned, steps }: Play,
  isLarge = false,
): Promise<void> {
  const service = await testService({ options: { max_errors: 1000 }, ...storage && { storage } });
  const world = new World(service, isLarge);
  await service.fill(fred, "INBOX", [text]);
  await service.fill(fred, "a", []);
  const { id: from } = await service.mailbox(fred);
  if (count > 0) {
    const copies = Array.from({ length: count }, () => ({ do: "copy", from, uids: [1], to: from }) as const);
    await service.storage.apply(copies);
  }
  for (let index = 0; isLarge && index < TOUR; index++) await service.fill(fred, `t${index}`, [text]);
  for (const name of ["INBOX", "a"]) {
    const { id: mailbox } = await service.mailbox(fred, name);
    await service.storage.apply([{ do: "setRights", mailbox, who: service.account(bob), rights: allRights }]);
  }
  await using stack = new AsyncDisposableStack();
  const enabled = ["", "QRESYNC", "CONTEXT"], actors: Actor[] = [];
  for (const [index, address] of [fred, fred, bob].entries()) {
    actors.push(stack.use(await Actor.come(world, address, enabled[(index + turned) % 3] ?? "")));
  }
  for (const { actor, step, idling } of steps) {
    const perform = async () => await actors[actor]?.perform(step);
    if (idling === null || idling === actor) await perform();
    else await actors[idling]?.idles(perform);
    for (const actor of actors) await actor.notes();
  }
  for (const actor of actors) await actor.agrees();
  assertEquals(service.log.lines.filter((line) => line.startsWith("error")), []);
}

async function overSqlite(test: (storage: Storage) => Promise<void>): Promise<void> {
  const { storage, close } = await openSqlite();
  try {
    await test(storage);
  } finally {
    await close();
  }
}

Deno.test("imap known: RFC 9051 §5.2: what is told is there, and what is answered is done (memory)", async () => {
  await fc.assert(fc.asyncProperty(plays, (given) => play(undefined, given)), {
    numRuns: 100,
  });
});

Deno.test("imap known: RFC 9051 §5.2: what is told is there, and what is answered is done (sqlite)", async () => {
  await fc.assert(fc.asyncProperty(plays, (given) => overSqlite((storage) => play(storage, given))), {
    numRuns: 10,
  });
});

Deno.test("imap known: the same where more mailboxes are read than messages are kept of (memory)", async () => {
  await fc.assert(fc.asyncProperty(plays, (given) => play(undefined, given, true)), {
    numRuns: 5,
  });
});
