/** NOTIFY (RFC 5465): whatever others do, and however it falls together, a client that reads knows what there is. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import type { Operation } from "../../core/contract/mod.ts";
import { fred, logIn, type TestService, testService } from "../plugins/protocols/imap/talk.ts";

const names = ["a", "b", "a/x", "a/x/y", "b/x", "c"];
const name = fc.constantFrom(...names);
const text = "Subject: hi\r\n\r\n";

/** What others do: to a mailbox by its name, if it is there. */
const step = fc.oneof(
  fc.record({ do: fc.constant("create" as const), name }),
  fc.record({ do: fc.constantFrom("remove" as const, "append" as const, "see" as const, "expunge" as const), name }),
  fc.record({ do: fc.constant("rename" as const), name, to: name }),
  fc.record({ do: fc.constantFrom("subscribe" as const, "unsubscribe" as const), name }),
  fc.record({ do: fc.constant("read" as const) }),
  fc.record({ do: fc.constant("own" as const), command: fc.constantFrom("CREATE", "DELETE", "SUBSCRIBE"), name }),
  fc.record({ do: fc.constant("own" as const), command: fc.constant("RENAME"), name, to: name }),
  fc.record({ do: fc.constant("own" as const), command: fc.constant("APPEND"), name }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function operationOf(
  service: TestService,
  step: Exclude<Step, { do: "read" | "own" }>,
): Promise<Operation | undefined> {
  const account = service.account(fred), { storage } = service;
  if (step.do === "create") return { do: "createMailbox", account, name: step.name };
  if (step.do === "subscribe" || step.do === "unsubscribe") return { do: step.do, account, name: step.name };
  const mailbox = (await storage.mailboxByName(account, step.name))?.id;
  if (mailbox === undefined) return undefined;
  switch (step.do) {
    case "remove":
      return { do: "removeMailbox", mailbox };
    case "append": {
      const body = await storage.writeBody(latin1Bytes(text));
      return { do: "append", mailbox, body, details: { receivedAt: new Date(0), flags: [] } };
    }
    case "see":
      return { do: "setFlags", mailbox, uids: [[1, 1000]], change: { mode: "add", flags: ["\\Seen"] } };
    case "expunge":
      return { do: "expunge", mailbox, uids: [[1, 1000]] };
    case "rename":
      return { do: "renameMailbox", mailbox, name: step.to };
  }
}

/** A client that believes what it is told. */
class Reader {
  readonly mailboxes = new Map<string, { uidNext: number; messages: number; unseen: number }>();
  readonly subscribed = new Set<string>();

  hear(line: string): void {
    const [, attributes, name = "", oldName] =
      /^\* LIST \((.*?)\) "\/" (\S+)(?: \("OLDNAME" \((\S+)\)\))?$/.exec(line) ?? [];
    if (attributes !== undefined) return this.#list(attributes, name, oldName);
    const [, of = "", items = ""] = /^\* STATUS (\S+) \((.*)\)$/.exec(line) ?? [];
    assert(of !== "", line);
    const now = this.mailboxes.get(of) ?? { uidNext: 1, messages: 0, unseen: 0 };
    const told = (item: string) => new RegExp(`${item} (\\d+)`).exec(items)?.[1];
    this.mailboxes.set(of, {
      uidNext: Number(told("UIDNEXT") ?? now.uidNext),
      messages: Number(told("MESSAGES") ?? now.messages),
      unseen: Number(told("UNSEEN") ?? now.unseen),
    });
  }

  /** What the client does itself, once that is done. */
  did(command: string, name: string, to: string, reply: string): void {
    const mailbox = this.mailboxes.get(name);
    if (command === "CREATE") this.mailboxes.set(name, { uidNext: 1, messages: 0, unseen: 0 });
    else if (command === "DELETE") this.mailboxes.delete(name);
    else if (command === "SUBSCRIBE") this.subscribed.add(name);
    else if (command === "RENAME") this.#rename(name, to);
    else if (mailbox !== undefined) {
      // A STATUS that came meanwhile may have it counted already.
      const uid = Number(/APPENDUID \d+ (\d+)/.exec(reply)?.[1]);
      if (mailbox.uidNext > uid) return;
      mailbox.uidNext = uid + 1;
      mailbox.messages++;
      mailbox.unseen++;
    }
  }

  #list(attributes: string, name: string, oldName: string | undefined): void {
    if (oldName !== undefined) this.#rename(oldName, name);
    if (attributes.includes("\\NonExistent")) this.mailboxes.delete(name);
    else if (!this.mailboxes.has(name)) this.mailboxes.set(name, { uidNext: 1, messages: 0, unseen: 0 });
    if (attributes.includes("\\Subscribed")) this.subscribed.add(name);
    else this.subscribed.delete(name);
  }

  #rename(from: string, to: string): void {
    const moved = [...this.mailboxes].filter(([name]) => name === from || name.startsWith(`${from}/`));
    for (const [name] of moved) this.mailboxes.delete(name);
    for (const [name, mailbox] of moved) this.mailboxes.set(to + name.slice(from.length), mailbox);
  }
}

Deno.test("notify: fuzz: RFC 5465 §5: who reads what is told knows all names, subscriptions and counts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const service = await testService();
      const { storage } = service, account = service.account(fred);
      await using client = await logIn(service);
      const reader = new Reader();
      const run = async (command: string) => {
        const lines = await client.run(command);
        const reply = lines.pop() ?? "";
        return { lines, reply, isDone: reply.startsWith("OK") };
      };
      const events = "(MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)";
      for (const line of (await run(`NOTIFY SET STATUS (personal ${events})`)).lines) reader.hear(line);
      for (const step of steps) {
        if (step.do === "read") { for (const line of (await run("NOOP")).lines) reader.hear(line); }
        else if (step.do === "own") {
          // What names there are is told before they are used; messages may come while others' do.
          if (step.command !== "APPEND") { for (const line of (await run("NOOP")).lines) reader.hear(line); }
          const to = "to" in step ? step.to : "";
          const literal = step.command === "APPEND" ? ` {${text.length}+}\r\n${text}` : "";
          const { lines, reply, isDone } = await run(`${step.command} ${step.name}${to && ` ${to}`}${literal}`);
          for (const line of lines) reader.hear(line);
          if (isDone) reader.did(step.command, step.name, to, reply);
        } else {
          const operation = await operationOf(service, step);
          if (operation !== undefined) await storage.apply([operation]).catch(() => {});
        }
      }
      for (const line of (await run("NOOP")).lines) reader.hear(line);
      const there = (await storage.mailboxes(account)).map(({ name, uidNext, messages, unseen }) =>
        [name, { uidNext, messages, unseen }] as const
      );
      assertEquals(new Map([...reader.mailboxes].sort()), new Map(there.toSorted()));
      assertEquals([...reader.subscribed].sort(), [...await storage.subscriptions(account)].sort());
    }),
    { numRuns: 300 },
  );
});
