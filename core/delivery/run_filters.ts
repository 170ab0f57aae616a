/**
 * Asks the filters, one after the other, and folds their verdicts into one. They fail closed: a filter that throws, does
 * not answer in time or answers nonsense defers the message, unless the configuration says to go on without it.
 */
import type { SmtpReply } from "../contract/delivery.ts";
import type { Filter, Verdict } from "../contract/filter.ts";
import type { Logger } from "../contract/logger.ts";
import { localError, reply } from "./replies.ts";

/** A filter as it was configured. */
export interface PlacedFilter {
  /** As the configuration names it. */
  readonly name: string;
  /** The filter. */
  readonly filter: Filter;
  /** What to do when it fails. */
  readonly onFailure: "defer" | "continue";
}

/** When filters are asked. */
export type Stage = "connected" | "sender" | "recipient" | "message";

/** What filters want done with a message that they let pass. */
export interface Findings {
  /** Header fields to add, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Why it goes to Junk: the filter, and its reason. */
  readonly quarantine?: string;
}

/** What came of a stage. */
export type Judgement =
  | { readonly refusal: SmtpReply; readonly findings?: undefined }
  | { readonly refusal?: undefined; readonly findings: Findings };

/** No wishes. */
export const noFindings: Findings = { headers: [] };

/** Wishes of several stages. The first reason for quarantine is told. */
export function mergeFindings(all: readonly Findings[]): Findings {
  const quarantine = all.find((findings) => findings.quarantine !== undefined)?.quarantine;
  return { headers: all.flatMap(({ headers }) => headers), ...quarantine !== undefined && { quarantine } };
}

const orders: readonly NonNullable<Filter["order"]>[] = ["early", "normal", "late"];

/** All filters, in the order in which they are asked. */
export class FilterChain {
  readonly #stages: Readonly<Record<Stage, readonly PlacedFilter[]>>;
  readonly #timeout: number;
  readonly #log: Logger;

  /** Of these filters. @param timeout Milliseconds that each has for each question. */
  constructor(filters: readonly PlacedFilter[], timeout: number, log: Logger) {
    const inOrder = orders.flatMap((order) => filters.filter(({ filter }) => (filter.order ?? "normal") === order));
    const having = (stage: Stage) => inOrder.filter(({ filter }) => filter[stage] !== undefined);
    this.#stages = {
      connected: having("connected"),
      sender: having("sender"),
      recipient: having("recipient"),
      message: having("message"),
    };
    this.#timeout = timeout;
    this.#log = log;
  }

  /** Whether anyone has an opinion: where nobody has, nobody need wait. */
  has(stage: Stage): boolean {
    return this.#stages[stage].length > 0;
  }

  /**
   * Asks those who have an opinion. The first refusal ends it, and so does `accept`; a quarantine does not, for another
   * filter may refuse what this one only doubts.
   *
   * @param facts What a line of the log says about whom it was.
   */
  async ask(
    stage: Stage,
    question: (filter: Filter) => Promise<Verdict> | undefined,
    facts: object,
  ): Promise<Judgement> {
    const found: Findings[] = [];
    for (const placed of this.#stages[stage]) {
      const verdict = await this.#verdictOf(placed, stage, question, facts);
      if (verdict.action === "accept") break;
      if (verdict.action === "continue") {
        found.push({ headers: verdict.addHeaders ?? [] });
      } else if (verdict.action === "quarantine") {
        found.push({ headers: [], quarantine: `${placed.name}: ${verdict.reason}` });
      } else {
        this.#log.info("filter refused", { ...facts, filter: placed.name, stage, code: verdict.reply.code });
        return { refusal: verdict.reply };
      }
    }
    return { findings: mergeFindings(found) };
  }

  async #verdictOf(
    { name, filter, onFailure }: PlacedFilter,
    stage: Stage,
    question: (filter: Filter) => Promise<Verdict> | undefined,
    facts: object,
  ): Promise<Verdict> {
    try {
      return checked(await inTime(question(filter), this.#timeout));
    } catch (error) {
      this.#log.error("filter failed", { ...facts, filter: name, stage, onFailure, error });
      // Design section 8: a failing guard closes.
      return onFailure === "continue" ? { action: "continue" } : { action: "defer", reply: localError };
    }
  }
}

/** The answer, unless it comes too late. An answer after that, or a failure, is nobody's concern any more. */
async function inTime(answer: Promise<Verdict> | undefined, milliseconds: number): Promise<Verdict | undefined> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`the filter has not answered within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Filters are written by others, and not always in TypeScript. @throws TypeError for what is no verdict. */
function checked(verdict: Verdict | undefined): Verdict {
  switch (verdict?.action) {
    case "continue":
      return { action: "continue", addHeaders: (verdict.addHeaders ?? []).map(headerOf) };
    case "accept":
      return verdict;
    case "quarantine":
      return { action: "quarantine", reason: String(verdict.reason) };
    case "reject":
      return { action: "reject", reply: refusing(verdict.reply, 5) };
    case "defer":
      return { action: "defer", reply: refusing(verdict.reply, 4) };
    default:
      throw new TypeError("the filter's verdict has no known action");
  }
}

function headerOf([name, value]: readonly [string, string]): readonly [string, string] {
  return [String(name), String(value)];
}

/** RFC 5321 §4.2.1: what refuses must be of its class, or the client would take the message for accepted. */
function refusing(given: SmtpReply, digit: 4 | 5): SmtpReply {
  const isOfClass = Number.isInteger(given.code) && Math.floor(given.code / 100) === digit;
  const text = String(given.text);
  if (isOfClass) return { ...given, text };
  return digit === 5 ? reply(550, "5.7.1", text) : reply(451, "4.7.1", text);
}
