/** What an entry says (RFC 2378 §1.1.1, appendix A): of an account nothing is known but its address. */
import { localPart, nameOf } from "../account_name.ts";
import { isIn, type Pattern } from "./pattern.ts";

/** A field of all entries. */
export interface Field {
  /** Its name. */
  readonly name: string;
  /** Its number, as in RFC 2378 §3.3's example. */
  readonly id: number;
  /** The most characters of a value. */
  readonly max: number;
  /** For people. */
  readonly description: string;
  /** What it says of an address. */
  value(address: string): string;
  /** Whether a search finds it there. */
  matches(pattern: Pattern, address: string): boolean;
}

/** RFC 2378 §1.1.1: all are searched by, may be seen by everybody, and are shown without being asked for. */
export const keywords = "Indexed Lookup Public Default";

/** RFC 5321 §4.5.3.1. */
const LONGEST = 256;

/** An address is found by its local part too: "@" parts no words in RFC 2378. */
function addressField(name: string, id: number, description: string): Field {
  return {
    ...{ name, id, max: LONGEST, description },
    value: (address) => address,
    matches: (pattern, address) => isIn(pattern, address, [localPart(address)]),
  };
}

/** All, in the order in which they are shown. */
export const fields: readonly Field[] = [
  addressField("alias", 6, "Unique name for user."),
  {
    ...{ name: "name", id: 3, max: LONGEST, description: "Full name, as far as the address tells." },
    value: nameOf,
    matches: (pattern, address) => isIn(pattern, nameOf(address), [localPart(address)]),
  },
  addressField("email", 2, "Account to receive electronic mail."),
];

/** The field of a name. */
export function fieldOf(name: string): Field | undefined {
  return fields.find((field) => field.name === name.toLowerCase());
}
