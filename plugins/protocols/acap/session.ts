/** What commands may use of a session: whom it serves, where it stands, and what its client is told. */
import type { Connection, ExchangeEnd } from "../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../core/wire/ascii.ts";
import { type CommandLimits, CommandReader } from "../../../core/wire/command_reader.ts";
import { type ContextHolder, Contexts } from "./contexts/contexts.ts";
import type { Dialect } from "./grammar/criteria.ts";
import type { Octets } from "./octets.ts";
import { printString } from "./printing/strings.ts";
import { printReply, type Reply } from "./replies.ts";
import type { AcapService } from "./service.ts";
import type { State, User } from "./state.ts";

/** Before a login little is needed, and anybody may ask: a ticket of GSSAPI. */
const strangersLimits: CommandLimits = { line: 65_536, command: 65_536, refused: 1_048_576 };
/** RFC 2244 §2.2: lines of arbitrary length; values come as literals. */
const usersLimits: CommandLimits = { line: 1_048_576, command: 2_097_152, refused: 16_777_216 };

/** One session. */
export class Session implements ContextHolder, Disposable {
  /** Whom it serves. */
  readonly connection: Connection;
  /** What it shares with others. */
  readonly service: AcapService;
  /** What the client sends. */
  readonly reader: CommandReader;
  /** What its searches have made. */
  readonly contexts: Contexts;
  /** Of the command under way. */
  tag = "*";
  /** Where it stands. */
  state: State = { name: "not-authenticated" };

  /** A session that has not begun. */
  constructor(connection: Connection, service: AcapService) {
    this.connection = connection;
    this.service = service;
    const limits = () => this.state.name === "not-authenticated" ? strangersLimits : usersLimits;
    this.reader = new CommandReader(connection.reader, connection.writer, '+ "Ready for more"', limits);
    this.contexts = new Contexts(this);
  }

  /** What the client may say beyond RFC 2244. */
  get dialect(): Dialect {
    return { knowsEudora: this.service.options.eudora };
  }

  /** RFC 2244 §6.1.1, RFC 2595 §5.1: what can be done now. */
  greet(): void {
    const capabilities = [...this.service.commands.values()].flatMap(({ capability }) => {
      const [name, ...values] = capability?.(this) ?? [];
      return name === undefined ? [] : `(${[name, ...values.map(printString)].join(" ")})`;
    });
    this.untagged(["ACAP", '(IMPLEMENTATION "Quetzal")', ...capabilities].join(" "));
  }

  /** Writes an untagged response; it is sent with the next flush. */
  untagged(response: Octets): void {
    this.#line(`* ${response}`);
  }

  /** Writes an intermediate response of the command under way. */
  intermediate(response: Octets): void {
    this.#line(`${this.tag} ${response}`);
  }

  /** Writes a command continuation request (RFC 2244 §2.5). */
  challenge(data: Octets): void {
    this.#line(`+ ${printString(data)}`);
  }

  /** Writes the reply to a command. */
  reply(tag: string, reply: Reply): void {
    this.#line(`${tag} ${printReply(reply)}`);
  }

  /** Waits until the client reads, where much is to be told. */
  async flushIfFull(): Promise<void> {
    if (this.connection.writer.isFull) await this.connection.writer.flush();
  }

  /** What an account that has proven itself may be in this session; undefined where it is gone. */
  async userOf(end: Extract<ExchangeEnd, { state: "authenticated" }>, isAnonymous: boolean): Promise<User | undefined> {
    const { context: { storage, directory }, options } = this.service;
    const address = (await storage.account(end.account))?.address;
    if (address === undefined) return undefined;
    const local = address.slice(0, address.lastIndexOf("@"));
    const isKnownByLocalPart = await directory.findAccount(local) === end.account;
    return {
      ...{ account: end.account, address },
      identifiers: new Set(isAnonymous ? [] : isKnownByLocalPart ? [address, local] : [address]),
      isAdministrator: !isAnonymous && options.administrators.includes(address),
    };
  }

  failed(error: unknown): void {
    this.connection.log.error("changes can no longer be followed", { error });
  }

  /** Nothing of it is watched any more. */
  [Symbol.dispose](): void {
    this.contexts[Symbol.dispose]();
  }

  #line(text: Octets): void {
    this.connection.writer.bytes(latin1Bytes(`${text}\r\n`));
  }
}
