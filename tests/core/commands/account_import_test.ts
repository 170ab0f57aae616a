import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { addAccounts, readAccounts } from "../../../core/commands/account_import.ts";
import { CommandError, UsageError } from "../../../core/commands/command.ts";
import { Refusal } from "../../../core/contract/refusal.ts";

Deno.test("account import: a password is all that follows the first space", () => {
  assertEquals(readAccounts("# old server\na@example.org one  two \r\n\r\nb@example.org\tx\n"), [
    { address: "a@example.org", password: "one  two ", line: 2 },
    { address: "b@example.org", password: "x", line: 4 },
  ]);
});

Deno.test("account import: all problems at once, and never a password among them", () => {
  const error = assertThrows(
    () => readAccounts("hunter2\na@example.org x\nA@EXAMPLE.org secret\n hunter3 x\n"),
    UsageError,
  );
  assertEquals(error.message.split("\n"), [
    "standard input, line 1: expected ADDRESS PASSWORD",
    "standard input, line 3: A@EXAMPLE.org is in line 2 already",
    "standard input, line 4: expected ADDRESS PASSWORD",
    "nothing was added",
  ]);
});

Deno.test("account import: thousands of problems are not thousands of lines", () => {
  const error = assertThrows(() => readAccounts("x\n".repeat(5000)), UsageError);
  const lines = error.message.split("\n");
  assertEquals(lines.length, 22);
  assert(lines.includes("and 4980 more"));
});

Deno.test("account import: a directory that does not say which accounts it refuses is told with their lines", async () => {
  const admin = {
    addAll: () => Promise.reject(new Refusal("unavailable", "one of these was taken meanwhile")),
  };
  const accounts = readAccounts("\na@x 1\nb@x 2\n");
  await assertRejects(
    () => addAccounts(admin, accounts),
    CommandError,
    "standard input, lines 2 to 3: one of these was taken meanwhile\nnothing was added",
  );
});
