/**
 * What may cross the border of a sandbox: plain data. Whatever a guest sends is copied into objects of our own before
 * anyone looks at it, so that nothing in it can be a getter, change afterwards, or stand for a prototype.
 */

/** Plain data. Names are the objects' own, and never `__proto__`. */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array<ArrayBuffer>
  | Date
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** Values in one message, and how deep they may lie. */
const mostValues = 100_000;
const mostDepth = 32;

/** What is no plain data, or too much of it. */
export class NotPlain extends Error {
  override readonly name = "NotPlain";
}

/** A copy. Octets are not copied: they are in memory that nobody shares. @throws NotPlain. */
export function plainCopy(given: unknown): Plain {
  let left = mostValues;

  function copy(value: unknown, depth: number): Plain {
    if (--left < 0) throw new NotPlain("it is too large");
    switch (typeof value) {
      case "undefined":
      case "boolean":
      case "number":
      case "string":
        return value;
      case "object":
        if (value === null) return null;
        if (depth >= mostDepth) throw new NotPlain("it is too deep");
        return copyObject(value, depth + 1);
      default:
        throw new NotPlain(`it holds a ${typeof value}`);
    }
  }

  function copyObject(value: object, depth: number): Plain {
    if (Array.isArray(value)) {
      // An array may claim to be longer than memory.
      if (value.length > left) throw new NotPlain("it is too large");
      return Array.from(value, (item: unknown) => copy(item, depth));
    }
    if (value instanceof Uint8Array) {
      // Memory that is shared could change after it has been looked at.
      if (!(value.buffer instanceof ArrayBuffer)) throw new NotPlain("it holds shared memory");
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    if (value instanceof Date) return new Date(value.getTime());
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new NotPlain("it holds what is no plain object");
    const made: Record<string, Plain> = {};
    for (const name of Object.keys(value)) {
      if (name !== "__proto__") made[name] = copy(Reflect.get(value, name), depth);
    }
    return made;
  }

  return copy(given, 0);
}
