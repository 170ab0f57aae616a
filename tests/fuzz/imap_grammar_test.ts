import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import * as acl from "../../plugins/protocols/imap/grammar/acl_arguments.ts";
import { AppendReader } from "../../plugins/protocols/imap/grammar/append_arguments.ts";
import * as create from "../../plugins/protocols/imap/grammar/create_parameters.ts";
import * as fetch from "../../plugins/protocols/imap/grammar/fetch_arguments.ts";
import * as list from "../../plugins/protocols/imap/grammar/list_arguments.ts";
import * as mailbox from "../../plugins/protocols/imap/grammar/mailbox_arguments.ts";
import * as metadata from "../../plugins/protocols/imap/grammar/metadata_arguments.ts";
import * as notify from "../../plugins/protocols/imap/grammar/notify_arguments.ts";
import * as quota from "../../plugins/protocols/imap/grammar/quota_arguments.ts";
import { Malformed, type NameForm, Scanner } from "../../plugins/protocols/imap/grammar/scanner.ts";
import * as search from "../../plugins/protocols/imap/grammar/search_arguments.ts";
import * as select from "../../plugins/protocols/imap/grammar/select_parameters.ts";
import * as session from "../../plugins/protocols/imap/grammar/session_arguments.ts";
import * as status from "../../plugins/protocols/imap/grammar/status_items.ts";
import * as store from "../../plugins/protocols/imap/grammar/store_arguments.ts";
import * as urlauth from "../../plugins/protocols/imap/grammar/urlauth_arguments.ts";
import { quickly } from "../core/message/quickly.ts";

/** A command's arguments: how they are read, and how what was read is written and read again. */
interface Grammar {
  readonly read: (scanner: Scanner) => unknown;
  readonly again: (scanner: Scanner) => { readonly first: unknown; readonly second: unknown };
}

function grammar<Value>(
  read: (scanner: Scanner) => Value,
  print: (value: Value, form: NameForm) => string,
): Grammar {
  return {
    read,
    again(scanner) {
      const first = read(scanner), form = scanner.nameForm;
      return { first, second: read(new Scanner(latin1Bytes(print(first, form)), form)) };
    },
  };
}

const grammars: readonly Grammar[] = [
  grammar(acl.expectMailboxIdentifier, acl.printMailboxIdentifier),
  grammar(acl.expectSetAclArguments, acl.printSetAclArguments),
  grammar(create.expectCreateArguments, create.printCreateArguments),
  grammar((scanner) => fetch.expectFetchArguments(scanner, true), fetch.printFetchArguments),
  grammar(list.expectListArguments, list.printListArguments),
  grammar(list.expectLsubArguments, list.printLsubArguments),
  grammar(mailbox.expectRenameArguments, mailbox.printRenameArguments),
  grammar(mailbox.expectCopyArguments, mailbox.printCopyArguments),
  grammar(metadata.expectGetMetadataArguments, metadata.printGetMetadataArguments),
  grammar(metadata.expectSetMetadataArguments, metadata.printSetMetadataArguments),
  grammar(notify.expectNotifyArguments, notify.printNotifyArguments),
  grammar(quota.expectQuotaRoot, quota.printQuotaRoot),
  grammar(quota.expectSetQuotaArguments, quota.printSetQuotaArguments),
  grammar(search.expectSearchArguments, search.printSearchArguments),
  grammar(search.expectSortArguments, search.printSortArguments),
  grammar(search.expectThreadArguments, search.printThreadArguments),
  grammar(search.expectMultisearchArguments, search.printMultisearchArguments),
  grammar(select.expectSelectArguments, select.printSelectArguments),
  grammar(session.expectAuthenticateArguments, session.printAuthenticateArguments),
  grammar(session.expectEnableArguments, (names) => names.join(" ")),
  grammar(session.expectIdArguments, session.printIdArguments),
  grammar(session.expectLoginArguments, session.printLoginArguments),
  grammar(session.expectPreferences, session.printPreferences),
  grammar(session.expectTags, session.printTags),
  grammar(status.expectStatusArguments, status.printStatusArguments),
  grammar(store.expectStoreArguments, store.printStoreArguments),
  grammar(urlauth.expectGenUrlAuthArguments, urlauth.printGenUrlAuthArguments),
  grammar(urlauth.expectResetKeyArguments, urlauth.printResetKeyArguments),
  grammar(urlauth.expectUrlFetchArguments, urlauth.printUrlFetchArguments),
];

/** Arguments that make sense somewhere. */
const sensible = [
  "INBOX",
  '"a b" lrswipkxtea',
  "MySpecial (USE (\\Drafts \\Sent))",
  "2,4:7,* (FLAGS BODY.PEEK[1.2.HEADER.FIELDS (DATE FROM)]<0.100> BINARY.SIZE[1] PREVIEW (LAZY))",
  "1:* ALL (CHANGEDSINCE 12345 VANISHED PARTIAL -1:-3)",
  '(SUBSCRIBED RECURSIVEMATCH) "" (% "a/*") RETURN (CHILDREN STATUS (SIZE) METADATA ("/shared/comment"))',
  "&AOQ- &ZeVnLIqe-",
  "(MAXSIZE 1024 DEPTH infinity) INBOX (/shared/comment /private/comment)",
  'INBOX (/private/comment "x" /private/y NIL /private/z ~{2}\r\n\0\xff)',
  "SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge)) (subtree (a b) NONE)",
  '"" (STORAGE 512 MESSAGE 3)',
  "RETURN (MIN SAVE PARTIAL 1:5 UPDATE (UID)) CHARSET UTF-8 OR (NOT SEEN FROM x) HEADER a {1}\r\nb",
  'FUZZY SINCE "1-Feb-1994" MODSEQ "/flags/\\\\Seen" all 5 UID 1:* KEYWORD $x YOUNGER 5 $ LARGER 7',
  "(SUBJECT REVERSE DATE) UTF-8 ALL",
  "REFERENCES us-ascii SENTON 5-MAR-2000",
  'IN (mailboxes ("a" b) personal) RETURN () TEXT "\xc3\xa4"',
  "INBOX (QRESYNC (1 2 41,43:211 (1,3 5,7)) CONDSTORE)",
  '("name" "x" "version" NIL)',
  "7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted $x)",
  ' "de" "i-default"',
  '"imap://joe@example.com/INBOX/;uid=20;urlauth=submit+fred" INTERNAL',
];

const pieces = fc.constantFrom(
  ...' ()[]{}<>%*"\\&+-.,:;/$~=0',
  ...[
    "\r\n",
    "\0",
    "\xff",
    "\xc3\xa4",
    "{3}\r\n",
    "{99}\r\n",
    "~{1}\r\n",
    "NIL",
    "NOT ",
    "OR ",
    "((",
    "1:*",
    "UID",
    "&AOQ",
  ],
);
/** Some of the above, with a piece taken out, put in, or both. */
const damaged = fc.tuple(
  fc.constantFrom(...sensible),
  fc.array(fc.tuple(fc.nat(120), fc.nat(4), pieces), { maxLength: 3 }),
)
  .map(([text, changes]) =>
    changes.reduce(
      (so, [at, length, piece]) => so.slice(0, at) + (length === 0 ? piece : "") + so.slice(at + length),
      text,
    )
  );
const mixed = fc.array(fc.oneof(pieces, fc.constantFrom(...sensible.flatMap((text) => text.split(/(?<=[ (])/)))), {
  maxLength: 12,
}).map((some) => some.join(""));
const noise = fc.uint8Array({ maxLength: 60 }).map((octets) => String.fromCharCode(...octets));
const input = fc.oneof({ weight: 4, arbitrary: damaged }, { weight: 4, arbitrary: mixed }, noise);
const forms = fc.constantFrom<NameForm>("utf-8", "modified-utf-7");

/** Runs a parser: whatever it says, it says as a value or as Malformed, and names a place that there is. */
function tried<Value>(octets: Uint8Array, parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    assert(error.at >= 0 && error.at <= octets.length, `octet ${error.at} of ${octets.length}`);
    assert(/^[ -~]+$/.test(error.expected), error.expected);
    return undefined;
  }
}

Deno.test("fuzz imap grammar: any octets are read, or malformed somewhere in them, and nothing else happens", () => {
  let accepted = 0;
  fc.assert(
    fc.property(input, forms, (text, form) => {
      const octets = latin1Bytes(text);
      for (const { read } of grammars) {
        if (tried(octets, () => [read(new Scanner(octets, form))]) !== undefined) accepted++;
      }
    }),
    { numRuns: 10_000 },
  );
  assert(accepted > 5000, `only ${accepted} were read: the input is too wild to show anything`);
});

Deno.test("fuzz imap grammar: whatever is read is written, and read as the same", () => {
  fc.assert(
    fc.property(input, forms, (text, form) => {
      const octets = latin1Bytes(text);
      for (const { again } of grammars) {
        const both = tried(octets, () => again(new Scanner(octets, form)));
        if (both !== undefined) assertEquals(both.second, both.first);
      }
    }),
    { numRuns: 5000 },
  );
});

Deno.test("fuzz imap grammar: a stretch of APPEND, whatever it holds, is read or malformed", () => {
  const stretches = fc.array(
    fc.array(
      fc.constantFrom("a ", "(\\Seen) ", "CATENATE (", "TEXT ", "URL ", "URL x", "UTF8 (", ")", " ", '"a"', "4 "),
      { maxLength: 8 },
    ).map((some) => some.join("")),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(stretches, fc.boolean(), fc.boolean(), (texts, isReplace, isBinary) => {
      const reader = new AppendReader(isReplace);
      for (const [index, text] of texts.entries()) {
        const octets = latin1Bytes(text);
        const literal = index === texts.length - 1 ? undefined : { isBinary };
        const stretch = tried(octets, () => reader.read(new Scanner(octets), literal));
        if (stretch === undefined) return;
        assertEquals(stretch.literal === undefined, literal === undefined);
      }
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("fuzz imap grammar: a megabyte of one thing is read once, not again and again", () => {
  const repeated = [
    ...sensible,
    "(",
    "1:",
    "1,",
    "a ",
    "() ",
    "NOT ",
    "OR ALL ",
    "{1}\r\na ",
    "\\a ",
    '"\\\\',
    "&AOQ-",
    "0",
    "BODY[1.",
    "(ALL ",
  ];
  for (const piece of repeated) {
    const octets = latin1Bytes(piece.repeat(1_000_000 / piece.length));
    const listed = latin1Bytes(`(${piece.repeat(1_000_000 / piece.length)}`);
    quickly(piece, () => {
      for (const { read } of grammars) {
        tried(octets, () => read(new Scanner(octets)));
        tried(listed, () => read(new Scanner(listed)));
      }
    });
  }
});
