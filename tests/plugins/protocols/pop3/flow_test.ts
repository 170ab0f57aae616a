/** What is sent when: nothing piles up for a client that does not read, and nothing is held longer than it must be. */
import { assert, assertEquals } from "@std/assert";
import type { AccountId, AuthMechanism, AuthOutcome } from "../../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import type { ByteStream } from "../../../../core/wire/byte_stream.ts";
import { command, noArgument } from "../../../../plugins/protocols/pop3/command.ts";
import { pop3Commands } from "../../../../plugins/protocols/pop3/commands.ts";
import { ok } from "../../../../plugins/protocols/pop3/replies.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { FakeMaildrops, mailOf } from "./fake_maildrops.ts";
import { connectionOver, login, mrose, talk, testService } from "./talk.ts";
import { TestClock } from "../../../support/test_clock.ts";

/** A stream on which all commands come at once, and whose writes are seen before they are taken. */
function seeing(commands: string, onWrite: (text: string) => void): ByteStream {
  let left = latin1Bytes(commands);
  return {
    read(into) {
      const piece = left.subarray(0, into.length);
      left = left.subarray(piece.length);
      into.set(piece);
      return Promise.resolve(piece.length === 0 ? null : piece.length);
    },
    write(data) {
      onWrite(latin1(data));
      return Promise.resolve(data.length);
    },
    end: () => Promise.resolve(),
    close() {},
  };
}

const never = new AbortController().signal;

Deno.test("pop3: RFC 1939 §6: the maildrop is free before QUIT is answered", async () => {
  const { serve, maildrops } = testService();
  let seen: unknown;
  const stream = seeing(`${login}DELE 1\r\nQUIT\r\n`, (text) => {
    // What is thrown here would look like a broken connection.
    if (text.includes("signing off")) seen = { locked: maildrops.locked.size, uids: maildrops.uids(mrose) };
  });
  await serve(connectionOver(stream), never);
  assertEquals(seen, { locked: 0, uids: [2] });
});

Deno.test("pop3: a long list is sent as it goes, and a line that begins with a dot has another one", async () => {
  let made = 0, madeAtFirst: number | undefined;
  function* lines(): Generator<string> {
    for (; made < 100_000; made++) yield `.${made}`;
  }
  const many = command({
    states: ["authorization"],
    usage: "MANY",
    parse: noArgument,
    run: (session) => session.list(ok(), lines()),
  });
  const { serve } = testService({ commands: new Map([...pop3Commands, ["MANY", many]]) });
  let text = "";
  const stream = seeing("MANY\r\nQUIT\r\n", (piece) => {
    text += piece;
    if (made > 0) madeAtFirst ??= made;
  });
  await serve(connectionOver(stream), never);
  assert((madeAtFirst ?? Infinity) < 20_000, `${madeAtFirst} lines were kept`);
  assert(text.includes("\r\n..0\r\n..1\r\n"));
  assert(text.endsWith("\r\n..99999\r\n.\r\n+OK dewey POP3 server signing off\r\n"));
});

Deno.test("pop3: messages are not read while those before them wait to be sent", async () => {
  const maildrops = new FakeMaildrops({ [mrose]: Array(200).fill(mailOf(20_000)) });
  const { serve } = testService({ maildrops });
  let opened = 0, openedAtFirst: number | undefined;
  maildrops.onOpen = () => void opened++;
  const retrieve = Array.from({ length: 200 }, (_, index) => `RETR ${index + 1}\r\n`).join("");
  const stream = seeing(`${login}${retrieve}QUIT\r\n`, () => {
    if (opened > 0) openedAtFirst ??= opened;
  });
  await serve(connectionOver(stream), never);
  assertEquals(opened, 200);
  assert((openedAtFirst ?? Infinity) <= 5, `${openedAtFirst} messages were kept`);
});

Deno.test("pop3: when the server stops, the command in hand is the last, and commands behind it are not done", async () => {
  const stop = new AbortController(), tested = testService();
  tested.maildrops.onOpen = () => stop.abort();
  const { lines } = await talk(tested, `${login}DELE 2\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n`, { stop: stop.signal });
  assertEquals(lines.slice(-2), [".", "-ERR [SYS/TEMP] the server is stopping, try again later"]);
  assertEquals(tested.maildrops.uids(mrose), [1, 2]);
});

Deno.test("pop3: a goodbye waits five seconds for a client that does not read", async () => {
  const stop = new AbortController(), clock = new TestClock(), tested = testService({ mechanisms: [] });
  const { connection, client } = fakeConnection({ stop: stop.signal, clock, window: 30 });
  const served = tested.serve(connection, stop.signal).finally(() => connection.close());
  await client.readLine();
  while (!client.isAwaited) await client.changed;
  stop.abort();
  while (client.unread === "") await client.changed;
  clock.advance(6000);
  await served;
});

Deno.test("pop3: a client that is gone when a security layer would begin leaves its maildrop free", async () => {
  const sealing: AuthMechanism = {
    mechanism: "SEALING",
    first: "client",
    needs: "nothing",
    revealsPassword: false,
    // deno-lint-ignore require-yield
    async *exchange(): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
      const same = (bytes: Uint8Array) => bytes;
      const securityLayer = { maximumInput: 1000, maximumOutput: 1000, wrap: same, unwrap: same };
      return { status: "success", account: mrose as AccountId, securityLayer };
    },
  };
  const { serve, maildrops } = testService({ mechanisms: [sealing] });
  const stream: ByteStream = {
    ...seeing("AUTH SEALING =\r\n", () => {}),
    write: (data) =>
      latin1(data).includes("maildrop") ? Promise.reject(new Deno.errors.BrokenPipe()) : Promise.resolve(data.length),
  };
  await serve(connectionOver(stream), never);
  assertEquals(maildrops.locked.size, 0);
});
