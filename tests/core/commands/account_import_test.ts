import { assert, assertEquals, assertThrows } from "@std/assert";
import { readAccounts } from "../../../core/commands/account_import.ts";
import { UsageError } from "../../../core/commands/command.ts";

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
    "line 1: expected ADDRESS PASSWORD",
    "line 3: A@EXAMPLE.org is in line 2 already",
    "line 4: expected ADDRESS PASSWORD",
    "nothing was added",
  ]);
});

Deno.test("account import: thousands of problems are not thousands of lines", () => {
  const error = assertThrows(() => readAccounts("x\n".repeat(5000)), UsageError);
  const lines = error.message.split("\n");
  assertEquals(lines.length, 22);
  assert(lines.includes("and 4980 more"));
});
