/** `account quota`: how much an account may keep (RFC 9208). */
import type { Quota } from "../contract/accounts.ts";
import { parseByteSize, printByteSize } from "../options/units.ts";
import { type Command, configOption, type Given, jsonOption, UsageError } from "./command.ts";
import { withAccounts } from "./with_directory.ts";

/** The command. */
export const accountQuota: Command = {
  name: "account quota",
  summary: "set how much an account may keep; what is not given is not limited",
  operands: [{ name: "ADDRESS", count: "one" }],
  options: [
    { name: "storage", value: "SIZE", summary: "octets of all messages: 1GB" },
    { name: "messages", value: "N", summary: "how many messages" },
    { name: "mailboxes", value: "N", summary: "how many mailboxes, INBOX among them" },
    { name: "none", summary: "no limits" },
    configOption,
    jsonOption,
  ],
  async run(given) {
    const address = given.operand("ADDRESS"), quota = readQuota(given);
    await withAccounts(given, (admin) => admin.setQuota(address, quota));
    console.log(given.has("json") ? JSON.stringify(quota) : `quota of ${address}: ${printQuota(quota)}`);
    return 0;
  },
};

/** For an operator: `1GB, 1000 messages`. */
export function printQuota({ storage, messages, mailboxes }: Quota = {}): string {
  const limits = [
    ...storage === undefined ? [] : [printByteSize(storage)],
    ...messages === undefined ? [] : [`${messages} messages`],
    ...mailboxes === undefined ? [] : [`${mailboxes} mailboxes`],
  ];
  return limits.length === 0 ? "none" : limits.join(", ");
}

function readQuota(given: Given): Quota {
  const storage = read(given, "storage", "a size, such as 1GB", parseByteSize);
  const messages = read(given, "messages", "a number", parseCount);
  const mailboxes = read(given, "mailboxes", "a number", parseCount);
  const quota = {
    ...storage !== undefined && { storage },
    ...messages !== undefined && { messages },
    ...mailboxes !== undefined && { mailboxes },
  };
  // Nothing that was forgotten, and nothing that says both, takes limits away.
  if ((Object.keys(quota).length === 0) === given.has("none")) return quota;
  throw new UsageError("account quota: expected limits (--storage, --messages, --mailboxes), or --none");
}

function read(
  given: Given,
  name: string,
  expected: string,
  parse: (text: string) => number | undefined,
): number | undefined {
  const text = given.find(name);
  const value = text === undefined ? undefined : parse(text);
  if (text !== undefined && value === undefined) {
    throw new UsageError(`account quota: --${name}: expected ${expected}; found "${text}"`);
  }
  return value;
}

function parseCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
