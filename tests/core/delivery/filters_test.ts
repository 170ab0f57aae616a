import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Filter, Verdict } from "../../../core/contract/filter.ts";
import { stranger, testDelivery, trace } from "./deliver.ts";

const pass: Verdict = { action: "continue" };
const answer = (verdict: Verdict) => () => Promise.resolve(verdict);
const stages = ["connected", "sender", "recipient", "message"] as const;

async function codeOf(filters: readonly (Filter | readonly [Filter, "defer" | "continue"])[], filterTimeout?: number) {
  const { send, bodies, read, lines } = await testDelivery({ filters, ...filterTimeout && { filterTimeout } });
  const sent = await send();
  if (sent.accepted) return { code: 250, stored: await read("joe"), lines };
  assertEquals([await bodies(), await read("joe")], [0, []], "nothing of a refused message is kept");
  const { code, enhanced, text } = sent.reply;
  return { code, status: `${code} ${enhanced}`, text, lines };
}

Deno.test("filters: without any, no stage but the directory's waits for anything", async () => {
  const { delivery } = await testDelivery();
  assertEquals([delivery.connected(stranger), delivery.sender(stranger, "")], [undefined, undefined]);
});

for (const stage of stages) {
  Deno.test(`filters: what is refused at the stage "${stage}" is refused with the filter's words`, async () => {
    const reply = { code: 550, enhanced: "5.7.1", text: "Not you" } as const;
    const { status, text } = await codeOf([{ [stage]: answer({ action: "reject", reply }) }]);
    assertEquals([status, text], ["550 5.7.1", "Not you"]);
    const later = { code: 451, enhanced: "4.7.1", text: "Come again" } as const;
    assertEquals((await codeOf([{ [stage]: answer({ action: "defer", reply: later }) }])).status, "451 4.7.1");
  });

  Deno.test(`filters: one that throws at the stage "${stage}" defers, in a promise or not`, async () => {
    const failing: Filter[] = [
      { [stage]: () => Promise.reject(new Error("spamd is away")) },
      {
        [stage]: () => {
          throw new Error("spamd is away");
        },
      },
    ];
    for (const filter of failing) {
      const { status, text, lines } = await codeOf([filter]);
      assertEquals(status, "451 4.3.0");
      assert(!text?.includes("spamd"), "what failed is the operator's matter");
      assert(
        lines.some((line) => line.startsWith("error filter failed") && line.includes("spamd is away")),
        `${lines}`,
      );
      assertEquals((await codeOf([[filter, "continue"]])).code, 250);
    }
  });

  Deno.test(`filters: one that never answers at the stage "${stage}" defers when its time is over`, async () => {
    const filter: Filter = { [stage]: () => new Promise(() => {}) };
    const { status, lines } = await codeOf([filter], 1);
    assertEquals(status, "451 4.3.0");
    assert(lines.some((line) => line.includes("has not answered within 1 ms")), `${lines}`);
    assertEquals((await codeOf([[filter, "continue"]], 1)).code, 250);
  });

  Deno.test(`filters: an answer that is no verdict defers at the stage "${stage}"`, async () => {
    for (const nonsense of [undefined, null, {}, { action: "yes" }, { action: "reject" }, "accept"]) {
      const filter: Filter = { [stage]: () => Promise.resolve(nonsense as never) };
      assertEquals((await codeOf([filter])).status, "451 4.3.0", JSON.stringify(nonsense));
    }
  });
}

Deno.test("filters: one that fails after its time was over disturbs nobody", async () => {
  const late = Promise.withResolvers<Verdict>();
  const { status } = await codeOf([{ message: () => late.promise }], 1);
  assertEquals(status, "451 4.3.0");
  late.reject(new Error("too late"));
  await Promise.allSettled([late.promise]);
});

Deno.test("filters: early, normal, late; then as configured; the first refusal ends it", async () => {
  const asked: string[] = [];
  const named = (name: string, order: Filter["order"], verdict: Verdict = pass): Filter => ({
    ...order && { order },
    sender: () => {
      asked.push(name);
      return Promise.resolve(verdict);
    },
  });
  const reply = { code: 550, enhanced: "5.7.1", text: "no" } as const;
  await codeOf([
    named("late", "late"),
    named("first", undefined),
    named("second", "normal"),
    named("refusing", "late", { action: "reject", reply }),
    named("never", "late"),
    named("early", "early"),
  ]);
  assertEquals(asked, ["early", "first", "second", "late", "refusing"]);
});

Deno.test("filters: accept ends the questioning of its stage, not of the next, and opens no relay", async () => {
  const reject: Verdict = { action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "no" } };
  const accept = answer({ action: "accept" });
  const filters: Filter[] = [{ sender: accept, recipient: accept, message: accept }, {
    sender: answer(reject),
    recipient: answer(reject),
    message: answer(reject),
  }];
  assertEquals((await codeOf(filters)).code, 250);
  assertEquals((await codeOf([{ sender: accept }, { message: answer(reject) }])).code, 550);
  const { send } = await testDelivery({ filters });
  const sent = await send({ to: ["kim@example.com"] });
  assertEquals(sent.accepted === false && sent.reply.enhanced, "5.7.1");
});

Deno.test("filters: a refusal is never of a class that means success", async () => {
  const reply = { code: 250, enhanced: "2.0.0", text: "Fine" } as const;
  assertEquals((await codeOf([{ message: answer({ action: "reject", reply }) }])).status, "550 5.7.1");
  assertEquals((await codeOf([{ message: answer({ action: "defer", reply }) }])).status, "451 4.7.1");
});

Deno.test("filters: are asked about recipients only who would get the message", async () => {
  const asked: string[] = [];
  const { send } = await testDelivery({
    filters: [{
      recipient: (_facts, recipient) => {
        asked.push(recipient);
        return Promise.resolve(pass);
      },
    }],
  });
  for (const to of ["nobody@example.org", "kim@example.com", "joe@example.org"]) await send({ to: [to] });
  assertEquals(asked, ["joe@example.org"]);
});

Deno.test("filters: fields of all stages stand before the message, in order, above our own", async () => {
  const add = (value: string) => answer({ action: "continue", addHeaders: [["X-Seen", value]] });
  const filter: Filter = { connected: add("1"), sender: add("2"), recipient: add("3"), message: add("4") };
  const fields = "X-Seen: 1\r\nX-Seen: 2\r\nX-Seen: 3\r\n";
  assertEquals((await codeOf([filter])).stored, [`${fields}X-Seen: 4\r\n${trace}\r\nHi\r\n`]);
  const { message: _, ...early } = filter;
  assertEquals((await codeOf([early])).stored, [`${fields}${trace}\r\nHi\r\n`]);
});

Deno.test("filters: what was found about one message or connection is not found about the next", async () => {
  let value = "1";
  const sender = () =>
    Promise.resolve<Verdict>(value === "" ? pass : { action: "continue", addHeaders: [["X-Seen", value]] });
  const { send, read } = await testDelivery({ filters: [{ sender }] });
  await send();
  value = "";
  await send();
  await send({ facts: { ...stranger, id: "c2" } });
  assertEquals((await read("joe")).map((text) => text.startsWith("X-Seen")), [true, false, false]);
});

Deno.test("filters: no name and no value begins another field or the body", async () => {
  const wild = fc.string({
    unit: fc.constantFrom("\r", "\n", "\r\n", "\0", " ", "\t", ":", "a", "B", "\u2028", "\ud800"),
  });
  await fc.assert(
    fc.asyncProperty(wild, wild, async (name, value) => {
      const { stored } = await codeOf([{ message: answer({ action: "continue", addHeaders: [[name, value]] }) }]);
      const [kept = ""] = stored ?? [];
      assert(kept.endsWith(`${trace}\r\nHi\r\n`), kept);
      const added = kept.slice(0, -`${trace}\r\nHi\r\n`.length);
      assert(/^(?:[!-9;-~]+:[^\r\n]*\r\n(?:[ \t]+[^\s][^\r\n]*\r\n)*)?$/.test(added), JSON.stringify(added));
    }),
    { numRuns: 200 },
  );
  const injected = answer({ action: "continue", addHeaders: [["X-A", "1\r\nBcc: all@example.org\r\n\r\nbuy"]] });
  const { stored } = await codeOf([{ message: injected }]);
  assertEquals(stored, [`X-A: 1 Bcc: all@example.org buy\r\n${trace}\r\nHi\r\n`]);
});

Deno.test("filters: what they add has an end", async () => {
  const headers = Array.from({ length: 1000 }, (_, n) => [`X-${n}`, "x".repeat(500)] as const);
  const { stored } = await codeOf([{ message: answer({ action: "continue", addHeaders: headers }) }]);
  assert((stored?.[0]?.length ?? Infinity) < 70_000);
});

Deno.test("filters: quarantine delivers to Junk, or to INBOX where there is none, and says why", async () => {
  for (const stage of stages) {
    const quarantine = answer({ action: "quarantine", reason: "looks\r\nodd" });
    const { send, read } = await testDelivery({ filters: [{ [stage]: quarantine }] });
    assertEquals(await send({ to: ["joe@example.org", "ann@example.org"] }), { accepted: true, id: "m1" });
    const expected = [`X-Quarantine: filter-1: looks odd\r\n${trace}\r\nHi\r\n`];
    assertEquals([await read("joe"), await read("ann"), await read("ann", "Junk")], [expected, [], expected], stage);
  }
});

Deno.test("filters: quarantine of one recipient is that one's", async () => {
  const recipient = (_facts: unknown, address: string) =>
    Promise.resolve<Verdict>(address.startsWith("ann") ? { action: "quarantine", reason: "odd" } : pass);
  const { send, read, storage } = await testDelivery({ filters: [{ recipient }] });
  const ben = await storage.accountByAddress("ben@example.org");
  assert(ben);
  await storage.apply([{ do: "createMailbox", account: ben.id, name: "Junk" }]);
  await send({ to: ["ann@example.org", "ben@example.org"] });
  assertEquals([(await read("ann", "Junk")).length, (await read("ann")).length], [1, 0]);
  assertEquals([await read("ben", "Junk"), await read("ben")], [[], [`${trace}\r\nHi\r\n`]]);
});

Deno.test("filters: see the message as it came, with our own fields, and its envelope", async () => {
  let seen = "";
  const filter: Filter = {
    message: async (facts, envelope, body) => {
      seen = `${facts.id} ${envelope.recipients} ${new TextDecoder().decode(await body.read(0, body.size))}`;
      return pass;
    },
  };
  await codeOf([filter]);
  assertEquals(seen, `c1 joe@example.org ${trace}\r\nHi\r\n`);
});
