/**
 * A message as it leaves. RFC 5321 §4.4: Return-Path is added at the final delivery, and whoever sends a message on should
 * not send one. Ours is at the head of the stored octets, which local copies and the queue share.
 */
import type { Body } from "../contract/storage.ts";
import { concat } from "../message/bytes.ts";
import { Header } from "../message/header.ts";

/** Octets in which a Return-Path is looked for: it is among the first fields. */
const most = 64 * 1024;

/** The body without the Return-Path fields at its head. */
export async function outgoingBody(body: Body): Promise<Body> {
  const { fields } = new Header(await body.read(0, most));
  const kept = keptRanges(fields.filter(({ key }) => key === "return-path"), body.size);
  return kept.length === 1 && kept[0]?.start === 0 ? body : new PartialBody(body, kept);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What lies between what is left out, in order. */
function keptRanges(left: readonly Range[], size: number): Range[] {
  const starts = [0, ...left.map(({ end }) => end)], ends = [...left.map(({ start }) => start), size];
  return starts.map((start, index) => ({ start, end: ends[index] ?? size })).filter(({ start, end }) => start < end);
}

/** Ranges of a body, one after the other. */
class PartialBody implements Body {
  readonly size: number;
  readonly #body: Body;
  readonly #kept: readonly Range[];

  constructor(body: Body, kept: readonly Range[]) {
    this.#body = body;
    this.#kept = kept;
    this.size = kept.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let before = 0;
    for (const range of this.#kept) {
      const length = range.end - range.start;
      const from = Math.max(0, start - before), to = Math.min(length, end - before);
      if (from < to) pieces.push(await this.#body.read(range.start + from, range.start + to));
      before += length;
    }
    const [only, ...others] = pieces;
    return only !== undefined && others.length === 0 ? only : concat(pieces);
  }
}
