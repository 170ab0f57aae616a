/** Commands that extensions add to POP3. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { CommandClient, Pop3Command } from "../../../../core/contract/mod.ts";
import { offeredCommands } from "../../../../core/hooks/offered_commands.ts";
import { pop3Commands } from "../../../../plugins/protocols/pop3/commands.ts";
import { withExtensions } from "../../../../plugins/protocols/pop3/extension_commands.ts";
import { mrose, talk, testService } from "./talk.ts";

function offered(...commands: readonly Pop3Command[]) {
  return offeredCommands([{ name: "ext", extension: { pop3Commands: commands } }], 1000).pop3;
}

function service(...commands: readonly Pop3Command[]) {
  return testService({ commands: withExtensions(pop3Commands, offered(...commands)) });
}

const login = `USER ${mrose}\r\nPASS tanstaaf\r\n`;

Deno.test("pop3 extensions: one line or several, in the states that the command names, in CAPA", async () => {
  const seen: (string | undefined)[] = [];
  const commands: Pop3Command[] = [
    {
      keyword: "xfortune",
      capability: "XFORTUNE",
      states: ["transaction"],
      run: ({ facts }: CommandClient, argument) => {
        seen.push(argument, facts.account && "somebody");
        return { ok: true, text: "Here", lines: [".dotted", "plain"] };
      },
    },
    { keyword: "XTIME", states: ["authorization", "transaction"], run: () => ({ ok: true, text: "noon" }) },
    {
      keyword: "XNO",
      states: ["transaction"],
      run: () => ({ ok: false, text: "Not today" }),
    },
  ];
  const { lines } = await talk(
    service(...commands),
    `XTIME\r\nXFORTUNE a\r\n${login}xfortune two words\r\nXNO\r\nXTIME now\r\nCAPA\r\nQUIT\r\n`,
  );
  const [time, early] = lines.slice(1, 3);
  assertEquals(time, "+OK noon");
  assert(early?.startsWith("-ERR"), early);
  assertEquals(lines.slice(5, 11), ["+OK Here", "..dotted", "plain", ".", "-ERR Not today", "+OK noon"]);
  assertEquals(seen, ["two words", "somebody"]);
  assertEquals(lines.filter((line) => line === "XFORTUNE" || line === "XTIME"), ["XFORTUNE"]);
});

Deno.test("pop3 extensions: a command that fails is -ERR and a line of the log, and the session goes on", async () => {
  const tested = service({
    keyword: "XFAIL",
    states: ["transaction"],
    run() {
      throw new Error("no fortune");
    },
  });
  const { lines } = await talk(tested, `${login}XFAIL\r\nNOOP\r\nQUIT\r\n`);
  assert(lines[3]?.startsWith("-ERR [SYS/TEMP]") && !lines[3].includes("fortune"), lines[3]);
  assert(lines[4]?.startsWith("+OK"), lines[4]);
});

Deno.test("pop3 extensions: no command of POP3 can be taken", () => {
  for (const keyword of ["retr", "QUIT", "STLS"]) {
    const commands = offered({ keyword, states: ["transaction"], run: () => ({ ok: true }) });
    assertThrows(() => withExtensions(pop3Commands, commands), Error, keyword.toUpperCase());
  }
});
