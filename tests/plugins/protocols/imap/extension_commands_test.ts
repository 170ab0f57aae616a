/** Commands that extensions add to IMAP. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ImapCommand, ImapValue } from "../../../../core/contract/mod.ts";
import { offeredCommands } from "../../../../core/hooks/offered_commands.ts";
import { commands } from "../../../../plugins/protocols/imap/command_table.ts";
import { withExtensions } from "../../../../plugins/protocols/imap/extension_commands.ts";
import { afterLogin, talk, testService } from "./talk.ts";

function offered(...added: readonly ImapCommand[]) {
  return offeredCommands([{ name: "ext", extension: { imapCommands: added } }], 1000).imap;
}

function service(...added: readonly ImapCommand[]) {
  return testService({ commands: withExtensions(commands, offered(...added)) });
}

Deno.test("imap extensions: arguments come parsed, untagged responses before the tagged one", async () => {
  const given: (readonly ImapValue[])[] = [];
  const tested = await service({
    name: "XFORTUNE",
    capabilities: ["XFORTUNE"],
    states: ["authenticated", "selected"],
    run: (_client, values) => {
      given.push(values);
      return { status: "OK", code: "XLEFT 3", text: "There", untagged: ["XFORTUNE 17"] };
    },
  });
  const lines = await afterLogin(
    tested,
    'a XFORTUNE\r\nb xfortune one "two words" (x (y) ()) {3+}\r\nabc\r\nc CAPABILITY\r\nd XFORTUNE (\r\n',
  );
  assertEquals(lines.slice(0, 4), [
    "* XFORTUNE 17",
    "a OK [XLEFT 3] There",
    "* XFORTUNE 17",
    "b OK [XLEFT 3] There",
  ]);
  assertEquals(given, [[], ["one", "two words", ["x", ["y"], []], "abc"]]);
  assert(lines.some((line) => line.startsWith("* CAPABILITY ") && line.includes(" XFORTUNE")), `${lines}`);
  assert(lines.at(-1)?.startsWith("d BAD"), lines.at(-1));
});

Deno.test("imap extensions: the states count, and what is selected is told", async () => {
  const seen: unknown[] = [];
  const tested = await service({
    name: "XWHERE",
    states: ["selected"],
    run: ({ facts, selected }) => {
      seen.push(facts.account, selected);
      return { status: "OK", text: "x" };
    },
  });
  const lines = await afterLogin(tested, "a XWHERE\r\nb SELECT INBOX\r\nc XWHERE\r\n");
  assert(lines[0]?.startsWith("a BAD"), lines[0]);
  const inbox = await tested.mailbox("fred@example.org");
  assertEquals(seen, [inbox.account, { mailbox: inbox.id, owner: inbox.account }]);
  assert((await talk(tested, "a XWHERE\r\n")).some((line) => line.startsWith("a BAD")));
});

Deno.test("imap extensions: a command that fails is NO and a line of the log, and the session goes on", async () => {
  const tested = await service({
    name: "XFAIL",
    states: ["authenticated"],
    run: () => Promise.reject(new Error("no fortune")),
  });
  const lines = await afterLogin(tested, "a XFAIL\r\nb NOOP\r\n");
  assertEquals(lines[0], "a NO [SERVERBUG] Something went wrong here; it has been logged");
  assert(lines[1]?.startsWith("b OK"), lines[1]);
});

Deno.test("imap extensions: no command of IMAP can be taken", () => {
  for (const name of ["fetch", "LOGOUT", "NOOP"]) {
    const added = offered({ name, states: ["selected"], run: () => ({ status: "OK", text: "" }) });
    assertThrows(() => withExtensions(commands, added), Error, name.toUpperCase());
  }
});
