/**
 * One session of LDAP (RFC 4511). Its invariants:
 * - requests are done one after another, in the order in which they come, each to its end: so one that is to be abandoned
 *   is over by then (§4.11), and nothing is outstanding when a bind or TLS begins (§4.2.1, §4.14.1);
 * - every request but unbind and abandon has exactly one answer that is the last;
 * - a message that cannot be told from the next one ends the session (§4.1.1).
 */
import type { Account, Connection } from "../../../core/contract/mod.ts";
import { ConnectionClosed, DeadlineExceeded, Stopping } from "../../../core/wire/errors.ts";
import { sendLastWords } from "../../../core/wire/last_words.ts";
import { bind } from "./bind.ts";
import { extended } from "./extended.ts";
import { readFrame } from "./frame.ts";
import { readElement } from "./grammar/ber.ts";
import { hasUnmet } from "./grammar/controls.ts";
import { type ClientMessage, type Control, readClientMessage, type Request } from "./grammar/request.ts";
import { printNotice, printResult, type Result, result } from "./grammar/result.ts";
import type { Outcome } from "./outcome.ts";
import { People, visibility } from "./people.ts";
import { compare, search } from "./search.ts";
import type { LdapService } from "./service.ts";
import { anonymous, type State } from "./state.ts";

/** Serves one connection. The core closes it afterwards. */
export async function serveLdap(connection: Connection, stop: AbortSignal, service: LdapService): Promise<void> {
  await using session = new LdapSession(connection, service);
  await session.serve(stop);
}

/** What requests may use of a session, and the loop that does them. */
export class LdapSession implements AsyncDisposable {
  /** Whom it serves. */
  readonly connection: Connection;
  /** What it shares with others. */
  readonly service: LdapService;
  /** Whether a layer of SASL is in effect. */
  isSealed = false;
  #state: State = anonymous;

  /** A session that has not begun. */
  constructor(connection: Connection, service: LdapService) {
    this.connection = connection;
    this.service = service;
  }

  /** Whether those who have not logged in may look. */
  get admitsAnonymous(): boolean {
    return this.service.options.anonymous.contains(this.connection.peer.hostname);
  }

  /** The account that has logged in, while there is one. */
  async account(): Promise<Account | undefined> {
    return this.#state.name === "bound" ? await this.service.context.storage.account(this.#state.account) : undefined;
  }

  /** Whom the client may see; undefined: nobody. */
  async people(): Promise<People | undefined> {
    const account = await this.account();
    if (account === undefined && !this.admitsAnonymous) return undefined;
    // Who logs in sees no less than who does not.
    return new People(this.service, visibility(this.service, this.admitsAnonymous ? undefined : account));
  }

  /** From the first message to the last. */
  async serve(stop: AbortSignal): Promise<void> {
    try {
      await this.#sayWhy(await this.#converse(stop));
    } catch (error) {
      if (error instanceof ConnectionClosed) {
        return this.connection.log.debug("client broke off", { why: error.message });
      }
      if (!(error instanceof DeadlineExceeded) && !(error instanceof Stopping)) throw error;
      if (error instanceof DeadlineExceeded) this.connection.log.info("client was too slow");
      const isStopping = error instanceof Stopping;
      await this.#sayWhy(
        isStopping ? result("unavailable", "the server is stopping") : result("adminLimitExceeded", "too slow"),
      );
    }
  }

  /** Gives back what the session holds. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.name === "binding") await this.#state.exchange[Symbol.asyncDispose]();
  }

  /** Does what is asked until the client leaves; otherwise, why it is to be left. */
  async #converse(stop: AbortSignal): Promise<Result | undefined> {
    const { connection, service: { context, options } } = this;
    if (!options.allow.contains(connection.peer.hostname)) {
      connection.log.warn("turned away: the option allow does not name the address");
      return result("unwillingToPerform", "you may not connect from there");
    }
    for (;;) {
      if (stop.aborted) throw new Stopping();
      await connection.writer.flush();
      const frame = await readFrame(connection, { idleTimeout: options.idle_timeout, now: () => context.now() });
      if (frame === undefined) throw new ConnectionClosed("the client left without unbind");
      const element = frame === "malformed" ? undefined : readElement(frame);
      const message = element && readClientMessage(element);
      if (message === undefined) {
        connection.log.info("the client sent no message");
        return result("protocolError", "that is no message");
      }
      connection.setIdleTimeout(options.idle_timeout);
      const { request } = message;
      if (request !== "malformed" && request.kind === "unbind") return undefined;
      await this.#answer(message);
    }
  }

  async #answer({ id, request, controls, responseTag }: ClientMessage): Promise<void> {
    if (responseTag === undefined) return;
    const outcome = await this.#outcome(id, request, controls);
    this.#state = outcome.state ?? this.#state;
    this.connection.writer.bytes(printResult(id, responseTag, outcome.result, outcome.fields, outcome.controls));
    if (outcome.securityLayer === undefined && !outcome.startsTls) return;
    // RFC 4511 §4.14.2, RFC 4513 §5.2.1.4: in effect after the last octet of the answer.
    await this.connection.writer.flush();
    if (outcome.securityLayer !== undefined) {
      this.connection.installSecurityLayer(outcome.securityLayer);
      this.isSealed = true;
    } else await this.#startTls();
  }

  async #startTls(): Promise<void> {
    await this.connection.startTls();
    // RFC 4513 §4: who was somebody in clear text is somebody no more.
    this.#state = anonymous;
  }

  /** The one place where an error becomes an answer. */
  async #outcome(id: number, request: Request | "malformed", controls: readonly Control[]): Promise<Outcome> {
    if (request === "malformed") return { result: result("protocolError", "the request is malformed") };
    if (hasUnmet(controls, request.kind)) return { result: result("unavailableCriticalExtension") };
    try {
      return await this.#run(id, request, controls);
    } catch (error) {
      if (error instanceof ConnectionClosed || error instanceof DeadlineExceeded) throw error;
      this.connection.log.error("request failed", { error });
      return { result: result("unavailable", "try again later") };
    }
  }

  async #run(id: number, request: Request, controls: readonly Control[]): Promise<Outcome> {
    if (request.kind === "bind") {
      const state = this.#state;
      // Whatever comes of it: a bind that fails leaves nobody logged in (RFC 4511 §4.2.1).
      this.#state = anonymous;
      return await bind(this, state, request);
    }
    if (this.#state.name === "binding") {
      // RFC 4511 §4.2.1: nothing may come between; it would be done as nobody knows whom.
      await this.#state.exchange[Symbol.asyncDispose]();
      return { result: result("operationsError", "a bind is under way"), state: anonymous };
    }
    switch (request.kind) {
      case "search":
        return await search(this, id, request, controls);
      case "compare":
        return await compare(this, request);
      case "extended":
        return await extended(this, request);
      default:
        return { result: result("unwillingToPerform", "everything here is read-only") };
    }
  }

  /** RFC 4511 §4.4.1: why the server leaves, if the client can still hear it. */
  async #sayWhy(reason: Result | undefined): Promise<void> {
    const { connection } = this;
    if (reason !== undefined) connection.writer.bytes(printNotice(reason));
    await sendLastWords(connection);
  }
}
