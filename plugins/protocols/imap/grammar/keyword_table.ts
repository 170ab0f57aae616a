/** Tables of keywords for `Scanner.expectOneOf`, where a keyword is its own value. */

/** Words, in upper case, by themselves. */
export function keywordTable<const Word extends string>(words: readonly Word[]): ReadonlyMap<string, Word> {
  return new Map(words.map((word) => [word, word]));
}
