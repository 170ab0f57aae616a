/** Conditions that the system flags of a message and its UID decide: most that clients ask for each time they come. Pure. */
import { systemFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { isInRanges } from "../../../../core/mailboxes/number_ranges.ts";
import type { Condition } from "./condition.ts";

/** Whether a message with this UID and these flags meets the condition. */
export type FlagCondition = (uid: number, flags: number) => boolean;

/** A bit for each, by lower case. */
const bits: ReadonlyMap<string, number> = new Map(systemFlags.map((flag, index) => [flag.toLowerCase(), 1 << index]));

/** The system flags among some flags, a bit for each. */
export function systemFlagBits(flags: readonly string[]): number {
  return flags.reduce((sum, flag) => sum | (bits.get(flag.toLowerCase()) ?? 0), 0);
}

/** The condition as one of flags; undefined where it asks for anything else. */
export function flagCondition(condition: Condition, isRecent: (uid: number) => boolean): FlagCondition | undefined {
  switch (condition.is) {
    case "constant":
      return () => condition.value;
    case "flag": {
      const bit = bits.get(condition.flag);
      return bit === undefined ? undefined : (_uid, flags) => (flags & bit) !== 0;
    }
    case "recent":
      return isRecent;
    case "uid":
      return (uid) => isInRanges(uid, condition.ranges);
    case "not": {
      const operand = flagCondition(condition.operand, isRecent);
      return operand && ((uid, flags) => !operand(uid, flags));
    }
    case "all": {
      const operands = flagConditions(condition.operands, isRecent);
      return operands && ((uid, flags) => operands.every((operand) => operand(uid, flags)));
    }
    case "any": {
      const operands = flagConditions(condition.operands, isRecent);
      return operands && ((uid, flags) => operands.some((operand) => operand(uid, flags)));
    }
    default:
      return undefined;
  }
}

function flagConditions(
  conditions: readonly Condition[],
  isRecent: (uid: number) => boolean,
): readonly FlagCondition[] | undefined {
  const all = conditions.map((condition) => flagCondition(condition, isRecent)).filter((one) => one !== undefined);
  return all.length === conditions.length ? all : undefined;
}
