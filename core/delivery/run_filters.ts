/**
 * Asks the filters, one after the other, and folds their verdicts into one. They fail closed: a filter that throws, does
 * not answer in time or answers nonsense defers the message, unless the configuration says to go on without it.
 */
import type { SmtpReply } from "../contract/delivery.ts";
import type { Filter, HeaderToWrite, MessageChanges, MessageVerdict } from "../contract/filter.ts";
import type { Logger } from "../contract/logger.ts";
import { inTime } from "../wire/in_time.ts";
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
export type Stage = "connected" | "authenticating" | "sender" | "recipient" | "message";

/** Asks one filter; undefined where it has no opinion after all. */
export type Question = (filter: Filter) => Promise<MessageVerdict> | undefined;

/** Does what a filter that lets the message pass wants changed in it. Where that throws, the filter has failed. */
export type ChangeMessage = (changes: MessageChanges) => Promise<void>;

/** What filters want done with a message that they let pass. */
export interface Findings {
  /** Header fields to add, in order. */
  readonly headers: readonly HeaderToWrite[];
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
      authenticating: having("authenticating"),
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
   * @param change Absent: there is nothing yet that could be changed.
   */
  async ask(stage: Stage, question: Question, facts: object, change?: ChangeMessage): Promise<Judgement> {
    const found: Findings[] = [];
    for (const placed of this.#stages[stage]) {
      const verdict = await this.#verdictOf(placed, stage, question, facts, change);
      if (verdict.action === "accept") break;
      if (verdict.action === "continue") {
        found.push({ headers: verdict.addHeaders ?? [] });
      } else if (verdict.action === "quarantine") {
        found.push({ headers: [], quarantine: `${placed.name}: ${verdict.reason}` });
      } else {
        const { code, text } = verdict.reply;
        this.#log.info("filter refused", { ...facts, filter: placed.name, stage, code, reason: text });
        return { refusal: verdict.reply };
      }
    }
    return { findings: mergeFindings(found) };
  }

  async #verdictOf(
    { name, filter, onFailure }: PlacedFilter,
    stage: Stage,
    question: Question,
    facts: object,
    change?: ChangeMessage,
  ): Promise<MessageVerdict> {
    try {
      const verdict = checked(await inTime(question(filter), this.#timeout, "the filter has not answered"));
      if (verdict.action === "continue") await change?.(verdict);
      return verdict;
    } catch (error) {
      this.#log.error("filter failed", { ...facts, filter: name, stage, onFailure, error });
      // Design section 8: a failing guard closes.
      return onFailure === "continue" ? { action: "continue" } : { action: "defer", reply: localError };
    }
  }
}

/** Filters are written by others, and not always in TypeScript. @throws TypeError for what is no verdict. */
function checked(verdict: MessageVerdict | undefined): MessageVerdict {
  switch (verdict?.action) {
    case "continue":
      return { ...checkedChanges(verdict), addHeaders: (verdict.addHeaders ?? []).map(headerOf), action: "continue" };
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

function checkedChanges({ removeHeaders = [], replaceHeaders = [], replaceBody }: MessageChanges): MessageChanges {
  if (replaceBody !== undefined && !(replaceBody instanceof Uint8Array)) {
    throw new TypeError("the filter's replaceBody is no Uint8Array");
  }
  return {
    removeHeaders: removeHeaders.map(String),
    replaceHeaders: replaceHeaders.map(headerOf),
    ...replaceBody !== undefined && { replaceBody },
  };
}

function headerOf([name, value]: HeaderToWrite): HeaderToWrite {
  return [String(name), String(value)];
}

/** RFC 5321 §4.2.1: what refuses must be of its class, or the client would take the message for accepted. */
function refusing(given: SmtpReply, digit: 4 | 5): SmtpReply {
  const isOfClass = Number.isInteger(given.code) && Math.floor(given.code / 100) === digit;
  const text = String(given.text);
  if (isOfClass) return { ...given, text };
  return digit === 5 ? reply(550, "5.7.1", text) : reply(451, "4.7.1", text);
}
