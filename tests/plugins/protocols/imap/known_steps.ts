/** What clients do to messages that sessions know of each other (`known_model_test.ts`). */
import fc from "fast-check";
import type { Message } from "../../../../core/contract/mod.ts";

/** Of each message. */
export const text = "Subject: x\r\n\r\ntext\r\n";
/** Mailboxes that there may be; all are fred's, and shared with bob. */
const names = ["INBOX", "a", "b"];
/** More than sessions keep messages of. */
export const TOUR = 102;
/** But those of RFC 2086. */
export const allRights = "lrswipkxtea";

/** What a client searches for, and which messages that is. */
export const keys: Readonly<Record<string, (message: Message) => boolean>> = {
  "SEEN": has("\\Seen"),
  "UNSEEN": not(has("\\Seen")),
  "FLAGGED": has("\\Flagged"),
  "UNDELETED": not(has("\\Deleted")),
  "KEYWORD Key": has("Key"),
  "UNKEYWORD Other": not(has("Other")),
  "OR UNSEEN DELETED": (message) => !has("\\Seen")(message) || has("\\Deleted")(message),
  "SUBJECT x FLAGGED": has("\\Flagged"),
};

/** Messages with a flag. */
export function has(flag: string): (message: Message) => boolean {
  return ({ flags }) => flags.includes(flag);
}

function not(condition: (message: Message) => boolean): (message: Message) => boolean {
  return (message) => !condition(message);
}

const place = fc.nat(400);
const set = fc.record({ isUid: fc.boolean(), from: place, to: fc.option(place), isAll: fc.boolean() });
/** See `command`. */
export type Named = typeof set extends fc.Arbitrary<infer Value> ? Value : never;
const flags = fc.uniqueArray(fc.constantFrom("\\Seen", "\\Deleted", "\\Flagged", "Key", "Other"), { maxLength: 2 });
const name = fc.constantFrom(...names);
const command = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("store" as const),
      set,
      sign: fc.constantFrom("", "+", "-"),
      flags,
      silent: fc.boolean(),
      since: fc.option(fc.constantFrom("told" as const, "old" as const)),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant("fetch" as const),
      set,
      items: fc.constantFrom("FLAGS", "(FLAGS MODSEQ)", "ENVELOPE", "BODY[]<0.1>", "(FLAGS BODY.PEEK[]<0.1>)"),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("search" as const),
      verb: fc.constantFrom("SEARCH", "UID SEARCH", "SORT", "UID SORT"),
      key: fc.constantFrom(...Object.keys(keys)),
      since: fc.option(place),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("append" as const), name: fc.option(name), flags, two: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("COPY" as const, "MOVE" as const), set, name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), set, flags }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("expunge" as const), set: fc.option(set) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("noop" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("select" as const), name, isExamined: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unselect" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("manage" as const),
      how: fc.constantFrom("CREATE", "DELETE", "RENAME"),
      name,
      other: name,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("rights" as const),
      name,
      rights: fc.constantFrom("", "lr", "lrs", "lrste", "lrwi", allRights, allRights, allRights),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("outside" as const), name, how: fc.nat(3), set, flags }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("tour" as const) }) },
);
/** What one of the clients does, or somebody else. */
export type Step = typeof command extends fc.Arbitrary<infer Value> ? Value : never;
/** `idling`: who idles meanwhile. */
const step = fc.record({ actor: fc.nat(2), step: command, idling: fc.option(fc.nat(2), { freq: 8 }) });
/** How a world begins, and what happens in it. */
export const plays = fc.record({
  count: fc.constantFrom(0, 3, 6, 6, 6, 246, 249, 255),
  /** Which session enables what. */
  turned: fc.nat(2),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
});

/** One of them. */
export type Play = typeof plays extends fc.Arbitrary<infer Value> ? Value : never;
