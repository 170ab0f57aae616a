/** Queries (RFC 2378 §3.8): which accounts are meant, and what is shown of them. */
import type { Storage } from "../../../core/contract/mod.ts";
import { accountPages } from "../account_pages.ts";
import type { Word } from "./command_line.ts";
import { type Field, fieldOf, fields } from "./fields.ts";
import { Pattern } from "./pattern.ts";
import { type Line, line, more } from "./replies.ts";

/** A query that makes sense. */
export interface Query {
  /** All must hold; each of one field or of any. */
  readonly selections: readonly { readonly fields: readonly Field[]; readonly pattern: Pattern }[];
  /** What is shown. */
  readonly shown: readonly Field[];
}

/** Selections of a query: one for each word of a line would be a way to make the server work. */
const MOST_SELECTIONS = 10;
/** Characters without wildcards that a search must begin with, in one selection at least. */
const LEAST_FIXED = 2;

/** Reads the words of a query, or says what is wrong with it. */
export function readQuery(words: readonly Word[]): Query | { readonly problems: readonly Line[] } {
  const end = words.findIndex(({ value, attribute, isQuoted }) =>
    attribute === undefined && !isQuoted && value.toLowerCase() === "return"
  );
  const problems: Line[] = [];
  const selections = selectionsOf(end < 0 ? words : words.slice(0, end), problems);
  const shown = end < 0 ? fields : shownOf(words.slice(end + 1), problems);
  if (selections.length > MOST_SELECTIONS) problems.push(more(599, "too many selections."));
  // §1.1.1: at least one indexed field; with wildcards alone anybody could have the whole list.
  if (!selections.some(({ pattern }) => pattern.fixed >= LEAST_FIXED)) {
    problems.push(more(515, "no non-null key field in query."));
  }
  return problems.length > 0 ? { problems } : { selections, shown };
}

function selectionsOf(words: readonly Word[], problems: Line[]): Query["selections"] {
  return words.map(({ attribute = "name", value }) => {
    const field = fieldOf(attribute);
    // RFC 2378 §1.1.1: "any" is not the name of a field but of those that are always searched.
    if (field === undefined && attribute !== "any") problems.push(more(507, attribute, "unknown field."));
    return { pattern: new Pattern(value), fields: field === undefined ? fields : [field] };
  });
}

/** What follows "return". */
function shownOf(words: readonly Word[], problems: Line[]): Query["shown"] {
  if (words.length === 0) problems.push(more(599, "return", "no fields."));
  if (words.length === 1 && words[0]?.value.toLowerCase() === "all") return fields;
  return words.flatMap(({ attribute, value }) => {
    const field = attribute === undefined ? fieldOf(value) : undefined;
    if (field === undefined) problems.push(more(507, value, "unknown field."));
    return field ?? [];
  });
}

/** Addresses that match, in their order; "too many" where there are more. */
export async function find(
  storage: Pick<Storage, "accounts">,
  { selections }: Query,
  most: number,
): Promise<readonly string[] | "too many"> {
  const found: string[] = [];
  for await (const page of accountPages(storage)) {
    for (const { address } of page) {
      const isMeant = selections.every(({ fields, pattern }) =>
        fields.some((field) => field.matches(pattern, address))
      );
      if (isMeant && found.push(address) > most) return "too many";
    }
  }
  return found;
}

/** RFC 2378 §3.8: how many there are, and what they say. */
export function printMatches(addresses: readonly string[], { shown }: Query): Line[] {
  const count = addresses.length;
  const width = Math.max(...fields.map(({ name }) => name.length)) + 4;
  return [
    line(102, `There ${count === 1 ? "was 1 match" : `were ${count} matches`} to your request.`),
    ...addresses.flatMap((address, index) =>
      shown.map(({ name, value }) => more(200, index + 1, name.padStart(width), ` ${value(address)}`))
    ),
    line(200, "Ok."),
  ];
}
