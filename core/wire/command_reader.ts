/**
 * Commands as they arrive in IMAP (RFC 9051 §2.2.1) and ACAP (RFC 2244 §2.2.1): lines, and the literals that may end them. A
 * command becomes one text with its literals in place; one that is large enough to be a message is left on the wire for the
 * command to take. Whatever goes wrong, what the client has announced is read away: its octets are never taken for commands.
 */
import type { WireReader, WireWriter } from "../contract/connection.ts";
import { ConnectionClosed, LineTooLong, TooMuchRefused } from "./errors.ts";
import { GatheredText } from "./gathered_text.ts";
import { type LiteralMark, literalMark } from "./literal_mark.ts";

/** A literal that a command takes itself, once; then its `rest`. */
export interface IncomingLiteral {
  /** Octets. */
  readonly size: number;
  /** Whether it may hold NUL. */
  readonly isBinary: boolean;
  /** Asks for the octets and gives them as they come. */
  octets(): AsyncIterable<Uint8Array>;
  /** After the octets: what follows them, up to the end of the line or the next literal. @throws CommandTooLarge. */
  rest(): Promise<CommandText>;
  /**
   * The command is over: what is still to come of it is read away. A literal that the client has not been told to send is
   * not sent. Harmless after `rest`. @throws TooMuchRefused.
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
  /** Octets that are read away when they come unasked. */
  readonly refused: number;
}

/** A command is larger than it may be. It has been read away. */
export class CommandTooLarge extends Error {
  override readonly name = "CommandTooLarge";
}

/** Reads the commands of one client. */
export class CommandReader {
  readonly #reader: WireReader;
  readonly #writer: WireWriter;
  readonly #goAheadLine: string;
  readonly #limits: () => CommandLimits;

  /** Asks for literals by the writer, with a line in the protocol's words. */
  constructor(reader: WireReader, writer: WireWriter, goAhead: string, limits: () => CommandLimits) {
    this.#reader = reader;
    this.#writer = writer;
    this.#goAheadLine = goAhead;
    this.#limits = limits;
  }

  /** The first line of a command that has arrived already. @throws LineTooLong: `refuse` what it announces. */
  take(): CommandText | undefined {
    const line = this.#reader.takeLine(this.#limits().line);
    return line && textOf(line);
  }

  /** The first line of the next command; undefined at the end of the stream. @throws LineTooLong. */
  async next(): Promise<CommandText | undefined> {
    const line = await this.#reader.readLine(this.#limits().line);
    return line && textOf(line);
  }

  /**
   * The command to its end, or to the first literal that it takes itself.
   *
   * @param takes Whether it takes the literal that follows so much text. @throws CommandTooLarge.
   */
  async whole(first: CommandText, takes: (text: Uint8Array) => boolean): Promise<CommandText> {
    if (first.literal === undefined || takes(first.octets)) return first;
    const gathered = new GatheredText(first.octets);
    let mark: LiteralMark | undefined = first.literal;
    while (mark !== undefined && !takes(gathered.octets)) {
      await this.#gather(gathered, mark);
      const { octets, literal } = textOf(await this.#line());
      gathered.add(octets);
      mark = literal;
    }
    return { octets: gathered.octets, literal: mark };
  }

  /** The literal that follows, for the command to take. */
  literal(mark: LiteralMark): IncomingLiteral {
    let stage: "announced" | "sent" | "over" = "announced";
    let data: AsyncIterable<Uint8Array> | undefined;
    const octets = async function* (this: CommandReader) {
      stage = "sent";
      data = this.#reader.readExactly(mark.size);
      await this.#goAhead(mark);
      yield* data;
    };
    return {
      size: mark.size,
      isBinary: mark.isBinary,
      octets: octets.bind(this),
      rest: async () => {
        stage = "over";
        // What the reader gives is valid until it reads on.
        return textOf((await this.#line()).slice());
      },
      refuse: async () => {
        const before = stage;
        stage = "over";
        if (before === "announced") return await this.refuse(mark);
        if (before === "over" || data === undefined) return;
        for await (const _ of data);
        await this.refuse(literalMark(await this.#lineEnd()));
      },
    };
  }

  /** RFC 7888 §4: literals that come unasked are read away, with the rest of their command. @throws TooMuchRefused. */
  async refuse(mark: LiteralMark | undefined): Promise<void> {
    let left = this.#limits().refused;
    // A client that waits for a go-ahead is told by the command's end that there is none.
    for (let next = mark; next !== undefined && !next.isSynchronizing;) {
      left -= next.size;
      if (left < 0) throw new TooMuchRefused("a refused literal is too large to be read away");
      for await (const _ of this.#reader.readExactly(next.size));
      const line = await this.#lineEnd();
      left -= line.length;
      next = literalMark(line);
    }
  }

  /** The literal at its place in the text. @throws CommandTooLarge. */
  async #gather(gathered: GatheredText, mark: LiteralMark): Promise<void> {
    const { size, isBinary } = mark, { command } = this.#limits();
    if (gathered.octets.length + size > command) {
      await this.refuse(mark);
      throw new CommandTooLarge(`the command is larger than ${command} octets`);
    }
    gathered.add(new TextEncoder().encode(`${isBinary ? "~" : ""}{${size}}\r\n`));
    await this.#goAhead(mark);
    for await (const piece of this.#reader.readExactly(size)) gathered.add(piece);
  }

  /** RFC 9051 §7.6, RFC 2244 §2.5: the client may send it now. */
  async #goAhead({ isSynchronizing }: LiteralMark): Promise<void> {
    if (!isSynchronizing) return;
    this.#writer.line(this.#goAheadLine);
    await this.#writer.flush();
  }

  /** What follows a literal. @throws CommandTooLarge. */
  async #line(): Promise<Uint8Array> {
    try {
      return await this.#rawLine();
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      await this.refuse(literalMark(error.ending));
      throw new CommandTooLarge("a line of the command is too long", { cause: error });
    }
  }

  /** The same, of which only the end matters. */
  async #lineEnd(): Promise<Uint8Array> {
    try {
      return await this.#rawLine();
    } catch (error) {
      if (error instanceof LineTooLong) return error.ending;
      throw error;
    }
  }

  async #rawLine(): Promise<Uint8Array> {
    const line = await this.#reader.readLine(this.#limits().line);
    if (line === undefined) throw new ConnectionClosed("the client left in the middle of a command");
    return line;
  }
}

function textOf(line: Uint8Array): CommandText {
  const literal = literalMark(line);
  return { octets: literal === undefined ? line : line.subarray(0, line.length - literal.length), literal };
}
