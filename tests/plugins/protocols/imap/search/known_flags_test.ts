/** Flags that are kept from one search to the next, and the conditions that they decide. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BodyId, Message } from "../../../../../core/contract/mod.ts";
import { systemFlags } from "../../../../../core/mailboxes/flag_rights.ts";
import { QuietWork } from "../../../../../plugins/protocols/imap/long_work.ts";
import type { Condition } from "../../../../../plugins/protocols/imap/search/condition.ts";
import { evaluate } from "../../../../../plugins/protocols/imap/search/evaluate.ts";
import { flagCondition, systemFlagBits } from "../../../../../plugins/protocols/imap/search/flag_condition.ts";
import { KnownFlags } from "../../../../../plugins/protocols/imap/search/known_flags.ts";
import { overEachStorage } from "../../over_each_storage.ts";
import { fred, logIn, testService } from "../talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";

const anyFlags = fc.subarray([...systemFlags, "$Junk"]);
const anyStep = fc.oneof(
  fc.record({ do: fc.constant("append" as const), flags: anyFlags }),
  fc.record({ do: fc.constant("expunge" as const), uid: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constant("search" as const) }),
  fc.record({
    do: fc.constant("setFlags" as const),
    uid: fc.integer({ min: 1, max: 12 }),
    mode: fc.constantFrom("set" as const, "add" as const, "remove" as const),
    flags: anyFlags,
  }),
);

overEachStorage(
  "imap: flags that are kept are those of the moment of each search, whatever came before",
  async (given) => {
    const service = await testService(given);
    const { storage } = service;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
        const name = `m${++count}`;
        await service.fill(fred, name, [message, message, message]);
        const { id } = await service.mailbox(fred, name);
        const known = new KnownFlags(storage, id);
        const all = Uint32Array.from({ length: 40 }, (_, index) => index + 1);
        for (const step of [...steps, { do: "search" } as const]) {
          switch (step.do) {
            case "append":
              await service.fill(fred, name, [message], step.flags);
              break;
            case "expunge":
              await storage.apply([{ do: "expunge", mailbox: id, uids: [step.uid] }]);
              break;
            case "setFlags": {
              const { mode, flags } = step;
              await storage.apply([{ do: "setFlags", mailbox: id, uids: [step.uid], change: { mode, flags } }]);
              break;
            }
            case "search": {
              await known.refresh(new QuietWork());
              const { messages } = await storage.messages(id);
              const seen: (readonly [number, number])[] = [];
              known.meeting(all, (uid, flags) => seen.push([uid, flags]) > 0);
              assertEquals(seen, messages.map(({ uid, flags }) => [uid, systemFlagBits(flags)] as const));
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  },
);

Deno.test("imap: flags that are kept of a mailbox of many pages are those of each of its messages", async () => {
  const service = await testService();
  await service.fill(fred, "many", Array.from({ length: 2500 }, () => message));
  const { id } = await service.mailbox(fred, "many");
  const change = { mode: "add", flags: ["\\Seen"] } as const;
  await service.storage.apply([
    { do: "setFlags", mailbox: id, uids: [[900, 1100], 2500], change },
    { do: "expunge", mailbox: id, uids: [1000, 2499] },
  ]);
  const known = new KnownFlags(service.storage, id);
  const all = Uint32Array.from({ length: 2500 }, (_, index) => index + 1);
  const seen = () => known.meeting(all, (_uid, flags) => flags === systemFlagBits(["\\Seen"]));
  await known.refresh(new QuietWork());
  assertEquals(known.meeting(all, () => true).length, 2498);
  assertEquals(seen().length, 201);
  await service.storage.apply([
    { do: "setFlags", mailbox: id, uids: [[1, 2500]], change },
    { do: "expunge", mailbox: id, uids: [[2, 2400]] },
  ]);
  await known.refresh(new QuietWork());
  assertEquals(seen(), [1, ...Array.from(all.subarray(2400)).filter((uid) => uid !== 2499)]);
});

const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.boolean().map((value): Condition => ({ is: "constant", value })),
    fc.constantFrom(...systemFlags).map((flag): Condition => ({ is: "flag", flag: flag.toLowerCase() })),
    fc.constant<Condition>({ is: "recent" }),
    fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]): Condition => ({
      is: "uid",
      ranges: [[Math.min(a, b), Math.max(a, b)]],
    })),
    tie("condition").map((operand): Condition => ({ is: "not", operand })),
    fc.record({ is: fc.constantFrom("all" as const, "any" as const), operands: fc.array(tie("condition")) }),
  ),
})).condition;

Deno.test("imap: a condition of flags and UIDs is met by the same messages, whichever way it is asked", () => {
  const anyMessage = fc.record({ uid: fc.nat(9), flags: anyFlags });
  fc.assert(fc.property(anyCondition, anyMessage, fc.boolean(), (condition, { uid, flags }, isRecent) => {
    const date = new Date(0);
    const body = "1" as BodyId;
    const whole: Message = { uid, flags, modseq: 1n, receivedAt: date, savedAt: date, size: 1, crlfSize: 1, body };
    const expected = evaluate(condition, { message: whole, isRecent, now: 0, decode: () => "" });
    assertEquals(flagCondition(condition, () => isRecent)?.(uid, systemFlagBits(flags)), expected);
  }));
});

Deno.test("imap: a condition that asks for more than system flags and UIDs is none of flags", () => {
  for (
    const other of [{ is: "flag", flag: "$junk" }, { is: "larger", size: 1 }, { is: "modseq", least: 1n }] as const
  ) {
    assertEquals(flagCondition({ is: "all", operands: [{ is: "recent" }, other] }, () => true), undefined);
    assertEquals(flagCondition({ is: "not", operand: other }, () => true), undefined);
  }
  assert(flagCondition({ is: "all", operands: [{ is: "recent" }] }, () => true) !== undefined);
});

overEachStorage("imap: RFC 9051 §6.4.4: a search by flags sees what others have just done", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "INBOX", [message, message, message]);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  const { id } = await service.mailbox(fred);
  const unseen = async () => (await client.run("SEARCH UNSEEN")).find((line) => line.startsWith("* SEARCH"));
  assertEquals(await unseen(), "* SEARCH 1 2 3");
  const change = { mode: "add", flags: ["\\Seen"] } as const;
  await service.storage.apply([{ do: "setFlags", mailbox: id, uids: [2], change }]);
  assertEquals(await unseen(), "* SEARCH 1 3");
  await client.run("STORE 1 +FLAGS.SILENT (\\Seen)");
  assertEquals(await unseen(), "* SEARCH 3");
  await service.storage.apply([{ do: "expunge", mailbox: id, uids: [1] }]);
  // RFC 9051 §7.5.1: numbers stay as they are until the client is told.
  assertEquals(await unseen(), "* SEARCH 3");
  await client.run("NOOP");
  assertEquals(await unseen(), "* SEARCH 2");
  await service.fill(fred, "INBOX", [message]);
  // RFC 9051 §5.2: what the client has not been told of has no number.
  assertEquals(await unseen(), "* SEARCH 2");
  assertEquals(await unseen(), "* SEARCH 2 3");
  assertEquals((await client.run("SEARCH RETURN (MAX) UNSEEN"))[0]?.replace(/\(.*?\)/, ""), "* ESEARCH  MAX 3");
  assertEquals(
    (await client.run("SEARCH RETURN (MIN COUNT) SEEN"))[0]?.replace(/\(.*?\)/, ""),
    "* ESEARCH  MIN 1 COUNT 1",
  );
});
