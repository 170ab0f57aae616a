/** How much an index of texts is asked for one search. */
import { assert, assertEquals } from "@std/assert";
import type { Storage, UidSet } from "../../../../../core/contract/mod.ts";
import type { Condition } from "../../../../../plugins/protocols/imap/search/condition.ts";
import { narrowed } from "../../../../../plugins/protocols/imap/search/narrow.ts";
import { memoryStorage } from "../../../../../storage/memory/storage.ts";
import { fred, testService } from "../talk.ts";

const texts = Array.from({ length: 1000 }, (_, number) => `text ${number}`);
const conditions = texts.map((key): Condition => ({ is: "text", header: true, texts: [{ key }] }));

/** Fred's mailbox of ten messages, whose index answers like this, with the questions that it is asked. */
async function indexed(answer: (key: string) => UidSet) {
  const asked: string[] = [];
  const textCandidates: Storage["textCandidates"] = (_mailbox, [key = ""]) => {
    asked.push(key);
    return Promise.resolve(answer(key));
  };
  const storage: Storage = new Proxy(memoryStorage(), {
    get(target, name) {
      if (name === "textCandidates") return textCandidates;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const tested = await testService({ storage });
  const messages = await tested.fill(fred, "INBOX", Array.from({ length: 10 }, () => "\r\n"));
  const place = { mailbox: (await tested.mailbox(fred)).id, uids: Uint32Array.from(messages, ({ uid }) => uid) };
  let pauses = 0;
  const work = { isDue: true, expect() {}, did() {}, pause: () => Promise.resolve(void pauses++) };
  return { asked, pauses: () => pauses, ask: (condition: Condition) => narrowed(storage, place, condition, work) };
}

Deno.test("imap search: an index that names all messages for each of many texts is not asked for all of them", async () => {
  const any = await indexed(() => [[1, 0xffff_ffff]]);
  assertEquals(await any.ask({ is: "any", operands: conditions }), undefined);
  assert(any.asked.length < 10, `${any.asked.length} texts are asked for`);
  const all = await indexed(() => [[1, 8], [11, 20]]);
  assertEquals(await all.ask({ is: "all", operands: conditions }), [[1, 8]]);
  assert(all.asked.length < 10, `${all.asked.length} texts are asked for`);
});

Deno.test("imap search: an index that names few is asked for each of many texts, and others have their turn between", async () => {
  const { ask, asked, pauses } = await indexed((key) => key === "text 999" ? [4] : key === "text 5" ? [[2, 3]] : []);
  assertEquals(await ask({ is: "any", operands: conditions }), [[2, 4]]);
  assertEquals(asked, texts);
  assertEquals(pauses(), 1000);
});
