/** `account …`: the accounts of a configuration. A running server sees changes at once: the storage is shared. */
import type { AccountSummary } from "../contract/directory.ts";
import { readPassword } from "./ask_password.ts";
import { accountImport } from "./account_import.ts";
import { accountOtp } from "./account_otp.ts";
import { accountQuota, printQuota } from "./account_quota.ts";
import { type Command, configOption, jsonOption, passwordOption } from "./command.ts";
import { columns } from "./usage.ts";
import { withAccounts } from "./with_directory.ts";

const address = { name: "ADDRESS", count: "one" } as const;

/** All of them. */
export const accountCommands: readonly Command[] = [
  {
    name: "account add",
    summary: "add an account; asks for the password",
    operands: [address],
    options: [configOption, passwordOption, jsonOption],
    async run(given) {
      const password = await readPassword(given, given.operand("ADDRESS"));
      const account = await withAccounts(given, (admin) => admin.add(given.operand("ADDRESS"), password));
      console.log(given.has("json") ? JSON.stringify(account) : `added ${account.address}`);
      return 0;
    },
  },
  {
    name: "account list",
    summary: "list accounts and aliases",
    options: [configOption, jsonOption],
    async run(given) {
      const listed = await withAccounts(given, async (admin) => ({
        accounts: await admin.list(),
        aliases: await admin.aliases(),
      }));
      if (given.has("json")) console.log(JSON.stringify(listed));
      else printLines(columns([...listed.accounts.map(accountRow), ...listed.aliases.map(aliasRow)]));
      return 0;
    },
  },
  {
    name: "account show",
    summary: "show an account",
    operands: [address],
    options: [configOption, jsonOption],
    async run(given) {
      const account = await withAccounts(given, (admin) => admin.show(given.operand("ADDRESS")));
      if (given.has("json")) console.log(JSON.stringify(account));
      else printLines(describe(account));
      return 0;
    },
  },
  accountQuota,
  {
    name: "account password",
    summary: "set the password of an account; asks for it",
    operands: [address],
    options: [configOption, passwordOption],
    async run(given) {
      const password = await readPassword(given, given.operand("ADDRESS"));
      await withAccounts(given, (admin) => admin.setPassword(given.operand("ADDRESS"), password));
      console.log(`set the password of ${given.operand("ADDRESS")}`);
      return 0;
    },
  },
  {
    name: "account second-password",
    summary: "set a second password, which SDPS takes as well; asks for it",
    operands: [address],
    options: [{ name: "remove", summary: "there is to be none" }, configOption, passwordOption],
    async run(given) {
      const address = given.operand("ADDRESS"), isToGo = given.has("remove");
      const password = isToGo ? undefined : await readPassword(given, address);
      await withAccounts(given, (admin) => admin.setSecondPassword(address, password));
      console.log(`${isToGo ? "removed" : "set"} the second password of ${address}`);
      return 0;
    },
  },
  accountOtp,
  {
    name: "account remove",
    summary: "remove an account and its mail",
    operands: [address],
    options: [configOption],
    async run(given) {
      await withAccounts(given, (admin) => admin.remove(given.operand("ADDRESS")));
      console.log(`removed ${given.operand("ADDRESS")} and its mail`);
      return 0;
    },
  },
  {
    name: "account alias",
    summary: "make ADDRESS (or @DOMAIN, the catch-all) an alias; without TARGET, remove it",
    operands: [address, { name: "TARGET", count: "any" }],
    options: [configOption],
    async run(given) {
      const alias = given.operand("ADDRESS");
      await withAccounts(given, (admin) => admin.setAlias(alias, given.rest));
      console.log(
        given.rest.length === 0
          ? `removed the alias ${alias}`
          : aliasRow({ address: alias, to: given.rest }).join("  "),
      );
      return 0;
    },
  },
  accountImport,
];

function accountRow({ address, createdAt, secrets }: AccountSummary): readonly [string, string] {
  return [address, `since ${createdAt.toISOString().slice(0, 10)}  ${secrets.join(", ")}`];
}

function aliasRow(
  { address, to }: { readonly address: string; readonly to: readonly string[] },
): readonly [string, string] {
  return [address, `→ ${to.join(", ")}`];
}

function describe({ account, address, createdAt, secrets, quota }: AccountSummary): string[] {
  return columns([
    ["address", address],
    ["since", createdAt.toISOString()],
    ["secrets", secrets.join(", ")],
    ["quota", printQuota(quota)],
    ["id", account],
  ]);
}

function printLines(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}
