/** Random mailboxes and random searches, against an evaluator that knows what the messages are made of. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { overEachStorage } from "../../over_each_storage.ts";
import { logIn, testService } from "../talk.ts";
import { anyComposed, anyText, type Composed } from "./composed.ts";
import { append, found, literal } from "./searching.ts";

/** A message in its mailbox. */
interface Placed extends Composed {
  readonly number: number;
  readonly uid: number;
  readonly size: number;
}

/** A search key as it is sent, and which messages it is for. */
interface Key {
  readonly text: string;
  readonly matches: (message: Placed, count: number) => boolean;
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/ß/g, "\u00df").split("\u00df").map((piece) => piece.toUpperCase()).join("ß");
}

function holds(text: string, wanted: string): boolean {
  return folded(text).includes(folded(wanted));
}

const day = (iso: string) => iso.slice(0, 10);
const anyDay = fc.integer({ min: 1, max: 6 });
const anyFlag = fc.constantFrom("Seen", "Flagged", "Deleted", "Answered", "Draft");

const field = (name: string, wanted: string) => ({ fields }: Placed) =>
  fields.some(([is, value]) => is.toLowerCase() === name.toLowerCase() && holds(value, wanted));

const leaf: fc.Arbitrary<Key> = fc.oneof(
  fc.constant<Key>({ text: "ALL", matches: () => true }),
  anyFlag.map((flag): Key => ({ text: flag, matches: ({ made }) => made.flags.includes(`\\${flag}`) })),
  anyFlag.map((flag): Key => ({ text: `UN${flag}`, matches: ({ made }) => !made.flags.includes(`\\${flag}`) })),
  fc.constantFrom("WORK", "$junk").map((word): Key => ({
    text: `KEYWORD ${word}`,
    matches: ({ made }) => made.flags.some((flag) => flag.toLowerCase() === word.toLowerCase()),
  })),
  anyDay.map((n): Key => ({
    text: `BEFORE ${n}-Feb-2026`,
    matches: ({ made }) => day(made.receivedAt) < `2026-02-0${n}`,
  })),
  anyDay.map((n): Key => ({
    text: `ON ${n}-Feb-2026`,
    matches: ({ made }) => day(made.receivedAt) === `2026-02-0${n}`,
  })),
  anyDay.map((n): Key => ({
    text: `SENTBEFORE ${n}-Feb-2026`,
    matches: ({ sentDay }) => (sentDay ?? "3") < `2026-02-0${n}`,
  })),
  anyDay.map((n): Key => ({ text: `SENTON ${n}-Feb-2026`, matches: ({ sentDay }) => sentDay === `2026-02-0${n}` })),
  anyDay.map((n): Key => ({
    text: `SENTSINCE ${n}-Feb-2026`,
    matches: ({ sentDay }) => (sentDay ?? "1") >= `2026-02-0${n}`,
  })),
  fc.integer({ min: 100, max: 900 }).map((n): Key => ({ text: `LARGER ${n}`, matches: ({ size }) => size > n })),
  fc.integer({ min: 100, max: 900 }).map((n): Key => ({ text: `SMALLER ${n}`, matches: ({ size }) => size < n })),
  fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 })).map(([a, b]): Key => ({
    text: `${a}:${b}`,
    matches: ({ number }) => number >= Math.min(a, b) && number <= Math.max(a, b),
  })),
  fc.integer({ min: 1, max: 14 }).map((n): Key => ({
    text: `${n}:*`,
    matches: ({ number }, count) => number >= Math.min(n, count),
  })),
  fc.integer({ min: 1, max: 14 }).map((n): Key => ({
    text: `UID ${n},3`,
    matches: ({ uid }) => uid === n || uid === 3,
  })),
  fc.tuple(fc.constantFrom("FROM", "TO", "CC", "SUBJECT"), anyText).map(([name, wanted]): Key => ({
    text: `${name} ${literal(wanted)}`,
    matches: (message) =>
      field(name, wanted)(message) || name === "FROM" && holds(message.fromShown, wanted) && message.fromShown !== "",
  })),
  fc.tuple(fc.constantFrom("x-extra", "Subject", "Date", "content-type"), anyText).map(([name, wanted]): Key => ({
    text: `HEADER ${name} ${literal(wanted)}`,
    matches: field(name, wanted),
  })),
  anyText.map((wanted): Key => ({
    text: `BODY ${literal(wanted)}`,
    matches: ({ bodies }) => wanted === "" || bodies.some((text) => holds(text, wanted)),
  })),
  anyText.map((wanted): Key => ({
    text: `TEXT ${literal(wanted)}`,
    matches: ({ bodies, fields, innerHeaders }) =>
      wanted === "" ||
      [...bodies, ...innerHeaders, ...fields.map(([name, value]) => `${name}: ${value}`)]
        .some((text) => holds(text, wanted)),
  })),
);

const { anyKey } = fc.letrec<{ anyKey: Key }>((tie) => ({
  anyKey: fc.oneof(
    { maxDepth: 3, depthIdentifier: "key" },
    leaf,
    tie("anyKey").map(({ text, matches }): Key => ({ text: `NOT ${text}`, matches: (...given) => !matches(...given) })),
    fc.tuple(tie("anyKey"), tie("anyKey")).map(([a, b]): Key => ({
      text: `OR ${a.text} ${b.text}`,
      matches: (...given) => a.matches(...given) || b.matches(...given),
    })),
    fc.array(tie("anyKey"), { minLength: 1, maxLength: 3 }).map((keys): Key => ({
      text: `(${keys.map(({ text }) => text).join(" ")})`,
      matches: (...given) => keys.every(({ matches }) => matches(...given)),
    })),
  ),
}));

/** A mailbox with these messages, of which one in four was expunged. */
async function placed(tested: Awaited<ReturnType<typeof testService>>, messages: readonly Composed[], name: string) {
  const client = await logIn(tested);
  await client.run(`CREATE ${name}`);
  const made = await append(tested, name, messages.map(({ made }) => made));
  await client.run(`SELECT ${name}`);
  const gone = made.filter(({ uid }) => uid % 4 === 2).map(({ uid }) => uid);
  if (gone.length > 0) {
    const { id } = await tested.mailbox("fred@example.org", name);
    await tested.storage.apply([{ do: "expunge", mailbox: id, uids: gone }]);
    await client.run("NOOP");
  }
  const all = messages.map((message, index) => ({
    ...message,
    uid: made[index]?.uid ?? 0,
    size: made[index]?.size ?? 0,
  }));
  const left = all.filter(({ uid }) => !gone.includes(uid)).map((message, index) => ({
    ...message,
    number: index + 1,
  }));
  return { client, left };
}

overEachStorage("imap search: random searches find what an evaluator finds that knows the texts", async (given) => {
  const tested = await testService({ ...given, options: { max_errors: 1_000_000 } });
  let mailboxes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyComposed, { maxLength: 12 }),
      fc.array(anyKey, { minLength: 5, maxLength: 30 }),
      async (messages, keys) => {
        const { client, left } = await placed(tested, messages, `m${++mailboxes}`);
        await using _leaves = client;
        for (const { text, matches } of keys) {
          const expected = left.filter((message) => matches(message, left.length)).map(({ number }) => number);
          assertEquals(await found(client, text), expected, text);
        }
      },
    ),
    { numRuns: 40 },
  );
});

type Order = (left: Placed, right: Placed) => number;

const byText = (of: (message: Placed) => string): Order => (left, right) => {
  const [a, b] = [folded(of(left)), folded(of(right))];
  return a < b ? -1 : a > b ? 1 : 0;
};
const orders: Readonly<Record<string, Order>> = {
  ARRIVAL: (left, right) => Date.parse(left.made.receivedAt) - Date.parse(right.made.receivedAt),
  DATE: (left, right) =>
    (left.sentAt ?? Date.parse(left.made.receivedAt)) - (right.sentAt ?? Date.parse(right.made.receivedAt)),
  DISPLAYFROM: byText(({ fromShown }) => fromShown),
  FROM: byText(({ fromLocal }) => fromLocal),
  SIZE: (left, right) => left.size - right.size,
  SUBJECT: byText(({ baseSubject }) => baseSubject),
  TO: byText(({ fields }) => fields.find(([name]) => name === "To")?.[1].split("@")[0] ?? ""),
};
const anyCriterion = fc.tuple(fc.constantFrom(...Object.keys(orders)), fc.boolean());

overEachStorage("imap sort: random orders are those of a naive sort", async (given) => {
  const tested = await testService({ ...given, options: { max_errors: 1_000_000 } });
  let mailboxes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyComposed, { maxLength: 12 }),
      fc.array(fc.array(anyCriterion, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 10 }),
      leaf,
      async (messages, sorts, key) => {
        const { client, left } = await placed(tested, messages, `m${++mailboxes}`);
        await using _leaves = client;
        for (const criteria of sorts) {
          const program = criteria.map(([name, isReverse]) => isReverse ? `REVERSE ${name}` : name).join(" ");
          const expected = left.filter((message) => key.matches(message, left.length)).sort((a, b) => {
            for (const [name, isReverse] of criteria) {
              const order = orders[name]?.(a, b) ?? 0;
              if (order !== 0) return isReverse ? -order : order;
            }
            return a.number - b.number;
          });
          const lines = await client.run(`SORT (${program}) UTF-8 ${key.text}`);
          const sorted = lines.find((line) => line.startsWith("* SORT"))?.split(" ").slice(2).map(Number);
          assertEquals(sorted, expected.map(({ number }) => number), program);
        }
      },
    ),
    { numRuns: 40 },
  );
});
