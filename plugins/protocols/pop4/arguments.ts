/** Arguments of POP4's verbs: words with spaces between them. */
import { words } from "../pop3/command.ts";
import { parseFolderName } from "./grammar/folder_name.ts";
import { type MessageSet, parseMessageSet } from "./grammar/message_set.ts";

/** One folder. */
export function oneFolder(argument: string | undefined): { readonly value: string } | undefined {
  const [word = "", ...more] = words(argument);
  const name = parseFolderName(word);
  return name === undefined || more.length > 0 ? undefined : { value: name };
}

/** One folder, or none. */
export function optionalFolder(argument: string | undefined): { readonly value: string | undefined } | undefined {
  return words(argument).length === 0 ? { value: undefined } : oneFolder(argument);
}

/** Two folders. */
export function twoFolders(argument: string | undefined): { readonly value: readonly [string, string] } | undefined {
  const [one = "", other = "", ...more] = words(argument);
  const first = parseFolderName(one), second = parseFolderName(other);
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  return { value: [first, second] };
}

/** Messages, and a folder. */
export interface SetAndFolder {
  /** Messages. */
  readonly set: MessageSet;
  /** A folder's name. */
  readonly folder: string;
}

/** Messages, and a folder. */
export function setAndFolder(argument: string | undefined): { readonly value: SetAndFolder } | undefined {
  const [first = "", second = "", ...more] = words(argument);
  const set = parseMessageSet(first), folder = parseFolderName(second);
  return set === undefined || folder === undefined || more.length > 0 ? undefined : { value: { set, folder } };
}
