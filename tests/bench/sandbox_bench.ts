/** What a sandbox costs: a filter's hooks in the server itself, in a thread and in a process. */
import type { Filter } from "../../core/contract/filter.ts";
import { ReviewedMessage } from "../../core/delivery/filtered_message.ts";
import { sandboxed, type SandboxedPlugin } from "../support/sandboxed_plugin.ts";
import { markdown, median, shown } from "./report.ts";

const code = `export default definePlugin({
  apiVersion: 1, kind: "filter", name: "bench", summary: "Measures.", options: noOptions,
  setup: () => ({
    async sender() { return { action: "continue", addHeaders: [["X-Seen", "yes"]] }; },
    async message(_, { sender }, message) {
      if (sender === "") return { action: "accept" };
      return { action: "continue", addHeaders: [["X-Subject", await message.field("subject") ?? ""]] };
    },
  }),
});`;

const facts = { id: "c1", peer: "192.0.2.7", tls: true, helo: "client.example.com" };
const octets = new TextEncoder().encode(
  `Received: from client.example.com\r\nFrom: kim@example.com\r\nSubject: Lunch\r\n\r\n${
    "A line of text.\r\n".repeat(230)
  }`,
);
const body = {
  size: octets.length,
  read: (start: number, end: number) => Promise.resolve(octets.slice(start, end)),
};

const hooks: Readonly<Record<string, (filter: Filter) => Promise<unknown> | undefined>> = {
  "`sender`": (filter) => filter.sender?.(facts, "kim@example.com"),
  "`message` of 4 KiB, not read": (filter) => message(filter, ""),
  "`message` of 4 KiB, one field read": (filter) => message(filter, "kim@example.com"),
};

function message(filter: Filter, sender: string): Promise<unknown> | undefined {
  const envelope = { sender, recipients: ["joe@example.org"], bodyType: "7bit", smtpUtf8: false } as const;
  return filter.message?.(facts, envelope, new ReviewedMessage("m1", body, 0));
}

/** Measures, and prints a table. @param scale Of the number of calls. */
export async function sandboxTable(scale: number): Promise<string[]> {
  const calls = Math.ceil(5000 * scale);
  const lines: string[][] = [];
  const starts: string[] = [];
  const places: readonly (readonly [string, () => Promise<SandboxedPlugin<"filter">>])[] = [
    ["thread", () => sandboxed("filter", { code })],
    ["process", () => sandboxed("filter", { code, sandbox: { process: true } })],
  ];
  for (const [place, start] of [["server", undefined], ...places] as const) {
    const begun = performance.now();
    await using plugin = await start?.();
    if (plugin !== undefined) {
      starts.push(`${place}: looked at and set up in ${shown(performance.now() - begun, 0)} ms`);
    }
    const filter = plugin?.plugin ?? await inServer();
    for (const [hook, call] of Object.entries(hooks)) {
      await alone(call, filter, calls);
      const times = await alone(call, filter, calls);
      const sorted = times.toSorted((a, b) => a - b);
      const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
      lines.push([
        hook,
        place,
        shown(median(times) * 1000, 0),
        shown(p99 * 1000, 0),
        shown(await together(call, filter, calls), 0),
      ]);
    }
  }
  const inOrder = Object.keys(hooks).flatMap((hook) => lines.filter(([name]) => name === hook));
  return [
    ...markdown([["hook", "runs in", "µs, median", "µs, 99 of 100", "a second, 100 at once"], ...inOrder]),
    "",
    ...starts,
  ];
}

/** The same filter without a sandbox. */
async function inServer(): Promise<Filter> {
  const { definePlugin } = await import("../../core/contract/plugin.ts");
  const { noOptions } = await import("../../core/options/no_options.ts");
  Object.assign(globalThis, { definePlugin, noOptions });
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return module.default.setup();
}

/** Milliseconds of each of so many calls, one after the other. */
async function alone(call: typeof hooks[string], filter: Filter, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < calls; n++) {
    const begun = performance.now();
    await call(filter);
    times.push(performance.now() - begun);
  }
  return times;
}

/** Calls a second, when a hundred ask at once. */
async function together(call: typeof hooks[string], filter: Filter, calls: number): Promise<number> {
  const begun = performance.now();
  let left = calls;
  await Promise.all(Array.from({ length: 100 }, async () => {
    while (left-- > 0) await call(filter);
  }));
  return calls / (performance.now() - begun) * 1000;
}
