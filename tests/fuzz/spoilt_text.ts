/** Texts that are nearly, or not at all, what they should be. */
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";

/** Texts with up to so many pieces replaced. @param odd What is put in. */
export function spoilt(text: fc.Arbitrary<string>, odd: fc.Arbitrary<string>, least = 1): fc.Arbitrary<string> {
  const edits = fc.array(fc.tuple(fc.nat(200), fc.nat(3), odd), { minLength: least, maxLength: 3 });
  return fc.tuple(text, edits).map(([text, edits]) =>
    edits.reduce((result, [place, removed, added]) => {
      const at = place % (result.length + 1);
      return `${result.slice(0, at)}${added}${result.slice(at + removed)}`;
    }, text)
  );
}

/** The beginning of one, then the end of another. */
export function crossed(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, text, fc.nat(200)).map(([one, other, at]) => `${one.slice(0, at)}${other.slice(at / 2)}`);
}

/** Any octets. */
export const garbage: fc.Arbitrary<string> = fc.uint8Array({ maxLength: 60 }).map(latin1);
