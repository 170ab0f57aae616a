/** Arguments of GETQUOTA and SETQUOTA (RFC 9208 §4.1). */
import type { Scanner } from "./scanner.ts";
import { printList, printText, type WireText } from "./wire_text.ts";

/** Arguments of SETQUOTA. */
export interface SetQuotaArguments {
  /** Which quota root. */
  readonly root: string;
  /** Resources, in upper case, and their limits; those that are not named have none. */
  readonly limits: readonly (readonly [resource: string, limit: number])[];
}

/** Reads what follows `GETQUOTA `: a quota root. @throws Malformed. */
export function expectQuotaRoot(scanner: Scanner): string {
  const root = scanner.expectText("a quota root");
  scanner.expectEnd();
  return root;
}

/** Writes a quota root. */
export function printQuotaRoot(root: string): WireText {
  return printText(root);
}

/** Reads what follows `SETQUOTA `. @throws Malformed. */
export function expectSetQuotaArguments(scanner: Scanner): SetQuotaArguments {
  const root = scanner.expectText("a quota root");
  scanner.expectSpace();
  const limits = scanner.expectList((): SetQuotaArguments["limits"][number] => {
    const resource = scanner.expectAtom("a resource").toUpperCase();
    scanner.expectSpace();
    return [resource, scanner.expectSize("a limit")];
  }, 0);
  scanner.expectEnd();
  return { root, limits };
}

/** Writes arguments of SETQUOTA. */
export function printSetQuotaArguments({ root, limits }: SetQuotaArguments): WireText {
  return `${printQuotaRoot(root)} ${printList(limits.map(([resource, limit]) => `${resource} ${limit}`))}`;
}
