/** Printing addresses (RFC 5322 §3.4): `parseAddressList(printAddressList(list))` is `list`. */
import type { MessageAddress } from "../contract/message.ts";
import { isAtext } from "./field_text.ts";

/** The value of an address field, groups included. Line ends and NUL in any part become spaces. */
export function printAddressList(list: readonly MessageAddress[]): string {
  let text = "";
  let separator = "";
  for (const entry of list) {
    if (entry.host === undefined && entry.mailbox === undefined) {
      text += ";";
      separator = ", ";
    } else if (entry.host === undefined) {
      text += `${separator}${phrase(entry.mailbox ?? "")}:`;
      separator = " ";
    } else {
      text += separator + printAddress(entry);
      separator = ", ";
    }
  }
  return text;
}

/** One address: `Name <local@host>`, or only `local@host` when it has no name. */
export function printAddress(address: MessageAddress): string {
  const spec = addressSpec(address);
  const route = address.route ? `${clean(address.route)}:` : "";
  const name = address.name ?? "";
  if (name === "" && route === "" && spec !== "") return spec;
  return `${name === "" ? "" : `${phrase(name)} `}<${route}${spec}>`;
}

/** `local@host` with the local part quoted where it must be (RFC 5322 §3.4.1); only the local part if there is no host. */
export function addressSpec(address: MessageAddress): string {
  const local = clean(address.mailbox ?? "");
  const host = clean(address.host ?? "");
  const printed = isDotAtom(local) ? local : quoted(local);
  if (host === "") return local === "" ? "" : printed;
  return `${printed}@${host}`;
}

/** RFC 5322 §3.2.5: words as they are if all of them are atoms (encoded words are), else one quoted string. */
function phrase(text: string): string {
  const words = clean(text);
  return words !== "" && words.split(" ").every(isDotAtom) ? words : quoted(words);
}

/** RFC 5322 §3.2.3: atoms parted by single dots. */
function isDotAtom(text: string): boolean {
  let afterDot = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (afterDot) return false;
      afterDot = true;
    } else if (isAtext(code) && !isSpaceCharacter(text.charAt(at))) {
      afterDot = false;
    } else {
      return false;
    }
  }
  return !afterDot;
}

/** White space beyond ASCII is atext by the letter, but would not survive a reader that trims. */
function isSpaceCharacter(character: string): boolean {
  return /\s/.test(character);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** No value may end a line and begin another field. */
function clean(text: string): string {
  return text.replace(/[\r\n\0]+/g, " ");
}
