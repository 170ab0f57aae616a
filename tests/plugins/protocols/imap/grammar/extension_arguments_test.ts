import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ImapValue } from "../../../../../core/contract/mod.ts";
import {
  expectExtensionArguments,
  printExtensionArguments,
} from "../../../../../plugins/protocols/imap/grammar/extension_arguments.ts";
import { texts } from "./arbitraries.ts";
import { assertMalformed, read } from "./scan.ts";

const { values } = fc.letrec<{ value: ImapValue; values: ImapValue[] }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, texts, tie("values")),
  values: fc.array(tie("value"), { maxLength: 5 }),
}));

Deno.test("RFC 4466 §2.1: arguments of commands that nobody knows, printed and read", () => {
  fc.assert(fc.property(values, (values) => {
    assertEquals(read(expectExtensionArguments, printExtensionArguments(values)), values);
  }));
});

Deno.test("RFC 4466 §2.1: what is no argument", () => {
  assertMalformed(expectExtensionArguments, " a |", "an atom or a string");
  assertMalformed(expectExtensionArguments, " (a|", '")"');
  assertMalformed(expectExtensionArguments, " a|)", "the end of the command");
  assertMalformed(expectExtensionArguments, "|x", "the end of the command");
  assertMalformed(expectExtensionArguments, ` ${"(".repeat(51)}|`, "at most 50 levels");
});
