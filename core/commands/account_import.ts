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
    // More likely another command's failure than somebody's wish.
    if (accounts.length === 0) throw new UsageError("standard input: expected lines of ADDRESS PASSWORD; found none");
    const added = await withAccounts(given, (admin) => addAccounts(admin, accounts));
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
  if (problems.length > 0) throw new UsageError([...inInput(problems), "nothing was added"].join("\n"));
  return accounts;
}

/** Problems of lines, with what the lines are of; not thousands of them. */
function inInput(problems: readonly string[]): readonly string[] {
  const shown = problems.slice(0, mostProblems).map((problem) => `standard input, ${problem}`);
  const hidden = problems.length - shown.length;
  return hidden > 0 ? [...shown, `and ${hidden} more`] : shown;
}

/** Adds them, and gives how many. @throws CommandError that names the lines which are refused, and how many were added. */
export async function addAccounts(
  admin: Pick<DirectoryAdmin, "addAll">,
  accounts: readonly ImportedAccount[],
): Promise<number> {
  let added = 0;
  while (added < accounts.length) {
    const batch = accounts.slice(added, added + batchSize);
    try {
      await admin.addAll(batch);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new CommandError([...inInput(problemsOf(error, batch)), outcome(added, batch)].join("\n"), {
        cause: error,
      });
    }
    added += batch.length;
    console.error(`${added} of ${accounts.length}`);
  }
  return added;
}

/** Each with its line, or with all lines of the batch where the directory does not say which it refuses. */
function problemsOf({ message, entries = [] }: Refusal, batch: readonly ImportedAccount[]): readonly string[] {
  if (entries.length > 0) return entries.map(({ index, reason }) => `line ${batch[index]?.line}: ${reason}`);
  return [`lines ${batch[0]?.line} to ${batch.at(-1)?.line}: ${message}`];
}

function outcome(added: number, batch: readonly ImportedAccount[]): string {
  return added === 0 ? "nothing was added" : `${added} accounts were added, none from line ${batch[0]?.line} on`;
}
