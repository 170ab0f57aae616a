/** A body that stays in the server: the guest asks for pieces of it, and nobody copies what nobody reads. */
import * as v from "valibot";
import type { Body } from "../../contract/storage.ts";
import { concat } from "../../message/bytes.ts";
import type { Ask } from "./ends.ts";
import type { Asks } from "./pending_call.ts";

/** Octets of the largest piece. */
const PIECE = 1_048_576;

const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const range = v.tuple([place, place]);

/** In the server: what a guest may ask of a body. */
export function bodyAsks(body: Body): Asks {
  return {
    read: async (args) => {
      const [start, end] = v.parse(range, args);
      if (end < start || end - start > PIECE) throw new RangeError("the guest asks for too much at once");
      return await body.read(start, end);
    },
  };
}

/** In the sandbox: the body. */
export function remoteBody(size: number, ask: Ask): Body {
  return {
    size,
    async read(start, end) {
      const pieces: Uint8Array[] = [];
      const stop = Math.min(end, size);
      for (let at = Math.max(0, start); at < stop; at += PIECE) {
        const piece = await ask("read", at, Math.min(stop, at + PIECE));
        if (!(piece instanceof Uint8Array)) throw new TypeError("the server has given no octets");
        pieces.push(piece);
      }
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : concat(pieces);
    },
  };
}
