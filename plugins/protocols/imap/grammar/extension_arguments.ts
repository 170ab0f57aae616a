/** Arguments of commands that extensions add: whatever RFC 4466 §2.1 allows for commands that nobody knows yet. */
import type { ImapValue } from "../../../../core/contract/mod.ts";
import type { Scanner } from "./scanner.ts";
import { printList, printText, type WireText } from "./wire_text.ts";

/** Reads what follows the command's name: nothing, or a space and arguments. @throws Malformed. */
export function expectExtensionArguments(scanner: Scanner): readonly ImapValue[] {
  const values = scanner.acceptSpace() ? scanner.expectItems(expectValue) : [];
  scanner.expectEnd();
  return values;
}

/** Writes them. */
export function printExtensionArguments(values: readonly ImapValue[]): WireText {
  return values.map((value) => ` ${printValue(value)}`).join("");
}

function expectValue(scanner: Scanner): ImapValue {
  return scanner.isNext("(") ? scanner.expectList(expectValue, 0) : scanner.expectText();
}

function printValue(value: ImapValue): WireText {
  return typeof value === "string" ? printText(value) : printList(value.map(printValue));
}
