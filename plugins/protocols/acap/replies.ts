/** Tagged responses (RFC 2244 §6.2.5): how a command ended. */
import type { AclObject } from "./grammar/acl_arguments.ts";
import { printDatasetName } from "./grammar/names.ts";
import type { Octets } from "./octets.ts";
import { printName } from "./printing/strings.ts";

/** How a command ended. */
export interface Reply {
  /** OK, it was done; NO, it could not be done; BAD, it made no sense. */
  readonly status: "OK" | "NO" | "BAD";
  /** Response code without its parentheses: `TOOMANY 17`. */
  readonly code?: Octets;
  /** For people; one line of ASCII. */
  readonly text: string;
}

/** The command was done. */
export function ok(text: string, code?: Octets): Reply {
  return { status: "OK", text, ...code !== undefined && { code } };
}

/** The command could not be done. */
export function no(text: string, code?: Octets): Reply {
  return { status: "NO", text, ...code !== undefined && { code } };
}

/** The command made no sense. */
export function bad(text: string): Reply {
  return { status: "BAD", text };
}

/** What follows the tag, or the asterisk of an untagged response. */
export function printReply({ status, code, text }: Reply): Octets {
  return `${status} ${code === undefined ? "" : `(${code}) `}${printName(text)}`;
}

/** A command cannot be done, for a reason that the client is told. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  /** The reply. */
  readonly reply: Reply;

  /** @param reply The reply. */
  constructor(reply: Reply) {
    super(reply.text);
    this.reply = reply;
  }
}

/** RFC 2244 §3.6: there is no such dataset, or none that may be seen: that looks the same. */
export function noSuchDataset(dataset: readonly string[]): CommandRefused {
  return new CommandRefused(no("There is no such dataset", `NOEXIST ${printName(printDatasetName(dataset))}`));
}

/** RFC 2244 §3.6: the rights do not suffice. @param object Whose access control list says so. */
export function noPermission(object: AclObject): CommandRefused {
  return new CommandRefused(no("You may not do that", `PERMISSION ${printAclObject(object)}`));
}

/** RFC 2244 §3.6: what is stored is not what it must be. */
export function invalid(path: string, attribute: string): CommandRefused {
  return new CommandRefused(no("That value is not valid there", `INVALID ${printName(path)} ${printName(attribute)}`));
}

/** RFC 2244 §8, acl-object. */
export function printAclObject({ dataset, attribute, entry }: AclObject): Octets {
  const names = [printDatasetName(dataset), attribute, entry].filter((name) => name !== undefined);
  return `(${names.map(printName).join(" ")})`;
}
