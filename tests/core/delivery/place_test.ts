/** Extensions say where copies go; whatever they say, no message is lost. */
import { assert, assertEquals } from "@std/assert";
import type { CopyToPlace, Extension, Placement } from "../../../core/contract/extension.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { delegate, testDelivery, trace } from "./deliver.ts";

const stored = `${trace}\r\nHi\r\n`;
const placing = (...placements: readonly (Placement | undefined)[]): Extension => {
  const left = [...placements];
  return { place: () => Promise.resolve(left.length > 1 ? left.shift() : left[0]) };
};

Deno.test("place: the first answer wins, in the order of the configuration; without one it is INBOX", async () => {
  const asked: string[] = [];
  const named = (name: string, answer: Placement | undefined): Extension => ({
    place: () => {
      asked.push(name);
      return Promise.resolve(answer);
    },
  });
  const quarantine = { action: "quarantine" } as const;
  const { send, read } = await testDelivery({
    extensions: [named("none", undefined), {}, named("first", quarantine), named("second", { action: "file" })],
  });
  await send({ to: ["ann@example.org"] });
  assertEquals([asked, await read("ann", "Junk"), await read("ann")], [["none", "first"], [stored], []]);
  const { send: sendPlain, read: readPlain } = await testDelivery({ extensions: [named("none", undefined)] });
  await sendPlain();
  assertEquals(await readPlain("joe"), [stored]);
});

Deno.test("place: a mailbox, its flags, and the mailbox made where that is wanted", async () => {
  const { send, read, storage, delivered } = await testDelivery({
    extensions: [placing({ action: "file", mailbox: "Lists/deno", flags: ["\\Seen", "list"], create: true })],
  });
  await send();
  await send();
  assertEquals(await read("joe", "Lists/deno"), [stored, stored]);
  const joe = await storage.accountByAddress("joe@example.org");
  const mailbox = joe && await storage.mailboxByName(joe.id, "Lists/deno");
  assert(mailbox);
  const { messages } = await storage.messages(mailbox.id);
  assertEquals(messages.map(({ flags }) => [...flags].sort()), [["\\Seen", "list"], ["\\Seen", "list"]]);
  assertEquals(delivered.map(({ copies }) => copies), [
    [{ account: joe.id, mailbox: "Lists/deno", uid: 1 }],
    [{ account: joe.id, mailbox: "Lists/deno", uid: 2 }],
  ]);
});

Deno.test("place: what cannot be goes to INBOX, and the operator is told", async () => {
  const impossible: readonly Extension[] = [
    placing({ action: "file", mailbox: "nowhere" }),
    placing({ action: "file", mailbox: "", create: true }),
    placing({ action: "file", mailbox: "a//b", create: true }),
    placing({ action: "file", flags: ["\\Recent"] }),
    placing({ action: "file", flags: ["two words"] }),
    placing({ action: "redirect", to: [] }),
    placing({ action: "redirect", to: ["nobody@example.org"] }),
    placing({ action: "redirect", to: ["ann@example.org", "nobody@example.org"] }),
    placing({ action: "burn" } as never),
    placing("INBOX" as never),
    placing({ action: "redirect", to: "ann@example.org" } as never),
    { place: () => Promise.reject(new Error("away")) },
    {
      place() {
        throw new Error("away");
      },
    },
  ];
  for (const [index, extension] of impossible.entries()) {
    const { send, read, lines, bodies } = await testDelivery({ extensions: [extension] });
    assertEquals(await send(), { accepted: true, id: "m1" });
    assertEquals([await read("joe"), await read("ann"), await bodies()], [[stored], [], 1], `${index}`);
    assert(lines.some((line) => /^(?:warn|error) .*INBOX/.test(line)), `${index}: ${lines}`);
  }
});

Deno.test("place: one that never answers does not keep the message, and not even once for each copy", async () => {
  const { send, read, lines } = await testDelivery({
    extensions: [{ place: () => new Promise(() => {}) }],
    filterTimeout: 20,
  });
  await send({ to: ["joe@example.org", "ann@example.org", "ben@example.org"] });
  assertEquals((await Promise.all(["joe", "ann", "ben"].map((name) => read(name)))).flat().length, 3);
  assert(lines.some((line) => line.includes("has not answered within")), `${lines}`);
});

Deno.test("place: a redirected copy goes to others in the same batch, and stays only where that is wanted", async () => {
  for (const keep of [false, true]) {
    const { send, read } = await testDelivery({
      aliases: { "team@example.org": ["ann@example.org", "ben@example.org"] },
      extensions: [{
        place: ({ recipients }: CopyToPlace) =>
          Promise.resolve(
            recipients.includes("joe@example.org")
              ? { action: "redirect", to: ["team@example.org"], keep } as const
              : undefined,
          ),
      }],
    });
    await send({ to: ["joe@example.org", "ann@example.org"] });
    const found = await Promise.all(["joe", "ann", "ben"].map(async (name) => (await read(name)).length));
    assertEquals(found, [keep ? 1 : 0, 1, 1], "ann has one, though two ways lead to her");
  }
});

Deno.test("place: is not asked about what filters have put into Junk", async () => {
  const { send, read } = await testDelivery({
    filters: [{ message: () => Promise.resolve({ action: "quarantine", reason: "odd" }) }],
    extensions: [placing({ action: "file" })],
  });
  await send({ to: ["ann@example.org"] });
  assertEquals([(await read("ann")).length, (await read("ann", "Junk")).length], [0, 1]);
});

Deno.test("place: is shown the message as filters have left it, with what they added", async () => {
  let subject: string | undefined, size = 0;
  const { send, read } = await testDelivery({
    filters: [{ message: () => Promise.resolve({ action: "continue", addHeaders: [["Subject", "Hello"]] }) }],
    extensions: [{
      place: async ({ message }) => {
        subject = await message.field("Subject");
        size = message.size;
        return undefined;
      },
    }],
  });
  await send();
  assertEquals([subject, size], ["Hello", (await read("joe"))[0]?.length]);
});

Deno.test("place: what the storage refuses of the wishes is stored without them; a storage that is away defers", async () => {
  for (const kind of ["over-quota", "conflict", "unavailable"] as const) {
    const { send, read, bodies } = await testDelivery({
      extensions: [placing({ action: "file", mailbox: "Lists", create: true })],
      wrap: (storage) => ({
        ...delegate(storage),
        apply: (batch) =>
          batch.some((operation) => operation.do === "createMailbox")
            ? Promise.reject(new Refusal(kind, "not so"))
            : storage.apply(batch),
      }),
    });
    const answer = await send();
    if (kind === "unavailable") {
      assertEquals([answer.accepted === false && answer.reply.code, await bodies()], [451, 0]);
    } else assertEquals([answer.accepted, await read("joe"), await bodies()], [true, [stored], 1], kind);
  }
});
