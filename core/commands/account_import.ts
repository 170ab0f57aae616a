/** `account import`: thousands of accounts at once, from lines of `ADDRESS PASSWORD`. */
import type { DirectoryAdmin } from "../contract/directory.ts";
import { Refusal } from "../contract/refusal.ts";
import { type Command, CommandError, configOption, UsageError } from "./command.ts";
import { withAccounts } from "./with_directory.ts";

/** Accounts added at a time: some progress is seen every second or two. */
const batchSize = 100;
/** Problems shown at most. */
const mostProblems = 20;

/** An account to be added, and the line that asks for it. */
export interface ImportedAccount {
  /** Its address. */
  readonly address: string;
  /** All that follows the first space: spaces may be part of it. */
  readonly password: string;
  /** From 1. */
  readonly line: number;
}

/** The command. */
export const accountImport: Command = {
  name: "account import",
  summary: 'add accounts from lines of "ADDRESS PASSWORD" on standard input',
  options: [configOption],
  async run(given) {
    if (Deno.stdin.isTerminal()) console.error('lines of "ADDRESS PASSWORD", then Ctrl-D:');
    const accounts = readAccounts(await readAll());
    const added = await withAccounts(given, (admin) => addAll(admin, accounts));
    console.log(`added ${added} accounts`);
    return 0;
  },
};

async function readAll(): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await new Response(Deno.stdin.readable).bytes());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError("standard input is not UTF-8");
  }
}

/** Reads all lines before anything is added. Empty lines and lines that begin with # are passed over. Pure. */
export function readAccounts(text: string): readonly ImportedAccount[] {
  const lines = text.split(/\r?\n/);
  const problems: string[] = [];
  const accounts: ImportedAccount[] = [];
  const seen = new Map<string, number>();
  lines.forEach((written, index) => {
    const line = index + 1;
    if (written.trim() === "" || written.startsWith("#")) return;
    const [, address, password] = /^(\S+)[ \t](.+)$/.exec(written) ?? [];
    if (address === undefined || password === undefined) {
      // Never the line itself: it may hold a password.
      problems.push(`line ${line}: expected ADDRESS PASSWORD`);
      return;
    }
    const earlier = seen.get(address.toLowerCase());
    if (earlier !== undefined) problems.push(`line ${line}: ${address} is in line ${earlier} already`);
    seen.set(address.toLowerCase(), line);
    accounts.push({ address, password, line });
  });
  if (problems.length > 0) throw new UsageError([...shorten(problems), "nothing was added"].join("\n"));
  return accounts;
}

function shorten(problems: readonly string[]): readonly string[] {
  const hidden = problems.length - mostProblems;
  return hidden > 0 ? [...problems.slice(0, mostProblems), `and ${hidden} more`] : problems;
}

async function addAll(admin: DirectoryAdmin, accounts: readonly ImportedAccount[]): Promise<number> {
  let added = 0;
  while (added < accounts.length) {
    const batch = accounts.slice(added, added + batchSize);
    try {
      await admin.addAll(batch);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const [first, last] = [batch[0]?.line, batch.at(-1)?.line];
      throw new CommandError(
        `lines ${first} to ${last}: ${error.message}; of these none was added, of those before all (${added})`,
        { cause: error },
      );
    }
    added += batch.length;
    console.error(`${added} of ${accounts.length}`);
  }
  return added;
}
