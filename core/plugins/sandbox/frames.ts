/**
 * Messages between processes: four octets of length, then JSON in UTF-8, in which octets, dates and undefined are marked.
 * JSON, for what is read here may have been written by anyone: nothing in it can be more than plain data.
 */

/** Octets of the largest frame: a message of 50 MB whose body a filter replaces. */
const LARGEST_FRAME = 100_000_000;

/** A frame that is no frame. */
export class BrokenFrame extends Error {
  override readonly name = "BrokenFrame";
}

const mark = "\u0000";

/** One message as a frame. @throws when it holds what JSON does not know, or is too large. */
export function printFrame(message: unknown): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(message, marked));
  if (text.length > LARGEST_FRAME) throw new BrokenFrame("the message is too large");
  const frame = new Uint8Array(4 + text.length);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, 4);
  return frame;
}

/** The messages of a stream of frames. @throws BrokenFrame. */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const head = new Uint8Array(4);
  let headSize = 0;
  let body: Uint8Array | undefined;
  let bodySize = 0;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      if (body === undefined) {
        head[headSize++] = chunk[at++] ?? 0;
        if (headSize < 4) continue;
        const size = new DataView(head.buffer).getUint32(0);
        if (size > LARGEST_FRAME) throw new BrokenFrame("a frame is too large");
        [body, bodySize, headSize] = [new Uint8Array(size), 0, 0];
      } else {
        const piece = chunk.subarray(at, at + body.length - bodySize);
        body.set(piece, bodySize);
        [at, bodySize] = [at + piece.length, bodySize + piece.length];
      }
      if (body !== undefined && bodySize === body.length) {
        yield parse(body);
        body = undefined;
      }
    }
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body), unmarked);
  } catch (cause) {
    throw new BrokenFrame("a frame holds no message", { cause });
  }
}

/** `this` has the value as it was before anyone's `toJSON`. */
function marked(this: object, key: string, value: unknown): unknown {
  const raw: unknown = Reflect.get(this, key);
  if (raw instanceof Uint8Array) return { [mark]: "octets", is: raw.toBase64() };
  if (raw instanceof Date) return { [mark]: "date", is: raw.getTime() };
  if (raw === undefined && Array.isArray(this)) return { [mark]: "undefined" };
  return value;
}

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, mark)) return value;
  const is: unknown = Reflect.get(value, "is");
  switch (Reflect.get(value, mark)) {
    case "octets":
      return Uint8Array.fromBase64(String(is));
    case "date":
      return new Date(Number(is));
    default:
      return undefined;
  }
}
