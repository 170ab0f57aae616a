/** Writes search keys, so that reading them gives the same. */
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { printDate } from "./date_time.ts";
import type { SearchKey } from "./search_keys.ts";
import { printSequenceSet } from "./sequence_set.ts";
import { printAstring, printList, printString, type WireText } from "./wire_text.ts";

/** Keys parted by spaces. */
export function printSearchKeys(keys: readonly SearchKey[]): WireText {
  return keys.map(printSearchKey).join(" ");
}

/** One key. */
function printSearchKey(key: SearchKey): WireText {
  switch (key.key) {
    case "BCC":
    case "BODY":
    case "CC":
    case "FROM":
    case "SUBJECT":
    case "TEXT":
    case "TO":
      return `${key.key} ${printAstring(key.text)}`;
    case "HEADER":
      return `HEADER ${printAstring(latin1Bytes(key.field))} ${printAstring(key.text)}`;
    case "BEFORE":
    case "ON":
    case "SAVEDBEFORE":
    case "SAVEDON":
    case "SAVEDSINCE":
    case "SENTBEFORE":
    case "SENTON":
    case "SENTSINCE":
    case "SINCE":
      return `${key.key} ${printDate(key.date)}`;
    case "KEYWORD":
    case "UNKEYWORD":
      return `${key.key} ${key.keyword}`;
    case "LARGER":
    case "SMALLER":
      return `${key.key} ${key.size}`;
    case "OLDER":
    case "YOUNGER":
      return `${key.key} ${key.seconds}`;
    case "MODSEQ":
      return key.entry === undefined ? `MODSEQ ${key.modseq}` : `MODSEQ ${printEntry(key.entry)} ${key.modseq}`;
    case "EMAILID":
    case "THREADID":
      return `${key.key} ${key.id}`;
    case "FILTER":
      return `FILTER ${key.name}`;
    case "UIDAFTER":
    case "UIDBEFORE":
      return `${key.key} ${key.uid}`;
    case "UID":
      return `UID ${printSequenceSet(key.set)}`;
    case "NUMBER":
      return printSequenceSet(key.set);
    case "NOT":
    case "FUZZY":
      return `${key.key} ${printSearchKey(key.operand)}`;
    case "OR":
      return key.operands.slice(1).map(() => "OR ").join("") + printSearchKeys(key.operands);
    case "AND":
      return printList(key.operands.map(printSearchKey));
    default:
      return key.key;
  }
}

function printEntry({ flag, type }: { readonly flag: string; readonly type: string }): WireText {
  return `${printString(latin1Bytes(`/flags/${flag}`))} ${type}`;
}
