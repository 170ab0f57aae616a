/** LIST and LSUB responses (RFC 9051 §7.3.1, RFC 3501 §7.2.3). */
import type { NameForm } from "../grammar/scanner.ts";
import { printName } from "./mailbox_names.ts";

/** A name that is listed. */
export interface ListedName {
  /** In the user's names. */
  readonly name: string;
  /** With their backslashes. */
  readonly attributes: readonly string[];
  /** RFC 5258 §3.5: selection options that something below it meets. */
  readonly childInfo?: readonly string[];
  /** RFC 9051 §6.3.9.7: what it was called before. */
  readonly oldName?: string;
}

/** A response without its asterisk. Extended items only for clients that have asked for such (RFC 5258 §3). */
export function printListed(kind: "LIST" | "LSUB", listed: ListedName, form: NameForm): string {
  const { name, attributes, childInfo = [], oldName } = listed;
  const items = [
    ...childInfo.length > 0 ? [`"CHILDINFO" (${childInfo.map((option) => `"${option}"`).join(" ")})`] : [],
    ...oldName === undefined ? [] : [`"OLDNAME" (${printName(oldName, form)})`],
  ];
  const extended = items.length > 0 ? ` (${items.join(" ")})` : "";
  return `${kind} (${attributes.join(" ")}) "/" ${printName(name, form)}${extended}`;
}
