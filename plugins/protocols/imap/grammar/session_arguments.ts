/** Arguments of commands on the session itself: who the client is, what it understands, what it gives up. */
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { keywordTable } from "./keyword_table.ts";
import type { Scanner } from "./scanner.ts";
import { printList, printString, printText, type WireText } from "./wire_text.ts";

/** Arguments of LOGIN (RFC 9051 §6.2.3). */
export interface LoginArguments {
  /** Who. */
  readonly user: string;
  /** Never to be logged. */
  readonly password: string;
}

/** Arguments of AUTHENTICATE (RFC 9051 §6.2.2). */
export interface AuthenticateArguments {
  /** In upper case. */
  readonly mechanism: string;
  /** As written: base64, or `=` for an empty one (RFC 4959 §3). */
  readonly initialResponse?: string;
}

/** Arguments of ID (RFC 2971 §3.1): names and values, or nothing. */
export type IdArguments = readonly (readonly [name: string, value: string | undefined])[] | undefined;

const algorithms = keywordTable(["DEFLATE"]);

/** Reads what follows `LOGIN `. @throws Malformed. */
export function expectLoginArguments(scanner: Scanner): LoginArguments {
  const user = scanner.expectText("a user name");
  scanner.expectSpace();
  const password = scanner.expectText("a password");
  scanner.expectEnd();
  return { user, password };
}

/** Writes arguments of LOGIN. */
export function printLoginArguments({ user, password }: LoginArguments): WireText {
  return `${printText(user)} ${printText(password)}`;
}

/** Reads what follows `AUTHENTICATE `. @throws Malformed. */
export function expectAuthenticateArguments(scanner: Scanner): AuthenticateArguments {
  const mechanism = scanner.expectAtom("the name of a mechanism").toUpperCase();
  // RFC 9051 §9: base64 may have no octets, and mutt's has none where there is no response; RFC 4959 §3: "=" is an empty
  // one.
  const initialResponse = scanner.acceptSpace() && !scanner.isAtEnd ? scanner.expectAtom("base64") : undefined;
  scanner.expectEnd();
  return { mechanism, ...initialResponse === undefined ? {} : { initialResponse } };
}

/** Writes arguments of AUTHENTICATE. */
export function printAuthenticateArguments({ mechanism, initialResponse }: AuthenticateArguments): WireText {
  return initialResponse === undefined ? mechanism : `${mechanism} ${initialResponse}`;
}

/** Reads what follows `ENABLE `: capabilities, in upper case (RFC 5161 §3.1). @throws Malformed. */
export function expectEnableArguments(scanner: Scanner): readonly string[] {
  const capabilities = scanner.expectItems(() => scanner.expectAtom("a capability").toUpperCase());
  scanner.expectEnd();
  return capabilities;
}

/** Reads what follows `ID `. @throws Malformed. */
export function expectIdArguments(scanner: Scanner): IdArguments {
  if (scanner.acceptKeyword("NIL")) {
    scanner.expectEnd();
    return undefined;
  }
  const parameters = scanner.expectList((): [string, string | undefined] => {
    const name = scanner.expectText("the name of a parameter");
    scanner.expectSpace();
    return [name, scanner.acceptKeyword("NIL") ? undefined : scanner.expectText("a string or NIL")];
  }, 0);
  scanner.expectEnd();
  return parameters;
}

/** Writes arguments of ID. */
export function printIdArguments(parameters: IdArguments): WireText {
  if (parameters === undefined) return "NIL";
  const quoted = (text: string) => printString(encodeUtf8(text));
  return printList(parameters.map(([name, value]) => `${quoted(name)} ${value === undefined ? "NIL" : quoted(value)}`));
}

/** Reads what follows `COMPRESS `: an algorithm (RFC 4978 §3). @throws Malformed. */
export function expectCompressArgument(scanner: Scanner): "DEFLATE" {
  const algorithm = scanner.expectOneOf(algorithms, "DEFLATE");
  scanner.expectEnd();
  return algorithm;
}

/** Reads what follows the name LANGUAGE (RFC 5255 §3.2): a space and a text, any number of times. @throws Malformed. */
export function expectPreferences(scanner: Scanner): readonly string[] {
  const preferences = scanner.acceptSpace() ? scanner.expectItems(() => scanner.expectText()) : [];
  scanner.expectEnd();
  return preferences;
}

/** Writes what `expectPreferences` reads. */
export function printPreferences(preferences: readonly string[]): WireText {
  return preferences.map((preference) => ` ${printText(preference)}`).join("");
}

/**
 * Reads what follows `CANCELUPDATE ` (RFC 5267 §4.3.5): tags in quotes (§5); some clients send them as they are.
 * @throws Malformed.
 */
export function expectTags(scanner: Scanner): readonly string[] {
  const tags = scanner.expectItems(() => latin1(scanner.expectAstring("the tag of a search")));
  scanner.expectEnd();
  return tags;
}

/** Writes tags in quotes. */
export function printTags(tags: readonly string[]): WireText {
  return tags.map((tag) => printString(latin1Bytes(tag))).join(" ");
}
