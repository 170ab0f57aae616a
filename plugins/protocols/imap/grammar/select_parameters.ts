/** Arguments of SELECT and EXAMINE (RFC 9051 §6.3.2; parameters: RFC 4466 §2.1, RFC 7162). */
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { expectNumberSet, type NumberSet, printSequenceSet } from "./sequence_set.ts";
import { printList, type WireText } from "./wire_text.ts";

/** What a client knows of a mailbox that it opens again (RFC 7162 §3.2.5). */
export interface KnownState {
  /** Of when it was last there. */
  readonly uidValidity: number;
  /** The same. */
  readonly modseq: bigint;
  /** UIDs of messages that it has; absent: of all. */
  readonly uids?: NumberSet;
  /** Some sequence numbers, and the UIDs that they had: both ascending, and as many. */
  readonly match?: { readonly numbers: NumberSet; readonly uids: NumberSet };
}

/** Arguments of SELECT. */
export interface SelectArguments {
  /** Which mailbox. */
  readonly mailbox: string;
  /** RFC 7162 §3.1.8: mod-sequences are wanted from now on. */
  readonly condstore: boolean;
  /** Present: what changed since is wanted. */
  readonly qresync?: KnownState;
}

/** Reads what follows `SELECT ` or `EXAMINE `. @throws Malformed. */
export function expectSelectArguments(scanner: Scanner): SelectArguments {
  const mailbox = expectMailboxName(scanner);
  let condstore = false, qresync: KnownState | undefined;
  if (scanner.acceptSpace()) {
    scanner.expectList(() => {
      if (!condstore && scanner.acceptKeyword("CONDSTORE")) condstore = true;
      else if (qresync === undefined && scanner.acceptKeyword("QRESYNC")) qresync = expectKnownState(scanner);
      else throw scanner.malformed("CONDSTORE or QRESYNC, each once");
    });
  }
  scanner.expectEnd();
  return { mailbox, condstore, ...qresync === undefined ? {} : { qresync } };
}

/** Writes arguments of SELECT. */
export function printSelectArguments({ mailbox, condstore, qresync }: SelectArguments, form: NameForm): WireText {
  const parameters = [
    ...condstore ? ["CONDSTORE"] : [],
    ...qresync === undefined ? [] : [`QRESYNC ${printKnownState(qresync)}`],
  ];
  return [printMailboxName(mailbox, form), ...parameters.length === 0 ? [] : [printList(parameters)]].join(" ");
}

/** And the space before it. RFC 7162 §7: what is known of UIDs may be left out, and the match with them or without. */
function expectKnownState(scanner: Scanner): KnownState {
  scanner.expectSpace();
  scanner.expect("(");
  const uidValidity = scanner.expectNzNumber("a UIDVALIDITY");
  scanner.expectSpace();
  // §7 has no 0 here; clients that know of no mod-sequence yet send it, and it can only mean all.
  const modseq = scanner.expectNumber64("a mod-sequence");
  const uids = scanner.isNext(" ") && !scanner.isNext(" (") ? expectAfterSpace(scanner, expectNumberSet) : undefined;
  const match = scanner.isNext(" ") ? expectAfterSpace(scanner, expectMatch) : undefined;
  scanner.expect(")");
  return { uidValidity, modseq, ...uids === undefined ? {} : { uids }, ...match === undefined ? {} : { match } };
}

function expectMatch(scanner: Scanner): Required<KnownState>["match"] {
  scanner.expect("(");
  const numbers = expectNumberSet(scanner);
  const uids = expectAfterSpace(scanner, expectNumberSet);
  scanner.expect(")");
  return { numbers, uids };
}

function printKnownState({ uidValidity, modseq, uids, match }: KnownState): WireText {
  return printList([
    String(uidValidity),
    String(modseq),
    ...uids === undefined ? [] : [printSequenceSet(uids)],
    ...match === undefined ? [] : [printList([printSequenceSet(match.numbers), printSequenceSet(match.uids)])],
  ]);
}

function expectAfterSpace<Value>(scanner: Scanner, read: (scanner: Scanner) => Value): Value {
  scanner.expectSpace();
  return read(scanner);
}
