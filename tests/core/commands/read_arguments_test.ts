import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Command, configOption, jsonOption, UsageError } from "../../../core/commands/command.ts";
import { readArguments } from "../../../core/commands/read_arguments.ts";
import { usage } from "../../../core/commands/usage.ts";

const run = () => Promise.resolve(0 as const);
const commands: readonly Command[] = [
  { name: "serve", summary: "runs it", options: [configOption], run },
  {
    name: "account alias",
    summary: "makes an alias",
    operands: [{ name: "ADDRESS", count: "one" }, { name: "TARGET", count: "any" }],
    options: [configOption, jsonOption],
    run,
  },
  { name: "guest", summary: "is the program's own", isHidden: true, run },
  { name: "account show", summary: "shows", operands: [{ name: "ADDRESS", count: "one" }], run },
  {
    name: "init",
    summary: "makes it",
    operands: [{ name: "DIR", count: "one" }],
    options: [{ name: "hostname", value: "NAME", summary: "its name", isRequired: true }],
    run,
  },
];

function given(line: string) {
  const request = readArguments(line.split(" ").filter((word) => word !== ""), commands);
  assert(request.ask === "run");
  return { name: request.command.name, given: request.given };
}

function refused(line: string): string {
  return assertThrows(() => readArguments(line.split(" ").filter((word) => word !== ""), commands), UsageError).message;
}

Deno.test("arguments: operands and options in any order, with = or without", () => {
  const { name, given: alias } = given(
    "account alias a@example.org --json b@example.org --config=x.yaml c@example.org",
  );
  assertEquals(name, "account alias");
  assertEquals(alias.operand("ADDRESS"), "a@example.org");
  assertEquals(alias.rest, ["b@example.org", "c@example.org"]);
  assertEquals(alias.value("config"), "x.yaml");
  assertEquals(alias.has("json"), true);
});

Deno.test("arguments: what is left out has its fallback; words stay text", () => {
  const { given: alias } = given("account alias 007 0x10");
  assertEquals([alias.operand("ADDRESS"), ...alias.rest], ["007", "0x10"]);
  assertEquals(alias.value("config"), "mail.yaml");
  assertEquals(alias.has("json"), false);
});

Deno.test("arguments: after -- everything is a word", () => {
  assertEquals(given("account alias -- --odd@example.org -x").given.rest, ["-x"]);
});

Deno.test("arguments: an unknown command or option is answered with the nearest one", () => {
  assertEquals(refused("sreve"), 'there is no command "sreve" — did you mean serve?');
  assertEquals(refused("account alis x"), 'there is no command "account alis" — did you mean alias?');
  assertEquals(refused("queue"), 'there is no command "queue"; there are serve, account, init');
  assertEquals(refused("queue --help"), 'there is no command "queue"; there are serve, account, init');
  assertEquals(refused("help sreve"), 'there is no command "sreve" — did you mean serve?');
  assertEquals(refused("account"), "account: expected alias, show");
  assertEquals(refused("serve --confg x.yaml"), "serve: unknown option --confg — did you mean --config?");
  assertEquals(refused("serve --confg=x.yaml"), "serve: unknown option --confg — did you mean --config?");
  assertEquals(refused("account show a --json"), "account show: unknown option --json");
  assertEquals(refused("serve -c x.yaml"), "serve: unknown option -c; there are --config");
  assertEquals(refused("--config x.yaml serve"), "expected a command first, then its options");
});

Deno.test("arguments: what is missing or too much is said", () => {
  assertEquals(refused("account show"), "account show: ADDRESS is missing");
  assertEquals(refused("serve now"), 'serve: "now" is one word too many');
  assertEquals(refused("init x"), "init: --hostname NAME is missing");
  assertEquals(refused("init x --hostname"), "init: --hostname needs a value: --hostname NAME");
  assertEquals(refused("serve --config="), "serve: --config needs a value: --config FILE");
});

Deno.test("arguments: what has no value is given none, not even one that would say no", () => {
  for (const value of ["no", "false", "true", "maybe", ""]) {
    assertEquals(refused(`account alias a@example.org --json=${value}`), "account alias: --json takes no value");
  }
  assertEquals(given("account alias a@example.org -- --json=no").given.rest, ["--json=no"]);
});

Deno.test("arguments: help is for all, for a group, for one", () => {
  const asked = (line: string) => {
    const request = readArguments(line.split(" ").filter((word) => word !== ""), commands);
    return request.ask === "help" ? request.only.map(({ name }) => name) : request.ask;
  };
  assertEquals(asked(""), []);
  assertEquals(asked("help"), []);
  assertEquals(asked("--help"), []);
  assertEquals(asked("help account"), ["account alias", "account show"]);
  assertEquals(asked("account --help"), ["account alias", "account show"]);
  assertEquals(asked("account show --help"), ["account show"]);
  assertEquals(asked("serve -h"), ["serve"]);
  assertEquals(asked("--version"), "version");
});

Deno.test("usage: computed from the commands", () => {
  assertEquals(
    usage(commands, []),
    `Quetzal, a mail server.

main.ts serve                             runs it
main.ts account alias ADDRESS [TARGET …]  makes an alias
main.ts account show ADDRESS              shows
main.ts init DIR --hostname NAME          makes it

main.ts help COMMAND says more. Exit codes: 0 done, 1 failed, 2 bad usage or configuration.`,
  );
  assertEquals(
    usage(commands, commands.slice(1, 2)),
    `main.ts account alias ADDRESS [TARGET …] [--config FILE] [--json]
  makes an alias
  --config FILE  the configuration (default mail.yaml)
  --json         print JSON`,
  );
});
