/** Arbitrary arguments of commands, for tests that print and read them. */
import fc from "fast-check";
import { latin1 } from "../../../../../core/wire/ascii.ts";
import type { CalendarDate } from "../../../../../plugins/protocols/imap/grammar/date_time.ts";
import type { FetchItem, PlainFetchItem } from "../../../../../plugins/protocols/imap/grammar/fetch_items.ts";
import type { MailboxFilter } from "../../../../../plugins/protocols/imap/grammar/mailbox_filter.ts";
import type { MetadataEntry } from "../../../../../plugins/protocols/imap/grammar/metadata_entry.ts";
import type { PartialRange } from "../../../../../plugins/protocols/imap/grammar/partial_range.ts";
import type { NameForm } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import type { OctetRange, Section } from "../../../../../plugins/protocols/imap/grammar/section.ts";
import type {
  NumberSet,
  SequenceItem,
  SequenceSet,
} from "../../../../../plugins/protocols/imap/grammar/sequence_set.ts";

/** Words, and characters with a meaning of their own somewhere. */
const pieces = fc.constantFrom(
  ...'abZ09 ()[]{}<>%*"\\&+-.,:;/$~=?!\t\r\n\x7fäßπ☺😀',
  "NIL",
  "INBOX",
  "{3}\r\n",
  "\\\\",
);

/** Text without NUL. */
export const texts: fc.Arbitrary<string> = fc.array(pieces, { maxLength: 12 }).map((found) => found.join(""));

/** Octets without NUL, UTF-8 or not. */
export const someOctets: fc.Arbitrary<Uint8Array> = fc.oneof(
  texts.map((text) => new TextEncoder().encode(text)),
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 12 }).map((octets) => Uint8Array.from(octets)),
);

/** Any octets. */
export const anyOctets: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 12 }).map((octets) => octets.slice());

/** Octets without NUL, one character each. */
export const octetText: fc.Arbitrary<string> = someOctets.map(latin1);

/** Atoms. */
export const atoms: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(..."abcXYZ019!#$&'+,-./:;<=>?@[^_`|}~"),
  minLength: 1,
  maxLength: 12,
});

/** How names are written. */
export const nameForms: fc.Arbitrary<NameForm> = fc.constantFrom("utf-8", "modified-utf-7");

/** Names of mailboxes, INBOX in capitals; the control characters in some are for whoever keeps them to refuse. */
export const mailboxNames: fc.Arbitrary<string> = texts.map((text) => /^inbox$/i.test(text) ? "INBOX" : text);

const numbers = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 0xffff_ffff }));

/** Items of sequence sets, with numbers up to a largest one. */
export function sequenceItems(largest: number): fc.Arbitrary<SequenceItem[]> {
  const number = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: largest }) }, fc.constant("*" as const));
  return fc.array(fc.oneof(number, fc.tuple(number, number)), { minLength: 1, maxLength: 8 });
}

/** Sequence sets. */
export const sequenceSets: fc.Arbitrary<SequenceSet> = fc.oneof(
  { weight: 5, arbitrary: sequenceItems(0xffff_ffff) },
  fc.constant("$" as const),
);

/** Sets without `*`. */
export const numberSets: fc.Arbitrary<NumberSet> = fc.array(fc.oneof(numbers, fc.tuple(numbers, numbers)), {
  minLength: 1,
  maxLength: 8,
});

/** Non-zero numbers of 32 bits. */
export const nzNumbers: fc.Arbitrary<number> = numbers;

/** Numbers of 63 bits. */
export const numbers64: fc.Arbitrary<bigint> = fc.bigInt({ min: 0n, max: 0x7fff_ffff_ffff_ffffn });

/** Sizes. */
export const sizes: fc.Arbitrary<number> = fc.oneof(fc.nat(100), fc.maxSafeNat());

/** Days. */
export const calendarDates: fc.Arbitrary<CalendarDate> = fc.date({
  min: new Date("0000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T00:00:00Z"),
  noInvalidDate: true,
}).map((date) => ({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }));

/** Instants, in whole seconds. */
export const instants: fc.Arbitrary<Date> = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 })
  .map((seconds) => new Date(seconds * 1000));

/** Flags. */
export const flags: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Junk"),
  atoms,
  atoms.filter((atom) => !/^(seen|answered|flagged|deleted|draft)$/i.test(atom)).map((atom) => `\\${atom}`),
);

/** Ranges of results. */
export const partialRanges: fc.Arbitrary<PartialRange> = fc.tuple(numbers, numbers, fc.constantFrom(1, -1))
  .map(([first, last, sign]) => ({ first: sign * first, last: sign * last }));

const partNumbers = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 5 });

/** Sections. */
export const sections: fc.Arbitrary<Section> = fc.oneof(
  fc.record({ part: partNumbers, what: fc.constantFrom("content" as const, "header" as const, "text" as const) }),
  fc.record({ part: partNumbers.filter(({ length }) => length > 0), what: fc.constant("mime" as const) }),
  fc.record({
    part: partNumbers,
    what: fc.constantFrom("fields" as const, "other-fields" as const),
    names: fc.array(texts, { minLength: 1, maxLength: 4 }),
  }),
);

const range: fc.Arbitrary<{ readonly range?: OctetRange }> = fc.option(
  fc.record({
    offset: fc.oneof(sizes, fc.bigInt(2n ** 53n, 2n ** 63n - 1n)),
    size: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  }),
  { nil: undefined },
).map((found) => found === undefined ? {} : { range: found });

const plainItems = fc.constantFrom<PlainFetchItem>(
  "BODY",
  "BODYSTRUCTURE",
  "EMAILID",
  "ENVELOPE",
  "FLAGS",
  "INTERNALDATE",
  "MODSEQ",
  "RFC822",
  "RFC822.HEADER",
  "RFC822.SIZE",
  "RFC822.TEXT",
  "SAVEDATE",
  "THREADID",
  "UID",
);

/** Items of FETCH. */
export const fetchItems: fc.Arbitrary<FetchItem[]> = fc.array(
  fc.oneof<fc.Arbitrary<FetchItem>[]>(
    plainItems.map((item) => ({ item })),
    fc.tuple(fc.boolean(), sections, range).map(([peek, section, rest]) => ({
      item: "BODY[]",
      peek,
      section,
      ...rest,
    })),
    fc.tuple(fc.boolean(), partNumbers, range).map(([peek, part, rest]) => ({ item: "BINARY[]", peek, part, ...rest })),
    partNumbers.map((part) => ({ item: "BINARY.SIZE[]", part })),
    fc.boolean().map((lazy) => ({ item: "PREVIEW", lazy })),
  ),
  { minLength: 1, maxLength: 6 },
);

/** Filters of mailboxes that both NOTIFY and ESEARCH take. */
export const mailboxFilters: fc.Arbitrary<MailboxFilter> = fc.oneof<fc.Arbitrary<MailboxFilter>[]>(
  fc.constantFrom("inboxes" as const, "personal" as const, "subscribed" as const).map((which) => ({ which })),
  fc.record({
    which: fc.constantFrom("subtree" as const, "mailboxes" as const),
    names: fc.array(mailboxNames, { minLength: 1, maxLength: 4 }),
  }),
);

/** Entries that can have a value. */
export const metadataEntries: fc.Arbitrary<MetadataEntry> = fc.record({
  scope: fc.constantFrom("private" as const, "shared" as const),
  name: fc.array(fc.string({ unit: fc.constantFrom(...'abc09 (){}"\\]-.'), minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 4,
  }).map((components) => components.map((component) => `/${component}`).join("")),
});
