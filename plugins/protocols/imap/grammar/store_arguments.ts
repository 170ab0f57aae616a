/** Arguments of STORE and UID STORE (RFC 9051 §6.4.6; modifiers: RFC 4466 §2.5, RFC 7162 §3.1.3). */
import { expectFlag, expectFlagList, printFlagList } from "./flags.ts";
import type { Scanner } from "./scanner.ts";
import { expectSequenceSet, printSequenceSet, type SequenceSet } from "./sequence_set.ts";
import type { WireText } from "./wire_text.ts";

/** Arguments of STORE. */
export interface StoreArguments {
  /** Which messages. */
  readonly set: SequenceSet;
  /** Only those that did not change after this. */
  readonly unchangedSince?: bigint;
  /** Whether flags replace those that there are, are added, or are removed. */
  readonly mode: "set" | "add" | "remove";
  /** Whether the new flags are not to be told. */
  readonly silent: boolean;
  /** Which. */
  readonly flags: readonly string[];
}

const signs: Readonly<Record<StoreArguments["mode"], string>> = { set: "", add: "+", remove: "-" };

/** Reads what follows `STORE `. @throws Malformed. */
export function expectStoreArguments(scanner: Scanner): StoreArguments {
  const set = expectSequenceSet(scanner);
  scanner.expectSpace();
  const unchangedSince = scanner.isNext("(") ? expectUnchangedSince(scanner) : undefined;
  const mode = scanner.accept("+") ? "add" : scanner.accept("-") ? "remove" : "set";
  const silent = scanner.acceptKeyword("FLAGS.SILENT");
  if (!silent && !scanner.acceptKeyword("FLAGS")) throw scanner.malformed("FLAGS or FLAGS.SILENT");
  scanner.expectSpace();
  const flags = scanner.isNext("(") ? expectFlagList(scanner) : scanner.expectItems(expectFlag);
  scanner.expectEnd();
  return { set, ...unchangedSince === undefined ? {} : { unchangedSince }, mode, silent, flags };
}

/** Writes arguments of STORE. */
export function printStoreArguments({ set, unchangedSince, mode, silent, flags }: StoreArguments): WireText {
  const modifier = unchangedSince === undefined ? "" : `(UNCHANGEDSINCE ${unchangedSince}) `;
  const item = `${signs[mode]}FLAGS${silent ? ".SILENT" : ""}`;
  return `${printSequenceSet(set)} ${modifier}${item} ${printFlagList(flags)}`;
}

/** And the space after it. RFC 7162 §7: it is given once. */
function expectUnchangedSince(scanner: Scanner): bigint {
  scanner.expect("(");
  scanner.expectKeyword("UNCHANGEDSINCE");
  scanner.expectSpace();
  const modseq = scanner.expectNumber64("a mod-sequence");
  scanner.expect(")");
  scanner.expectSpace();
  return modseq;
}
