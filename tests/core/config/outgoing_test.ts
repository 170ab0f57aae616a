import { assert, assertEquals } from "@std/assert";
import { loadConfigText } from "../../../core/config/load_config.ts";

const rest = `hostname: mail.example.org\nprotocols: [{ use: pop3, listen: ["127.0.0.1:2110"] }]\n`;

function load(text: string) {
  return loadConfigText(rest + text, "mail.yaml", () => undefined);
}

function problems(text: string): readonly string[] {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.problems;
}

Deno.test("mail.yaml: the queue is tried again after five minutes, for five days, and its senders told after four hours", () => {
  const read = (text: string) => {
    const loaded = load(text);
    assert(loaded.ok);
    return loaded.config.queue;
  };
  assertEquals(read(""), { retry: 300_000, giveUp: 432_000_000, warnAfter: 14_400_000 });
  assertEquals(read("queue: { retry: 1h, give_up: 2d, warn_after: 0s }"), {
    retry: 3_600_000,
    giveUp: 172_800_000,
    warnAfter: 0,
  });
  assertEquals(problems("queue: { retry: 0s, giveup: 1d }"), [
    'mail.yaml  queue.retry: expected a duration of at least "1s", such as "5m", found "0s"',
    "mail.yaml  queue.giveup: unknown key — did you mean give_up?",
  ]);
});

Deno.test("mail.yaml: a transport is for domains in any spelling, or for all others", () => {
  const loaded = load(
    `transports: [{ use: ./a.ts, for: [Archive.Example.COM, b\u00fccher.example] }, { use: b, for: ["*"] }]`,
  );
  assert(loaded.ok);
  assertEquals(loaded.config.transports.map((entry) => entry.for), [["archive.example.com", "b\u00fccher.example"], [
    "*",
  ]]);
  assertEquals(problems("transports: [{ use: a, for: [] }, { use: b }]").length, 2);
  assertEquals(problems(`transports: [{ use: a, for: ["*.example.com"] }]`), [
    'mail.yaml  transports[0].for[0]: expected a domain such as "archive.example.org", or "*" for all others, ' +
    'found "*.example.com"',
  ]);
});

Deno.test("mail.yaml: mail for a local domain is no transport's", () => {
  assertEquals(
    problems("domains: [example.org, example.net]\ntransports: [{ use: ./a.ts, for: [x.example, Example.NET] }]"),
    [
      'mail.yaml  transports[0].for[1]: "example.net" is local (domains[1]): its mail stays here',
    ],
  );
  // Without domains, the server's own name is the one.
  assertEquals(problems("transports: [{ use: ./a.ts, for: [mail.example.org] }]").length, 1);
  assertEquals(problems("transports: [{ use: ./a.ts, for: [example.org] }]"), []);
});
