/** POP4 against a model of docs/pop4.md, and any octets at all in each of its states. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { printFolderName } from "../../plugins/protocols/pop4/grammar/folder_name.ts";
import { printMessageSet } from "../../plugins/protocols/pop4/grammar/message_set.ts";
import { memoryStorage } from "../../storage/memory/storage.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { pop4 } from "../plugins/protocols/pop4/serve.ts";
import { openSqlite } from "../storage/sqlite/open_storage.ts";
import { type ModelCommand, modelMail, Pop4Model } from "./pop4_model.ts";

const login = "USER alice\r\nPASS secret\r\n";
const subjects = { INBOX: ["one", "two", "three", "four"], A: ["five"], "A/B": [], "C d": ["six", "seven"] };
/** As they are in the storage: what STOR takes has no dot in it. */
const given = Object.fromEntries(
  Object.entries(subjects).map(([name, all]) => [name, all.map((subject) => modelMail(subject).slice(0, -3))]),
);

const folder = fc.constantFrom("INBOX", "A", "A/B", "C d", "E", "A/E", "E/F");
const number = fc.integer({ min: 0, max: 5 });
const item = fc.oneof(
  number.map((from) => ({ from })),
  fc.constant({ from: "*" as const }),
  number.map((from) => ({ from, to: "*" as const })),
  fc.tuple(number, fc.nat(3)).map(([from, more]) => ({ from, to: from + more })),
);
const set = fc.array(item, { minLength: 1, maxLength: 3 });
const command: fc.Arbitrary<ModelCommand> = fc.oneof(
  fc.record({ verb: fc.constantFrom("SFLD", "SFLD", "CFLD", "DFLD", "STOR"), folder }),
  fc.record({ verb: fc.constant("MOVF"), folder, other: fc.oneof(folder, fc.constant("/")) }),
  fc.record({ verb: fc.constant("RENF"), folder, other: fc.constantFrom("A", "B", "E", "C d") }),
  fc.record({ verb: fc.constantFrom("MOVE", "COPY"), set, folder }),
  fc.record({ verb: fc.constantFrom("SFLG", "CFLG"), set, flag: fc.constantFrom("\\Seen", "$Word") }),
  fc.record({ verb: fc.constant("DELE"), number }),
  fc.record({ verb: fc.constantFrom("LFLG", "RSET", "STAT", "STAT") }),
);

function printed(command: ModelCommand): string {
  const name = (folder: string) => printFolderName(folder, false);
  switch (command.verb) {
    case "SFLD":
    case "CFLD":
    case "DFLD":
    case "STOR":
      return `${command.verb} ${name(command.folder)}`;
    case "MOVF":
    case "RENF":
      return `${command.verb} ${name(command.folder)} ${name(command.other)}`;
    case "MOVE":
    case "COPY":
      return `${command.verb} ${printMessageSet(command.set)} ${name(command.folder)}`;
    case "SFLG":
    case "CFLG":
      return `${command.verb} ${printMessageSet(command.set)} ${command.flag}`;
    case "DELE":
      return `DELE ${command.number}`;
    default:
      return command.verb;
  }
}

/** The storage in memory is the contract's specification; SQLite is what people have. */
const storages = {
  memory: { runs: 300, open: () => Promise.resolve({ storage: memoryStorage(), close: () => Promise.resolve() }) },
  sqlite: { runs: 15, open: () => openSqlite() },
} as const;

for (const [where, { runs, open }] of Object.entries(storages)) {
  Deno.test(`pop4 fuzz: any commands, split anywhere, are answered as docs/pop4.md has it, and do what it says (${where})`, async () => {
    const commands = fc.array(command, { minLength: 1, maxLength: 30, size: "max" });
    const cuts = fc.array(fc.nat(900), { maxLength: 8, size: "max" });
    await fc.assert(
      fc.asyncProperty(commands, cuts, fc.boolean(), async (some, cuts, quits) => {
        const model = new Pop4Model(subjects);
        const all: ModelCommand[] = quits ? [...some, { verb: "QUIT" }] : some;
        const expected = all.map((command) => ({ command, reply: model.answer(command) }));
        const input = expected.map(({ command, reply }) =>
          `${printed(command)}\r\n${command.verb === "STOR" && reply.status === "+OK" ? modelMail("stored") : ""}`
        ).join("");
        const { storage, close } = await open();
        await using closing = new AsyncDisposableStack();
        closing.defer(close);
        const server = await pop4({ storage, alice: given, options: { max_errors: 1000 } });
        const lines = (await converse(server.serve, split(login + input, cuts))).split("\r\n").slice(3, -1);
        let at = 0;
        for (const { command, reply: { status, lines: list } } of expected) {
          const shown = `${printed(command)}: ${lines.slice(at, at + 3)}`;
          if (command.verb === "STOR" && status === "+OK") {
            assertEquals(lines[at++], "+OK Start sending message", shown);
          }
          assert(`${lines[at++]} `.startsWith(`${status} `), `${shown}; expected ${status}`);
          if (list === undefined) continue;
          assertEquals(lines.slice(at, at + list.length + 1), [...list, "."], shown);
          at += list.length + 1;
        }
        assertEquals(lines.slice(at), []);
        assertEquals(sorted(await server.content(server.alice)), sorted(model.content()));
        assert(await server.isUnlocked());
      }),
      { numRuns: runs },
    );
  });
}

const states: Readonly<Record<string, string>> = {
  "before the login": "",
  "after USER": "USER alice\r\n",
  "after the login": login,
  "in a folder": `${login}SFLD C%20d\r\n`,
  "in a shared folder": `${login}SFLD Other%20Users/bob@example.org/Team\r\n`,
  "in the middle of STOR": `${login}STOR A\r\n`,
  "after marks": `${login}DELE 1\r\nSFLG 2 \\Seen\r\n`,
};

/** Nothing that would remove anything without QUIT or SFLD after a mark, which is not among them either. */
const fragments = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map(latin1),
  fc.constantFrom(
    ...[
      "LFLD\r\n",
      "LFLD ",
      "CFLD %",
      "CFLD a/b\r\n",
      "RENF \r\n",
      "COPY 1-* A\r\n",
      "COPY 1,2",
      "STOR A \\Seen\r\n",
      "STOR\r\n",
    ],
    ...[
      "x\r\n.\r\n",
      ".\r\n",
      "LFLG 1-9999999999\r\n",
      "SFLG * x\r\n",
      "CFLG ",
      "LPRT 1\r\n",
      "RPRT 1 0\r\n",
      "DPRT 1 1\r\n",
    ],
    ...[
      "DPRT 1 ",
      "0.0\r\n",
      "\r\n",
      "%C3%BC",
      "9".repeat(300),
      " ",
      "STAT\r\n",
      "UIDL\r\n",
      "*\r\n",
      `${"1,".repeat(9000)}\r\n`,
    ],
  ),
);

for (const [state, before] of Object.entries(states)) {
  Deno.test(`pop4 fuzz: ${state}, whatever octets come, nothing breaks and nothing is lost`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fragments, { maxLength: 25, size: "max" }),
        fc.array(fc.nat(600), { maxLength: 5 }),
        async (pieces, cuts) => {
          const server = await pop4({ alice: given, bob: { Team: ["Subject: eight\r\n\r\n"] } });
          await server.share("Team", "lr");
          await converse(server.serve, split(before + pieces.join(""), cuts), { log: server.log });
          assert(!server.log.lines.some((line) => line.startsWith("error")), server.log.lines.join("\n"));
          assert(await server.isUnlocked());
          const content = await server.content(server.alice);
          for (const [name, all] of Object.entries(subjects)) {
            const kept = content[name]?.slice(0, all.length).map((line) => line.split(" ")[0]);
            assertEquals(kept, all);
          }
          assertEquals((await server.content(server.bob))["Team"]?.length, 1);
          // Another session finds all in order.
          assertEquals((await server.say("SFLD INBOX\r\nQUIT\r\n"))[0]?.slice(0, 3), "+OK");
        },
      ),
      { numRuns: 200 },
    );
  });
}

/** Flags of a message come in any order, and folders too. */
function sorted(content: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(content).sort(([one], [other]) => one < other ? -1 : 1).map(([name, lines]) => [
      name,
      lines.map((line) => line.split(" ")).map(([subject = "", ...flags]) => [subject, ...flags.sort()].join(" ")),
    ]),
  );
}

/** The text in pieces, cut at these places. */
function split(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}
