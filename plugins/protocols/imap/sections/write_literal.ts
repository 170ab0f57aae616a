/** A section on its way to the client, of any size, a piece at a time. */
import type { WireWriter } from "../../../../core/contract/mod.ts";
import { OutOfStep } from "../../../../core/wire/errors.ts";
import type { OctetRange } from "../grammar/section.ts";
import type { ResponseBuilder } from "../printing/response_builder.ts";
import { type Octets, RangeView } from "./views.ts";

/** Octets that are read at once: most messages are no larger. */
const PIECE = 131_072;

/** How octets are written. */
export interface LiteralForm {
  /** Whether they may hold NUL: a literal8 (RFC 3516 §4.3). */
  readonly isBinary?: boolean;
  /** Only these; what lies beyond the end is left out (RFC 9051 §6.4.5). Absent: all. */
  readonly range?: OctetRange | undefined;
}

/**
 * Adds the octets as a literal to the response, and sends as it goes when there are many; a promise where they have to be
 * read.
 *
 * @throws OutOfStep when they cannot be read to their end; what the first read throws, before anything is written of them.
 */
export function writeLiteral(
  response: ResponseBuilder,
  writer: WireWriter,
  octets: Octets,
  { isBinary = false, range }: LiteralForm = {},
): Promise<void> | undefined {
  const start = Math.min(Number(range?.offset ?? 0), octets.size);
  const end = Math.min(start + (range?.size ?? octets.size), octets.size);
  const head = `${isBinary ? "~" : ""}{${end - start}}\r\n`, { clean } = octets;
  if (clean === undefined) return writePieces(response, writer, head, new RangeView(octets, start, end));
  response.text(head).octets(clean.subarray(start, end));
  return undefined;
}

async function writePieces(
  response: ResponseBuilder,
  writer: WireWriter,
  head: string,
  octets: Octets,
): Promise<void> {
  let piece = await readPiece(octets, 0);
  response.text(head).octets(piece);
  for (let at = PIECE; at < octets.size; at += PIECE) {
    if (writer.isFull) await writer.flush();
    try {
      piece = await readPiece(octets, at);
    } catch (cause) {
      throw new OutOfStep("a section could not be read to its end", { cause });
    }
    response.octets(piece);
  }
}

async function readPiece(octets: Octets, from: number): Promise<Uint8Array> {
  const to = Math.min(from + PIECE, octets.size);
  const piece = from === to ? new Uint8Array(0) : await octets.read(from, to);
  if (piece.length !== to - from) throw new Error(`octets ${from} to ${to} of a section are not there`);
  return piece;
}
