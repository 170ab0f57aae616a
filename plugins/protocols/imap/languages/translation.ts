/** Texts for people, from English into another language. */
import type { Reply } from "../replies.ts";

/** From what is said in English to what is said instead; `{}` stands for what is put in. */
export type Texts = Readonly<Record<string, string>>;

/** What stands in a text where something is put in. */
const GAP = "{}";

/** Translates by a table. What is not in it stays as it is. */
export class Translation {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #patterns: readonly (readonly [pattern: RegExp, text: string])[];

  /** By tables that are one. */
  constructor(...tables: readonly Texts[]) {
    const entries = tables.flatMap((table) => Object.entries(table));
    this.#texts = new Map(entries);
    this.#patterns = entries.filter(([english]) => english.includes(GAP)).map(([english, text]) => {
      const parts = english.split(GAP).map((part) => RegExp.escape(part));
      return [new RegExp(`^${parts.join("(.+)")}$`, "s"), text];
    });
  }

  /** A text; what is put into it is translated as well, where it can be. */
  text(english: string): string {
    const whole = this.#texts.get(english);
    if (whole !== undefined) return whole;
    for (const [pattern, text] of this.#patterns) {
      const found = pattern.exec(english)?.slice(1);
      if (found !== undefined) {
        return text.split(GAP).reduce((said, part, at) => said + this.text(found[at - 1] ?? "") + part);
      }
    }
    return english;
  }

  /** A reply, with its text translated. */
  reply(reply: Reply): Reply {
    return { ...reply, text: this.text(reply.text) };
  }

  /** An untagged response, without its asterisk: those that have a text for people are status responses (RFC 9051 §7.1). */
  response(response: string): string {
    const [, head, english] = /^((?:OK|NO|BAD|BYE) (?:\[.*?\] )?)(.*)$/s.exec(response) ?? [];
    return head === undefined || english === undefined ? response : head + this.text(english);
  }
}
