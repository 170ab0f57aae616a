/** Commands of extensions, as protocols get them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ImapAnswer, ImapCommand, Pop3Answer, Pop3Command } from "../../../core/contract/extension_commands.ts";
import { offeredCommands } from "../../../core/hooks/offered_commands.ts";
import { recordedLog } from "../../support/recorded_log.ts";

const facts = { id: "c1", peer: "192.0.2.7", tls: false };

function pop3(more: Partial<Pop3Command> = {}): Pop3Command {
  return { keyword: "XFORTUNE", states: ["transaction"], run: () => ({ ok: true }), ...more };
}

function imap(more: Partial<ImapCommand> = {}): ImapCommand {
  return { name: "XFORTUNE", states: ["authenticated"], run: () => ({ status: "OK", text: "Done" }), ...more };
}

async function answerOf(answer: () => unknown, patience = 10_000) {
  using recorded = recordedLog();
  const commands = offeredCommands([{
    name: "fortune",
    extension: {
      pop3Commands: [pop3({ run: () => answer() as Pop3Answer })],
      imapCommands: [imap({ run: () => answer() as ImapAnswer })],
    },
  }], patience);
  const client = { facts, log: recorded.log };
  const answers = [await commands.pop3[0]?.run(client, "x"), await commands.imap[0]?.run(client, ["x"])] as const;
  return { pop3: answers[0], imap: answers[1], events: recorded.events };
}

Deno.test("extension commands: names in upper case, each once, and such as can be", () => {
  const offer = (...extensions: readonly { pop3Commands?: Pop3Command[]; imapCommands?: ImapCommand[] }[]) =>
    offeredCommands(extensions.map((extension, index) => ({ name: `e${index}`, extension })));
  assertEquals(offer({ pop3Commands: [pop3({ keyword: "xfortune" })] }).pop3[0]?.keyword, "XFORTUNE");
  assertEquals(offer({ imapCommands: [imap({ name: "x-fortune" })] }).imap[0]?.name, "X-FORTUNE");
  assertThrows(
    () => offer({ pop3Commands: [pop3()] }, { pop3Commands: [pop3({ keyword: "xFortune" })] }),
    Error,
    "XFORTUNE",
  );
  assertThrows(() => offer({ imapCommands: [imap(), imap()] }), Error, "XFORTUNE");
  for (const keyword of ["", "XY", "X FORTUNE", "X\r\nQUIT", "XFORTUNETELLER", "\u00dcBER"]) {
    assertThrows(() => offer({ pop3Commands: [pop3({ keyword })] }), TypeError, "e0");
  }
  for (const name of ["", "UID", "X FORTUNE", "X\r\nQUIT", "(X)", "{3}"]) {
    assertThrows(() => offer({ imapCommands: [imap({ name })] }), TypeError, "e0");
  }
  for (const capability of ["", "A\r\nB", " A", "A  B", "\u00fc"]) {
    assertThrows(() => offer({ pop3Commands: [pop3({ capability })] }), TypeError, "CAPA");
    assertThrows(() => offer({ imapCommands: [imap({ capabilities: [capability] })] }), TypeError, "capability");
  }
});

Deno.test("extension commands: one that throws, or gives nonsense, has no answer, and that is logged", async () => {
  const bad: (() => unknown)[] = [
    () => {
      throw new Error("no fortune");
    },
    () => Promise.reject(new Error("no fortune")),
    () => undefined,
    () => "OK",
    () => ({ ok: 1, status: "FINE" }),
    () => ({ ok: true, lines: "one", status: "OK", text: "", untagged: 7 }),
    () => ({ ok: true, lines: Array(10_001).fill(""), status: "OK", text: "", untagged: Array(10_001).fill("X") }),
  ];
  for (const [index, answer] of bad.entries()) {
    const { pop3, imap, events } = await answerOf(answer);
    assertEquals([pop3, imap], [undefined, undefined], `${index}`);
    assertEquals(events.map(({ level, extension, command }) => [level, extension, command]), [
      ["error", "fortune", "XFORTUNE"],
      ["error", "fortune", "XFORTUNE"],
    ]);
  }
});

Deno.test("extension commands: one that is too slow has no answer, and is told to stop", async () => {
  using recorded = recordedLog();
  const told: boolean[] = [];
  const [command] = offeredCommands([{
    name: "slow",
    extension: {
      pop3Commands: [pop3({
        run: ({ signal }) => {
          signal.addEventListener("abort", () => told.push(true));
          return new Promise(() => {});
        },
      })],
    },
  }], 1).pop3;
  assertEquals([await command?.run({ facts, log: recorded.log }, undefined), told], [undefined, [true]]);
});

Deno.test("extension commands: no line of an answer ends early", async () => {
  const answer = {
    ok: true,
    text: "a\r\n-ERR b",
    lines: ["x\r\n.\r\n+OK y", "\0"],
    status: "OK",
    untagged: ["X 1\r\nA2 OK"],
  };
  const { pop3, imap } = await answerOf(() => answer);
  assertEquals(pop3, { ok: true, text: "a -ERR b", lines: ["x . +OK y", " "] });
  assertEquals(imap, { status: "OK", text: "a -ERR b", untagged: ["X 1 A2 OK"] });
});

Deno.test("extension commands: an IMAP answer tells nothing that only the server knows", async () => {
  for (const response of ["5 EXISTS", "OK [CLOSED] x", "bye", "CAPABILITY X", "FLAGS ()", "+ go on", "* X", ""]) {
    const { imap, events } = await answerOf(() => ({ ok: true, status: "OK", text: "", untagged: [response] }));
    assert(imap === undefined && events.length === 1, response);
  }
  for (const code of ["lower", "A]B", "A\r\nB", "", "A ]"]) {
    assertEquals((await answerOf(() => ({ ok: true, status: "NO", text: "x", code }))).imap, undefined, code);
  }
  const answer = { status: "NO", code: "LIMIT 5", text: "x", untagged: ["FORTUNE 5"] } as const;
  assertEquals((await answerOf(() => ({ ok: true, ...answer }))).imap, answer);
});
