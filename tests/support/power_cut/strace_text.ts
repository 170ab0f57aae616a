/** What strace(1) writes with `-f -yy -xx -ttt -r -a1`: system calls, and when each began and returned. Pure. */

/** A call, when all of the text has been read. */
export interface Call {
  /** As the kernel names it. */
  readonly name: string;
  /** As written, in order. */
  readonly args: readonly string[];
  /** What it gave: −1 where it failed; undefined where its thread ended within it. */
  readonly result: number | undefined;
}

/** Something that happened, `at` in seconds: a call began or returned, or all threads have ended. */
export type Happening =
  | { readonly at: number; readonly what: "began" | "returned"; readonly call: Call }
  | { readonly at: number; readonly what: "ended" };

type Growing = { -readonly [Key in keyof Call]: Call[Key] };

const unfinished = " <unfinished ...>";
/** Thread, time, and the time that has passed since the line before. */
const beginning = /^(\d+) +(\d+\.\d+) (?:\(\+ +(\d+\.\d+)\) )?/;

/** Seconds by which the system's clock may be away from the time that has passed before it counts as set. */
export const SET = 0.1;

/**
 * Reads the lines of one file.
 *
 * @param set Seconds by which the system's clock had been set when the first was written.
 * @throws Error at a line that is not known.
 */
export function parseStrace(lines: Iterable<string>, set = 0): Happening[] {
  const found: Happening[] = [];
  const underWay = new Map<string, Growing>();
  let at = 0, begun: number | undefined, passed = 0;
  for (const line of lines) {
    if (line === "") continue;
    const [start = "", thread = "", time = "", since] = beginning.exec(line) ?? unknown(line);
    begun ??= Number(time);
    passed += Number(since ?? 0);
    // The system's clock may be set meanwhile; that of `-r` never is, but is not the same for two programs.
    const away = since === undefined ? 0 : Number(time) - begun - passed;
    at = Math.max(at, Number(time) - set - (Math.abs(away) > SET ? away : 0));
    const rest = line.slice(start.length);
    // Signals, and the ends of threads.
    if (/^(?:---|\+\+\+) /.test(rest)) continue;
    // An error's name follows, or what a descriptor is of, and no further sign like it.
    const equals = rest.lastIndexOf(" = "), given = equals < 0 ? undefined : resultIn(rest.slice(equals + 3));
    if (rest.startsWith("<... ")) {
      const call = underWay.get(thread) ?? unknown(line);
      underWay.delete(thread);
      call.result = given;
      found.push({ at, what: "returned", call });
      continue;
    }
    const open = rest.indexOf("(");
    if (open < 0) unknown(line);
    const said = rest.slice(open + 1, equals < 0 ? rest.length : equals).replace(/(?: <unfinished \.\.\.>)?\)?$/, "");
    const call: Growing = { name: rest.slice(0, open), args: argumentsIn(said), result: given };
    found.push({ at, what: "began", call });
    if (rest.endsWith(unfinished)) underWay.set(thread, call);
    else found.push({ at, what: "returned", call });
  }
  return [...found, { at, what: "ended" }];
}

/** The octets of a string in hexadecimal: `"\x61\x0d"`. @throws Error where it is something else, or cut short. */
export function octetsIn(argument: string): Uint8Array {
  if (!argument.startsWith('"') || !argument.endsWith('"') || argument.length % 4 !== 2) unknown(argument);
  const octets = new Uint8Array((argument.length - 2) / 4);
  for (let at = 0; at < octets.length; at++) {
    octets[at] = digit(argument, 4 * at + 3) << 4 | digit(argument, 4 * at + 4);
  }
  return octets;
}

/** The path of a string, or what a descriptor is of: `5<TCP:[…]>`; undefined of one whose file has no name any more. */
export function placeIn(argument: string): string | undefined {
  if (argument.startsWith('"')) return new TextDecoder().decode(octetsIn(argument));
  const [, what = ""] = /^[^"<]*<([^]*)>(?:\(deleted\))?$/.exec(argument) ?? unknown(argument);
  if (argument.endsWith("(deleted)")) return undefined;
  // A device's number may follow its path.
  const [hex] = /^(?:\\x[0-9a-f]{2})+/.exec(what) ?? [];
  return hex === undefined ? what : new TextDecoder().decode(octetsIn(`"${hex}"`));
}

function digit(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

/** At commas that are in no bracket; strings hold none. */
function argumentsIn(text: string): string[] {
  const found: string[] = [];
  let start = 0, depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === '"') at = text.indexOf('"', at + 1);
    else if ("{[<".includes(sign)) depth++;
    // The arrow between two addresses is no bracket.
    else if ("}]".includes(sign) || sign === ">" && text[at - 1] !== "-") depth--;
    else if (sign === "," && depth === 0) {
      found.push(text.slice(start, at));
      start = at + 2;
    }
  }
  return start < text.length ? [...found, text.slice(start)] : found;
}

function resultIn(text: string): number | undefined {
  const [result = ""] = /^(?:-?\d+|0x[0-9a-f]+|\?)/.exec(text) ?? unknown(text);
  return result === "?" ? undefined : Number(result);
}

function unknown(text: string): never {
  throw new Error(`strace has written what is not known: ${text.slice(0, 300)}`);
}
