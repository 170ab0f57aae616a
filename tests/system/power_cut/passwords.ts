/** Accounts that are made and changed on the command line beside a running server. */
import { assertEquals } from "@std/assert";
import type { Storage } from "../../../core/contract/storage.ts";
import { unseal } from "../../../plugins/directories/local/seal.ts";
import { SealKeyFile } from "../../../plugins/directories/local/seal_key_file.ts";
import type { Recorder } from "../../support/power_cut/recorder.ts";
import { runMain } from "../../support/run_main.ts";
import type { ServerHome } from "../../support/spawn_server.ts";
import type { Standing } from "./check.ts";
import type { Promised } from "./promise.ts";

/** Their addresses. */
const addresses = ["made1@example.org", "made2@example.org"] as const;

/** What is done. */
const commands: readonly (readonly ["add" | "password", (typeof addresses)[number]])[] = [
  ["add", addresses[0]],
  ["password", addresses[0]],
  ["add", addresses[1]],
  ["password", addresses[0]],
];

/** Does it all, and gives what was promised. */
export async function changePasswords(home: ServerHome, recorder: Recorder): Promise<Promised[]> {
  const promises: Promised[] = [], passwords = new Map<string, string>();
  for (const [index, [what, address]] of commands.entries()) {
    const { under, program } = recorder.next(), password = `long password ${index}`;
    const words = ["account", what, address, "--password-stdin", "--config", home.file];
    const { code, stderr } = await runMain(words, { stdin: password, folder: home.folder, under });
    assertEquals(code, 0, stderr);
    passwords.set(address, password);
    promises.push({ what: `account ${what} ${address}`, told: { program }, state: print(passwords) });
  }
  return promises;
}

/** The passwords that a storage has, opened with the key file in its folder; undefined where it has none of them. */
export async function storedPasswords(storage: Storage, folder: string): Promise<Standing | undefined> {
  const found = new Map<string, string>();
  for (const address of addresses) {
    const sealed = (await storage.accountByAddress(address))?.secrets.plain;
    if (sealed === undefined) continue;
    found.set(address, unseal(await new SealKeyFile(folder).read(), address, sealed) ?? "sealed under another key");
  }
  return found.size === 0 ? undefined : { text: print(found) };
}

function print(passwords: ReadonlyMap<string, string>): string {
  return [...passwords].map((one) => one.join(" has ")).join("\n");
}
