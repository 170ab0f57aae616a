/** Where Quetzal and Dovecot 2.3 differ, and the rule by which Quetzal is right, or both are. */
import type { Plain } from "./comparable.ts";
import type { Difference } from "./two_opinions.ts";

/** Differences of one kind. */
export interface Explanation {
  /** The rule, by its section. */
  readonly rule: string;
  /** Whether a difference is of this kind; `message` is the text of the message in question. */
  holds(difference: Difference, message: string): boolean;
}

/** Of FETCH. The first that holds counts. */
export const explained: readonly Explanation[] = [
  {
    rule:
      "RFC 5322 §2.2: a CR that ends no line is an octet like any other here. A Maildir loses it before LF and at the end",
    holds: ({ name }) => ["only a bare CR", "bare CR throughout", "mixed line ends"].includes(name),
  },
  {
    rule:
      "RFC 2046 §5.1.1: the line end before a boundary belongs to the boundary. Dovecot gives it to multiparts and " +
      "messages that end there",
    holds: ({ item, ours, theirs }) =>
      !isHeader(item) && theirs === `${ours}\r\n` ||
      isStructure(item) && hasLineEndsMore(ours, theirs),
  },
  {
    rule:
      "RFC 2046 §5.1.1: an empty line before a boundary ends the header, and its line end belongs to the boundary as " +
      "well. RFC 9051 §6.4.5.1 has it in the header wherever there is one; Dovecot leaves it to the boundary",
    holds: ({ item, ours, theirs }) => isHeader(item) && ours === `${theirs}\r\n`,
  },
  {
    rule:
      "RFC 9051 §7.5.2, BODY[<section>]: a header that no empty line ends is given without one; Dovecot adds it, and the " +
      "end of the line before",
    holds: (difference) => {
      const { item, ours, theirs } = difference;
      return isHeader(item) && `${ours}\r\n\r\n`.startsWith(String(theirs)) || cutHeader(difference);
    },
  },
  {
    rule:
      "RFC 2046 §5.1.1: a multipart has at least one part. Where none can be found, Quetzal takes the whole body for it, " +
      "so that somebody can read it; Dovecot has an empty one",
    holds: ({ ours, theirs }, message) =>
      /multipart\//i.test(message) && (theirs === "" && ours !== "" || isEmptyThere(ours, theirs)),
  },
  {
    rule: "RFC 2046 §5.1.1: a boundary has at least one character",
    holds: ({ name }) => name === "empty boundary",
  },
  {
    rule:
      "RFC 2046 §5.1.1: it is enough that a line begins with the boundary. Quetzal takes an outer multipart's only for the " +
      "whole line, since boundaries inside it often begin alike",
    holds: (_, message) => /boundary=b\r\n/.test(message) && /^--b0--/m.test(message) && !/boundary=b0\r/.test(message),
  },
  {
    rule: "RFC 2231 §4: a boundary may be written as boundary*",
    holds: (_, message) => message.includes("boundary*="),
  },
  {
    rule:
      "RFC 2045 §5.2: a part whose Content-Type cannot be read is text/plain. To Dovecot its type is the empty string, and " +
      "there is nothing in it",
    holds: ({ name, theirs }, message) =>
      /"[^"/ ]*\/"/.test(JSON.stringify(theirs)) || name === "broken content types" ||
      theirs === "" && message.startsWith("Content-Type: message/rfc822\r\n folded\r\n"),
  },
  {
    rule:
      "RFC 2045 §6.1: Content-Transfer-Encoding says how the body is encoded, whatever stands beside it. Dovecot heeds it " +
      "only beside a Content-Type",
    holds: ({ item, ours, theirs }, message) =>
      isStructure(item) && /^Content-Transfer-Encoding: base64/m.test(message) &&
      replaced(ours, "base64", "7bit", theirs),
  },
  {
    rule: "RFC 2046 §5.2.1: a message is not encoded; what is encoded all the same is no message but octets",
    holds: ({ name }) => name === "encoded message",
  },
  {
    rule:
      "RFC 5322 §2.2.3: unfolding takes line ends away, and a tab stays a tab; blanks at either end are nobody's. Dovecot " +
      "makes one space of any blanks in Subject, and leaves those at the ends of other fields",
    holds: ({ ours, theirs }) => JSON.stringify(singleBlanks(ours)) === JSON.stringify(singleBlanks(theirs)),
  },
  {
    rule: "RFC 5322 §3.6: Subject comes once. Of two Quetzal has the first, Dovecot the last",
    holds: ({ name, item }) => name === "fields twice" && item === "ENVELOPE",
  },
  {
    rule:
      "RFC 5322 §4.4: blanks around the dots and the @ of an address, and empty members of a list, are obsolete and to be " +
      "read",
    holds: ({ item }, message) => item === "ENVELOPE" && /a \. b @|,, b|: ,\r/.test(message),
  },
  {
    rule:
      "RFC 5322 §3.4: this is no address; what to make of it is for each to say. Quetzal keeps what can be answered to",
    holds: ({ item }, message) =>
      item === "ENVELOPE" &&
      /: A Name\r|org;b@|a@b@c|A Name <a@example\.org\r|: inner: |"unclosed <|\0b@|a@b\.test;\r\n(?: folded|\r)/.test(
        message,
      ),
  },
  {
    rule:
      "RFC 2045 §5.1: a value with blanks in it must be quoted, and a semicolon stands before each parameter. Quetzal reads " +
      "what is meant",
    holds: ({ item }, message) => isStructure(item) && /name=a b\.|attachment filename=x/.test(message),
  },
  {
    rule:
      "RFC 2045 §5.1: an unquoted value has no parentheses in it. Quetzal keeps them, for files that are named so; " +
      "Dovecot takes them for a comment",
    holds: ({ item }, message) => isStructure(item) && message.includes("charset=(x)"),
  },
  {
    rule: "RFC 2045 §6.1: an encoding is one token. Of what is more Quetzal takes the first, Dovecot nothing",
    holds: ({ item }, message) => isStructure(item) && /Encoding: (?:7 bit|base64;x)/.test(message),
  },
  {
    rule: "RFC 2183 §2.8: a disposition that nobody knows is attachment, and so is one that is not there",
    holds: ({ item }, message) => isStructure(item) && /Content-Disposition: (?:;|\r)/.test(message),
  },
  {
    rule: "RFC 3282 §2: tags are separated by commas. Quetzal takes none of a list that is not, Dovecot the first",
    holds: ({ item }, message) => isStructure(item) && message.includes("Language: en de"),
  },
  {
    rule: "RFC 9051 §9, nstring: a field of a part without a value is NIL, and may be the empty string",
    holds: ({ item }, message) => isStructure(item) && /^Content-(?:ID|Description|Location): \r$/m.test(message),
  },
];

/** Of SEARCH: messages that one finds and the other does not. */
export const explainedSearches: readonly Explanation[] = [
  {
    rule: "RFC 5322 §2.2: a CR that ends no line counts; a Maildir loses it",
    holds: ({ item, name }) => /^(?:LARGER|SMALLER)/.test(item) && /bare CR/.test(name),
  },
  {
    rule:
      "RFC 9051 §6.4.4, SENTBEFORE: the Date field is earlier. Without one Quetzal finds nothing; to Dovecot it is 1970",
    holds: ({ item, theirs }, message) =>
      item.startsWith("SENTBEFORE") && theirs === "found" && !/^Date: .*\d{4}/m.test(header(message)),
  },
  {
    rule: "RFC 5322 §3.3: a blank comes before the zone. Quetzal reads a date without one, Dovecot does not",
    holds: ({ item, ours }, message) =>
      item.startsWith("SENT") && ours === "found" && /\d\d:\d\d\+0000\r/.test(message),
  },
  {
    rule: "RFC 9051 §6.4.4, FROM, TO, CC: in the envelope's field, and there is what can be made of a broken one",
    holds: ({ item, ours }, message) =>
      /FROM|CC|TO/.test(item) && ours === "found" &&
      /<a@example\.org\r|: inner: |"unclosed <|"a b"@|org;b@|\0b@/.test(message),
  },
  {
    rule:
      "RFC 9051 §6.4.4, SUBJECT: contains the string. A tab is no space, and two spaces are not one; Dovecot folds them",
    holds: ({ item, theirs }, message) =>
      item.startsWith("SUBJECT") && theirs === "found" && /^Subject: a(?:\t|\r\n \r\n )/.test(message),
  },
  {
    rule: "RFC 5322 §4.5: blanks before the colon are obsolete, and mean nothing: Subject : x is Subject: x",
    holds: ({ item, ours }, message) =>
      item.startsWith("TEXT") && ours === "found" && message.startsWith("Subject : x"),
  },
  {
    rule:
      "RFC 9051 §6.4.4: transfer encodings are undone before texts are searched, also where a message should have none",
    holds: ({ item, name, ours }) => item.startsWith("TEXT") && name === "encoded message" && ours === "found",
  },
  {
    rule:
      "RFC 9051 §6.4.4, BODY and TEXT: where no part can be found, or no type be read, the body is text (RFC 2045 §5.2, " +
      "RFC 2046 §5.1.1). Dovecot searches nothing then, nor what is in a charset or an encoding that it does not know",
    holds: ({ item, ours }, message) =>
      /BODY|TEXT/.test(item) && ours === "found" &&
      (/multipart\//.test(message) ||
        /^Content-Type: (?:text\/?[\r;]|\/|\r)|charset=(?:""|\r)|Encoding: (?:x-|7 |\r)/m.test(message)),
  },
  {
    rule: "RFC 9051 §4.3.1: header fields are in UTF-8; what is not is taken for Latin-1, so that somebody finds it",
    holds: ({ item, name, ours }) => item.includes("CHARSET") && name === "8-bit Latin-1 header" && ours === "found",
  },
];

function header(message: string): string {
  return message.split("\r\n\r\n", 1)[0] ?? "";
}

function isHeader(item: string): boolean {
  return /\.MIME\]|HEADER/.test(item);
}

function isStructure(item: string): boolean {
  return item === "BODY" || item === "BODYSTRUCTURE";
}

/** Dovecot goes on reading the header of a message that a boundary cuts off, and finds the boundary in it. */
function cutHeader({ item, ours, theirs }: Difference): boolean {
  return item.includes("HEADER.FIELDS.NOT") && ours === "" && String(theirs).startsWith("--b");
}

/** By how much numbers of theirs are greater, where everything else is the same; undefined where it is not. */
function excess(ours: Plain, theirs: Plain): readonly number[] | undefined {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length !== theirs.length) return undefined;
    const inside = ours.map((value, at) => excess(value, theirs[at] ?? null));
    return inside.includes(undefined) ? undefined : inside.flatMap((list) => list ?? []);
  }
  if (ours === theirs) return [];
  return isNumber(ours) && isNumber(theirs) ? [Number(theirs) - Number(ours)] : undefined;
}

/** Whether parts of theirs have a line end more: two octets, and a line where lines are told. */
function hasLineEndsMore(ours: Plain, theirs: Plain): boolean {
  const differences = excess(ours, theirs) ?? [];
  const count = (by: number) => differences.filter((difference) => difference === by).length;
  return count(2) > 0 && count(1) <= count(2) && count(1) + count(2) === differences.length;
}

/** Whether a part of theirs is empty, and all else the same. */
function isEmptyThere(ours: Plain, theirs: Plain): boolean {
  return JSON.stringify(theirs).includes('"0","0"') &&
    excess(ours, theirs)?.every((difference) => difference < 0) === true;
}

function isNumber(value: Plain): value is string {
  return typeof value === "string" && /^\d+$/.test(value);
}

function replaced(value: Plain, from: string, to: string, result: Plain): boolean {
  return JSON.stringify(value).replaceAll(`"${from}"`, `"${to}"`) ===
    JSON.stringify(result).replaceAll(`"${from}"`, `"${to}"`);
}

function singleBlanks(value: Plain): Plain {
  if (typeof value === "string") return value.replaceAll(/[ \t]+/g, " ").trim();
  return value && value.map(singleBlanks);
}
