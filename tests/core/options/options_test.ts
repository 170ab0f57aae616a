import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { noOptions } from "../../../core/options/no_options.ts";
import { options } from "../../../core/options/options.ts";
import { byteSize, duration, flag, integer, listOf, oneOf, text } from "../../../core/options/values.ts";

const schema = options({
  idle_timeout: v.optional(duration, "10m"),
  mode: v.optional(oneOf(["mx", "submission"]), "mx"),
  largest: v.optional(byteSize, "50MB"),
  retries: v.optional(integer(0, 9)),
  hosts: v.optional(listOf(text('a host such as "mail.example.org"'), "a list of hosts")),
  banner: text('a line of text such as "at your service"'),
  tls: v.optional(options({ required: flag })),
});

function problems(given: unknown): string[] {
  const result = schema["~standard"].validate(given);
  return (result.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

Deno.test("options: what is given is read, what is left out has its default or stays out", () => {
  const result = schema["~standard"].validate({ banner: "hello", idle_timeout: "30s", tls: { required: true } });
  assertEquals(result, {
    value: { banner: "hello", idle_timeout: 30_000, mode: "mx", largest: 50_000_000, tls: { required: true } },
  });
});

Deno.test("options: the types are those of the values", () => {
  const result = schema["~standard"].validate({ banner: "hello" });
  assert(result.issues === undefined);
  const { idle_timeout, mode, retries, hosts, tls } = result.value;
  const typed: [number, "mx" | "submission", number | undefined, string[] | undefined, boolean | undefined] = [
    idle_timeout,
    mode,
    retries,
    hosts,
    tls?.required,
  ];
  assertEquals(typed, [600_000, "mx", undefined, undefined, undefined]);
});

Deno.test("options: every problem is reported at once, with its place and the nearest name", () => {
  assertEquals(
    problems({
      idle_timout: "1h",
      idle_timeout: 5,
      moode: 1,
      colour: "red",
      retries: 10,
      hosts: ["a", 3],
      tls: { a: 1 },
    }),
    [
      'idle_timeout: expected a duration such as "30s", "10m" or "2h"',
      "retries: expected a whole number from 0 to 9",
      'hosts.1: expected a host such as "mail.example.org"',
      'banner: is missing: expected a line of text such as "at your service"',
      "tls.required: is missing: expected true or false",
      "tls.a: unknown option; known: required",
      "idle_timout: unknown option — did you mean idle_timeout?",
      "moode: unknown option — did you mean mode?",
      "colour: unknown option; known: idle_timeout, mode, largest, retries, hosts, banner, tls",
    ],
  );
});

Deno.test("options: names that every object has are unknown options too", () => {
  const given: unknown = JSON.parse('{ "banner": "x", "__proto__": 1, "constructor": 2, "toString": 3 }');
  assertEquals(problems(given).map((line) => line.split(":")[0]), ["__proto__", "constructor", "toString"]);
});

Deno.test("options: a list, a text and a date are no mappings", () => {
  for (const given of [[], ["banner"], "banner", 3, true, new Date(0), new Map()]) {
    assertEquals(problems(given), [": expected a mapping of options"]);
  }
});

Deno.test("options: none may be left out altogether, and one that is not known is an error", () => {
  for (const given of [undefined, null, {}]) assertEquals(noOptions["~standard"].validate(given), { value: {} });
  const result = noOptions["~standard"].validate({ verbose: true });
  assertEquals(result, { issues: [{ message: "unknown option; there are no options", path: ["verbose"] }] });
});

Deno.test("options: no value makes them throw, and messages never repeat what was given", () => {
  fc.assert(fc.property(fc.anything({ withNullPrototype: true, withMap: true, withDate: true }), (given) => {
    problems(given);
    assert(!problems({ banner: given, mode: "s3cret-word", tls: "s3cret-word" }).join().includes("s3cret-word"));
  }));
});
