/** SDPS: rules that no dialogue shows. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Storage } from "../../../../core/contract/mod.ts";
import pop3 from "../../../../plugins/protocols/pop3/plugin.ts";
import sdpsPlugin from "../../../../plugins/protocols/sdps/plugin.ts";
import { converse } from "../mail_context.ts";
import { login, type Sdps, sdps, to } from "./serve.ts";

/** Lines of the replies to commands after the login. */
async function after({ serve }: Sdps, commands: readonly string[], name?: string): Promise<string[]> {
  return (await converse(serve, login(commands, name))).split("\r\n").slice(3, -1);
}

/** The storage, with some questions answered otherwise. */
function but(storage: Storage, other: Partial<Storage>): Storage {
  return new Proxy(storage, {
    get: (target, name) => {
      const own = other[name as keyof Storage] ?? target[name as keyof Storage];
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

Deno.test("sdps: LIST and STAT tell the size with the field that RETR puts before a message, whatever its line ends", async () => {
  const envelope = { sender: "", recipient: "fred@vision25.demon.example" };
  const texts = ["A: 1\r\n\r\nx\r\n", "A: 1\n\n.x", `A: 1\r\n\r\n${"y".repeat(300_000)}`, ""];
  const tested = await sdps({ mail: texts.map((text) => ({ text, envelope })) });
  const [stat = "", , ...listed] = await after(tested, ["STAT", "LIST"]);
  const sizes = listed.slice(0, texts.length).map((line) => Number(line.split(" ")[1]));
  assertEquals(stat, `+OK ${texts.length} ${sizes.reduce((sum, size) => sum + size)}`);
  for (const [index, size] of sizes.entries()) {
    const [first, ...lines] = await after(tested, [`RETR ${index + 1}`]);
    assertEquals(first, `+OK ${size} octets`);
    const sent = lines.slice(0, -1).map((line) => `${line.replace(/^\./, "")}\r\n`).join("");
    assertEquals(sent.length, size);
    assert(sent.startsWith("Received: by punt.demon.example with SDPS id "));
  }
});

Deno.test("sdps: no two copies of a message have the same header, also where they are for the same user", async () => {
  const tested = await sdps({ mail: [to("fred"), to("jane"), to("fred"), {}, {}] });
  const lines = await after(tested, [1, 2, 3, 4, 5].map((number) => `TOP ${number} 0`));
  assertEquals(new Set(lines.join("\n").split("\n.\n")).size, 5);
});

Deno.test("sdps: what arrives while a session is open, or being opened, is for the next one", async () => {
  let late: (() => Promise<void>) | undefined;
  const tested = await sdps({
    mail: [to("fred")],
    wrap: (storage) =>
      but(storage, {
        async envelopes(mailbox, uids) {
          const found = await storage.envelopes(mailbox, uids);
          await late?.();
          return found;
        },
      }),
  });
  late = () => tested.deliver(to("jane"));
  assertEquals((await after(tested, ["STAT", "*ENV 2"])).slice(1), [
    "-ERR no such message, only 1 message in maildrop",
  ]);
  late = undefined;
  assertEquals((await after(tested, ["*ENV 2"]))[4], "jane@vision25.demon.example");
});

Deno.test("sdps: envelopes are read in pages, and none is missed at their seams", async () => {
  const asked: unknown[] = [];
  const tested = await sdps({
    wrap: (storage) =>
      but(storage, {
        mailboxByName: async (account, name) => {
          const inbox = await storage.mailboxByName(account, name);
          return inbox && { ...inbox, uidNext: 20_003 };
        },
        envelopes: (_mailbox, uids = []) => {
          asked.push(uids);
          const envelope = (uid: number) => ({ sender: "", recipient: `u${uid}@vision25.demon.example` });
          const known = [1, 10_000, 10_001, 20_002].filter((uid) =>
            uids.some((range) => Array.isArray(range) && range[0] <= uid && uid <= range[1])
          );
          return Promise.resolve(new Map(known.map((uid) => [uid, envelope(uid)])));
        },
        messages: async (mailbox, select) => {
          const page = await storage.messages(mailbox, select), [message] = page.messages;
          if (message === undefined) return page;
          return { ...page, messages: [1, 10_000, 10_001, 20_002, 20_003].map((uid) => ({ ...message, uid })) };
        },
      }),
  });
  await tested.deliver(to("fred"));
  const lines = await after(tested, [1, 2, 3, 4, 5].map((number) => `*ENV ${number}`));
  const users = [2, 8, 14, 20].map((at) => lines[at]);
  assertEquals(users, ["u1", "u10000", "u10001", "u20002"]);
  assertEquals(lines.at(-1), "-ERR no such message, only 4 messages in maildrop");
  assertEquals(asked, [[[1, 10_000]], [[10_001, 20_000]], [[20_001, 30_000]]]);
});

Deno.test("sdps: *ENV answers in four lines also of a message that another session has removed", async () => {
  for (const mail of [to("fred"), {}]) {
    const tested = await sdps({ mail: [mail] });
    const { storage, account } = tested;
    const inbox = await storage.mailboxByName(account, "INBOX");
    assert(inbox);
    const { serve } = tested;
    let isGone = false;
    const received = await converse((connection, stop) => {
      const { reader } = connection;
      const readLine = reader.readLine.bind(reader);
      reader.readLine = async (most) => {
        const line = await readLine(most);
        // Between the login and *ENV.
        if (!isGone && line !== undefined && new TextDecoder().decode(line) === "*ENV 1") {
          isGone = true;
          await storage.apply([{ do: "expunge", mailbox: inbox.id, uids: [[1, 9]] }]);
        }
        return line;
      };
      return serve(connection, stop);
    }, [login([]), "*ENV 1\r\n", "RETR 1\r\n"]);
    const lines = received.split("\r\n").slice(3, -1);
    assertEquals([isGone, lines.length, lines[0], lines[5]], [true, 7, "+OK", "."], received);
    assertStringIncludes(lines[6] ?? "", "-ERR [SYS/TEMP] message 1 has been removed");
  }
});

Deno.test("sdps: the sender of what has no envelope is that of its Return-Path", async () => {
  const text = "Received: x\r\nReturn-path: <amy@remote.example>\r\n\r\n";
  const tested = await sdps({ mail: [{ text }, { text: "Return-Path: nobody\r\n\r\n" }] });
  assertEquals((await after(tested, ["*ENV 1"]))[3], "amy@remote.example");
  assertEquals((await after(tested, ["*ENV 2"]))[3], "");
});

Deno.test("sdps: an address that is not ASCII is told by *ENV, and in no header", async () => {
  const envelope = { sender: "jürgen@remote.example", recipient: "günther@vision25.demon.example" };
  const tested = await sdps({ mail: [{ envelope, text: "A: 1\r\n\r\n" }] });
  const utf8 = (text: string) =>
    new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  const lines = (await after(tested, ["*ENV 1", "TOP 1 0"])).map(utf8);
  assertEquals(lines.slice(3, 5), [envelope.sender, envelope.recipient]);
  assertEquals(lines.slice(6).filter((line) => /for|ü/.test(line)), []);
});

Deno.test("sdps: users are compared without regard to case and quotes, and as a whole", async () => {
  const mail = [to("Fred"), to('"fred"'), to("fred+lists"), to("freddy"), to('"fred jones"')];
  const tested = await sdps({ mail });
  const seen = async (user: string) => (await after(tested, ["STAT"], `${user}@vision25`))[0]?.split(" ")[1];
  assertEquals([await seen("fred"), await seen("FRED+LISTS"), await seen("fred jones"), await seen("f")], [
    "2",
    "1",
    "1",
    "0",
  ]);
});

Deno.test("sdps: a user of a host has its maildrop alone, and its retention takes nothing of the others'", async () => {
  const later = new Date(Date.now() + 31 * 86_400_000);
  const tested = await sdps({ mail: [to("fred"), to("fred"), to("jane")], options: { expire: 30 }, now: () => later });
  assertEquals((await after(tested, ["STAT", "QUIT"], "fred@vision25")).length, 2);
  assertEquals((await tested.content()).length, 1);

  await using lock = await tested.storage.lockMaildrop(tested.account);
  assert(lock);
  const refused = await converse(tested.serve, login([], "fred@vision25"));
  assertStringIncludes(refused, "-ERR [IN-USE] ");
});

Deno.test("sdps: a second password opens nothing but SDPS", async () => {
  const tested = await sdps({ mail: [to("fred")] });
  const opened = await converse(tested.serve, login([], "vision25", "pop3 word"));
  assertStringIncludes(opened, "+OK maildrop has 1 message");
  const options = pop3.options["~standard"].validate(undefined);
  assert(options.issues === undefined);
  const { serve } = await pop3.setup({ ...tested.context }, options.value);
  assertStringIncludes(await converse(serve, login([], "vision25", "pop3 word")), "-ERR [AUTH] ");
  assertStringIncludes(await converse(serve, login([], "vision25", "dial-up")), "+OK maildrop has 1 message");
  // Without one, only the first does.
  const { serve: alone } = await sdps({ hasSecond: false });
  assertStringIncludes(await converse(alone, login([], "vision25", "pop3 word")), "-ERR [AUTH] ");
});

Deno.test("sdps: no password without TLS, unless that is configured", async () => {
  const { serve } = await sdps({ cleartextAuth: false });
  const received = await converse(serve, login(["*ENV 1"]), { startTls: true });
  assertStringIncludes(received, "\r\n-ERR not without TLS");
  assertStringIncludes(received, "\r\n-ERR log in first\r\n");
});

Deno.test("sdps: CAPA tells of STLS and of no login but USER and PASS; where it is off, all extensions are", async () => {
  const commands = "CAPA\r\nAUTH\r\nAPOP vision25 0123456789abcdef\r\nLANG *\r\nUTF8\r\n";
  const { serve } = await sdps();
  const told = (await converse(serve, commands, { startTls: true })).split("\r\n");
  assertEquals(told[0], "+OK POP3 server ready");
  for (const line of ["UIDL", "USER", "STLS", "UTF8 USER", "LANG"]) assert(told.includes(line), line);
  assertEquals(told.filter((line) => /^SASL|^-ERR/.test(line)), ["-ERR unknown command", "-ERR unknown command"]);
  const bare = await converse((await sdps({ options: { extensions: false } })).serve, commands, { startTls: true });
  assertEquals(bare, `+OK POP3 server ready\r\n${"-ERR unknown command\r\n".repeat(5)}`);
});

Deno.test("sdps: a greeting is one line that looks like no timestamp and no response code; logins are not Gmail's", () => {
  const validate = (options: object) => sdpsPlugin.options["~standard"].validate(options);
  for (const greeting of ["mail.demon.example ready", "x"]) assert(!validate({ greeting }).issues, greeting);
  for (const greeting of ["", "[AUTH] x", "<1@a.example>", "a\r\nb", "ü", "x".repeat(500), " x"]) {
    assert(validate({ greeting }).issues, greeting);
  }
  assert(validate({ recent: "30d" }).issues);
});
