/**
 * Commands as they arrive (RFC 9051 §2.2.1): lines, and the literals that may end them. A command becomes one text with
 * its literals in place; one that is large enough to be a message is left on the wire for the command to take.
 */
import type { WireReader, WireWriter } from "../../../core/contract/mod.ts";
import { ConnectionClosed } from "../../../core/wire/errors.ts";

/** A literal that is announced at the end of a line (RFC 9051 §4.3, RFC 7888, RFC 3516 §4.4). */
export interface LiteralMark {
  /** Octets. */
  readonly size: number;
  /** Whether the client waits for a go-ahead. */
  readonly isSynchronizing: boolean;
  /** Whether it may hold NUL (literal8). */
  readonly isBinary: boolean;
  /** Octets of the mark itself: `{5}` has 3. */
  readonly length: number;
}

/** A literal that a command takes itself: exactly once, by one of these. */
export interface IncomingLiteral {
  /** Octets. */
  readonly size: number;
  /** Whether it may hold NUL. */
  readonly isBinary: boolean;
  /** Asks for the octets and gives them as they come. */
  octets(): AsyncIterable<Uint8Array>;
  /** After the octets: what follows them, up to the end of the line or the next literal. */
  rest(): Promise<CommandText>;
  /**
   * The literal is not wanted. One that the client has not been told to send is not sent; another is read away. The
   * command is over.
   */
  refuse(): Promise<void>;
}

/** A command as far as it has arrived: to its end, or to a literal that is still on the wire. */
export interface CommandText {
  /** Without the last CRLF, and without the mark of the literal that follows. */
  readonly octets: Uint8Array;
  /** What follows. */
  readonly literal: LiteralMark | undefined;
}

/** What a client may send. */
export interface CommandLimits {
  /** Octets of a line (RFC 7162 §4 asks for 8192 at least). */
  readonly line: number;
  /** Octets of a command with its literals, those that are taken as they come not counted. */
  readonly command: number;
}

/** A command is larger than it may be. */
export class CommandTooLarge extends Error {
  override readonly name = "CommandTooLarge";
}

/** Octets of refused literals that are read away: a client that sends more of what nobody asked for is left. */
const MOST_REFUSED = 1_048_576;
const [BRACE, TILDE, PLUS, DIGIT_0, DIGIT_9, CLOSING] = [0x7b, 0x7e, 0x2b, 0x30, 0x39, 0x7d];

/** The literal that a line announces at its end; undefined where it announces none. */
export function literalMark(line: Uint8Array): LiteralMark | undefined {
  let at = line.length - 1;
  if (line[at] !== CLOSING) return undefined;
  at--;
  const isSynchronizing = line[at] !== PLUS;
  if (!isSynchronizing) at--;
  let size = 0, scale = 1, digits = 0;
  for (let digit = line[at] ?? 0; digit >= DIGIT_0 && digit <= DIGIT_9; digit = line[--at] ?? 0) {
    size += (digit - DIGIT_0) * scale;
    scale *= 10;
    digits++;
  }
  // RFC 9051 §9, number64: at most 63 bits; nothing here is anywhere near the 53 that a number holds.
  if (line[at] !== BRACE || digits === 0 || digits > 15) return undefined;
  const isBinary = line[at - 1] === TILDE;
  return { size, isSynchronizing, isBinary, length: line.length - at + (isBinary ? 1 : 0) };
}

/** Reads the commands of one client. */
export class CommandReader {
  readonly #reader: WireReader;
  readonly #writer: WireWriter;

  /** Asks for literals by the writer. */
  constructor(reader: WireReader, writer: WireWriter) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** The first line of a command that has arrived already. @throws LineTooLong. */
  take(limits: CommandLimits): CommandText | undefined {
    const line = this.#reader.takeLine(limits.line);
    return line && textOf(line);
  }

  /** The first line of the next command; undefined at the end of the stream. @throws LineTooLong. */
  async next(limits: CommandLimits): Promise<CommandText | undefined> {
    const line = await this.#reader.readLine(limits.line);
    return line && textOf(line);
  }

  /** The text with its literal in place, to the next literal or the end. @throws CommandTooLarge: the command is over. */
  async inline({ octets, literal }: CommandText, limits: CommandLimits): Promise<CommandText> {
    if (literal === undefined) return { octets, literal };
    const { size, isBinary } = literal;
    const before = octets.length;
    const mark = new TextEncoder().encode(`${isBinary ? "~" : ""}{${size}}\r\n`);
    if (before + size > limits.command) {
      await this.#refuse(literal);
      throw new CommandTooLarge(`the command is larger than ${limits.command} octets`);
    }
    const whole = new Uint8Array(before + mark.length + size);
    // What the reader gave is valid until it reads on.
    whole.set(octets);
    whole.set(mark, before);
    await this.#goAhead(literal);
    let at = before + mark.length;
    for await (const piece of this.#reader.readExactly(size)) {
      whole.set(piece, at);
      at += piece.length;
    }
    return joined(whole, await this.#line(limits));
  }

  /** The literal that follows, for the command to take. */
  literal(mark: LiteralMark, limits: CommandLimits): IncomingLiteral {
    let isTaken = false;
    return {
      size: mark.size,
      isBinary: mark.isBinary,
      octets: () => {
        isTaken = true;
        return this.#octets(mark);
      },
      rest: async () => textOf((await this.#line(limits)).slice()),
      refuse: async () => {
        if (!isTaken) await this.#refuse(mark);
        isTaken = true;
      },
    };
  }

  async *#octets(mark: LiteralMark): AsyncGenerator<Uint8Array> {
    await this.#goAhead(mark);
    yield* this.#reader.readExactly(mark.size);
  }

  /** RFC 9051 §7.6: the client may send it now. */
  async #goAhead({ isSynchronizing }: LiteralMark): Promise<void> {
    if (!isSynchronizing) return;
    this.#writer.line("+ Go ahead");
    await this.#writer.flush();
  }

  /** RFC 7888 §4: a literal that comes unasked is read away, with the rest of its command. */
  async #refuse({ size, isSynchronizing }: LiteralMark): Promise<void> {
    if (isSynchronizing) return;
    let left = MOST_REFUSED;
    for (let mark: LiteralMark | undefined = { size, isSynchronizing, isBinary: false, length: 0 }; mark;) {
      left -= mark.size;
      if (left < 0) throw new ConnectionClosed("a refused literal is too large to be read away");
      for await (const _ of this.#reader.readExactly(mark.size));
      const line = await this.#line({ line: left, command: left });
      const next = literalMark(line);
      // A client that waits for a go-ahead now is told by the command's end that there is none.
      mark = next?.isSynchronizing === false ? next : undefined;
    }
  }

  async #line(limits: CommandLimits): Promise<Uint8Array> {
    const line = await this.#reader.readLine(limits.line);
    if (line === undefined) throw new ConnectionClosed("the client left in the middle of a command");
    return line;
  }
}

function textOf(line: Uint8Array): CommandText {
  const literal = literalMark(line);
  return { octets: literal === undefined ? line : line.slice(0, line.length - literal.length), literal };
}

function joined(before: Uint8Array, line: Uint8Array): CommandText {
  const { octets, literal } = textOf(line);
  const whole = new Uint8Array(before.length + octets.length);
  whole.set(before);
  whole.set(octets, before.length);
  return { octets: whole, literal };
}
