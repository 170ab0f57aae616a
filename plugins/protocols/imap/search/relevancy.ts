/** How well a message meets a fuzzy search (RFC 6203 §4). */
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import type { Condition, FieldCondition, TextCondition } from "./condition.ts";
import { type Candidate, evaluate, fieldTexts } from "./evaluate.ts";
import { isIn, type WantedText } from "./wanted_text.ts";

/**
 * From a little above 0 to 1: the more, the nearer the words of the search stand together, and the higher up; undefined
 * where nothing in the condition is fuzzy.
 */
export function relevancyOf(condition: Condition, candidate: Candidate): number | undefined {
  switch (condition.is) {
    case "field":
      return condition.phrase && inField(condition, condition.phrase, candidate);
    case "text":
      return condition.phrase && inText(condition, condition.phrase, candidate);
    case "all":
      return mean(condition.operands.map((operand) => relevancyOf(operand, candidate)));
    case "any": {
      const met = condition.operands.filter((operand) => evaluate(operand, candidate) === true);
      const scores = met.map((operand) => relevancyOf(operand, candidate)).filter((score) => score !== undefined);
      return scores.length === 0 ? undefined : Math.max(...scores);
    }
    default:
      return undefined;
  }
}

/** RFC 6203 §4: 1 to 100, the best of what was found 100 and the worst 1, so that the whole range is used. */
export function relevancyScores(found: readonly number[]): number[] {
  let least = Infinity, greatest = -Infinity;
  for (const score of found) {
    least = Math.min(least, score);
    greatest = Math.max(greatest, score);
  }
  if (greatest <= least) return found.map(() => 100);
  return found.map((score) => 1 + Math.round(99 * (score - least) / (greatest - least)));
}

/** The phrase as it is written is better than its words, and much of the field better than a little of it. */
function inField(condition: FieldCondition, phrase: WantedText, candidate: Candidate): number {
  const { summary } = candidate;
  if (summary === undefined) return 0;
  let best = 0;
  for (const text of fieldTexts(condition, candidate, summary)) {
    if (!condition.texts.every((word) => isIn(word, text))) continue;
    const share = (phrase.key ?? "").length / Math.max(1, unicodeCasemap(text.text).length);
    best = Math.max(best, (isIn(phrase, text) ? 0.6 : 0.2) + 0.4 * Math.min(1, share));
  }
  return best;
}

/** The phrase as it is written is better than its words, and what stands in the header better than what stands below. */
function inText({ texts, header }: TextCondition, phrase: WantedText, { contains }: Candidate): number {
  if (contains === undefined) return 0;
  const isWhole = contains(phrase, header);
  const isOnTop = header && (isWhole ? !contains(phrase, false) : texts.every((text) => !contains(text, false)));
  return (isWhole ? 0.6 : 0.2) + (isOnTop ? 0.4 : 0.2);
}

function mean(scores: readonly (number | undefined)[]): number | undefined {
  const known = scores.filter((score) => score !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, score) => sum + score, 0) / known.length;
}
