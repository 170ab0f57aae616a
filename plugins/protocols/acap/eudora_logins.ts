/** Eudora's own ways of logging in: it was written before RFC 2244 was, and before PLAIN had its NULs. Pure. */
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import type { Scanner } from "./grammar/scanner.ts";
import type { AuthenticateArguments } from "./grammar/session_arguments.ts";

/** RFC 4616 §2: a message of PLAIN has two NULs. Eudora's has none, but a space between name and password. */
export function eudorasPlain(given: AuthenticateArguments): AuthenticateArguments {
  const { mechanism, initial } = given;
  if (mechanism !== "PLAIN" || initial === undefined || initial.includes(0)) return given;
  const text = latin1(initial), space = text.indexOf(" ");
  if (space < 0) return given;
  return { mechanism, initial: latin1Bytes(`\0${text.slice(0, space)}\0${text.slice(space + 1)}`) };
}

/** Reads `login NAME PASSWORD`, neither quoted: a name without spaces, and all that is left. @throws Malformed. */
export function expectEudorasLogin(scanner: Scanner): { readonly login: string; readonly password: string } {
  scanner.expectSpace();
  const start = scanner.at;
  const octets: number[] = [];
  for (let octet = scanner.peek(); octet !== undefined; octet = scanner.peek()) {
    octets.push(octet);
    scanner.skipTo(scanner.at + 1);
  }
  const [, login = "", password = ""] = /^([^ ]+) (.+)$/.exec(decodeUtf8(Uint8Array.from(octets)) ?? "") ?? [];
  if (login === "") throw scanner.malformed("a name and a password", start);
  return { login, password };
}
