/** The arguments of AUTHENTICATE, LANG and of the commands that take contexts (RFC 2244 §6). */
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { expectContext } from "./names.ts";
import type { Scanner } from "./scanner.ts";

/** What AUTHENTICATE is given. */
export interface AuthenticateArguments {
  /** In upper case. */
  readonly mechanism: string;
  /** As it is, not in Base64; absent is not empty. */
  readonly initial: Uint8Array | undefined;
}

/** Reads the arguments of AUTHENTICATE. @throws Malformed. */
export function expectAuthenticateArguments(scanner: Scanner): AuthenticateArguments {
  scanner.expectSpace();
  const mechanism = scanner.expectName("a mechanism").toUpperCase();
  const initial = scanner.acceptSpace() ? latin1Bytes(scanner.expectValue()) : undefined;
  scanner.expectEnd();
  return { mechanism, initial };
}

/** Reads the tags of LANG, of which there may be none. @throws Malformed. */
export function expectLanguageTags(scanner: Scanner): readonly string[] {
  const tags = scanner.acceptSpace() ? scanner.expectItems(() => scanner.expectName("a language tag")) : [];
  scanner.expectEnd();
  return tags;
}

/** Reads the names of contexts, at least one. @throws Malformed. */
export function expectContexts(scanner: Scanner): readonly string[] {
  scanner.expectSpace();
  const contexts = scanner.expectItems(() => expectContext(scanner));
  scanner.expectEnd();
  return contexts;
}
