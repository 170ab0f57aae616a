/** Delivery as protocols see it: each stage of a message asks the filters, the directory and at last the storage. */
import type {
  AcceptAnswer,
  AcceptedRecipient,
  Delivery,
  IncomingMessage,
  RecipientAnswer,
  SmtpReply,
} from "../contract/delivery.ts";
import type { Directory } from "../contract/directory.ts";
import type { ConnectionFacts } from "../contract/filter.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { EventSink } from "../observe/observation.ts";
import { RecentMap } from "../sasl/recent_map.ts";
import { acceptMessage, type MessageStorage } from "./accept.ts";
import { isFull, type QuotaStorage } from "./full_mailbox.ts";
import type { NamedExtension } from "./place_copies.ts";
import { localError, mailboxFull, refuse } from "./replies.ts";
import { type Route, route, type RouteParts } from "./route.ts";
import {
  FilterChain,
  type Findings,
  type Judgement,
  mergeFindings,
  noFindings,
  type PlacedFilter,
} from "./run_filters.ts";
import { WaysOut } from "./ways_out.ts";

export type { PlacedFilter } from "./run_filters.ts";

/** What delivery is made of. */
export interface DeliverySettings {
  /** Where messages are kept. */
  readonly storage: MessageStorage & QuotaStorage;
  /** Where addresses lead. */
  readonly directory: Pick<Directory, "resolve">;
  /** How mail leaves; absent: not at all. */
  readonly ways?: WaysOut;
  /** Whether an account is anyone's, who need not have proven anything; absent: none is. */
  readonly isEverybodys?: (account: AccountId) => Promise<boolean>;
  /** In the order of the configuration. */
  readonly filters: readonly PlacedFilter[];
  /** Those that say where copies go, in the order of the configuration; looked at for each message. Absent: none. */
  readonly extensions?: readonly NamedExtension[];
  /** Who is told; absent: nobody. */
  readonly events?: EventSink;
  /** For the operator. */
  readonly log: Logger;
  /** Milliseconds that each filter, and all who place a message, have for each question; absent: 30 seconds. */
  readonly filterTimeout?: number;
  /** Octets that filters may make of a message; absent: 50 MB. */
  readonly largestMessage?: number;
  /** The time. */
  now(): Date;
}

/** Connections whose findings are remembered: more than there are at once, for nothing tells that one has ended. */
const mostConnections = 100_000;

/** Milliseconds. RFC 5321 §4.5.3.2: clients wait five minutes at least, and several filters may be slow. */
export const usualFilterTimeout = 30_000;

/** As `limits.message` where the configuration does not say. */
const usualLargest = 50_000_000;

/** Nobody. */
const unobserved: EventSink = { has: () => false, tell() {} };

/** Puts storage, directory and filters together. */
export function createDelivery(settings: DeliverySettings): Delivery {
  return new ServerDelivery(settings);
}

/** What filters found about a connection; only those who found something are kept. */
interface ConnectionFindings {
  readonly connected: Findings;
  /** Of the transaction in hand. */
  readonly sender: Findings;
}

class ServerDelivery implements Delivery {
  readonly #settings: DeliverySettings;
  readonly #filters: FilterChain;
  readonly #routing: RouteParts;
  readonly #byConnection = new RecentMap<string, ConnectionFindings>(mostConnections);
  readonly #byRecipient = new WeakMap<AcceptedRecipient, Findings>();

  constructor(settings: DeliverySettings) {
    this.#settings = settings;
    const { filters, filterTimeout = usualFilterTimeout, log } = settings;
    this.#routing = { directory: settings.directory, ways: settings.ways ?? new WaysOut([]) };
    this.#filters = new FilterChain(filters, filterTimeout, log);
  }

  connected(facts: ConnectionFacts): Promise<SmtpReply | undefined> | SmtpReply | undefined {
    if (!this.#filters.has("connected")) return undefined;
    return this.#filters.ask("connected", (filter) => filter.connected?.(facts), aboutWhom(facts))
      .then((judgement) => this.#remember(facts, "connected", judgement));
  }

  sender(facts: ConnectionFacts, sender: string): Promise<SmtpReply | undefined> | SmtpReply | undefined {
    if (!this.#filters.has("sender")) return undefined;
    return this.#filters.ask("sender", (filter) => filter.sender?.(facts, sender), aboutWhom(facts))
      .then((judgement) => this.#remember(facts, "sender", judgement));
  }

  async recipient(facts: ConnectionFacts, address: string): Promise<RecipientAnswer> {
    const found = await this.#route(facts, address);
    if ("refusal" in found) return refuse(found.refusal);
    const { accounts, isSeparate, remote } = found;
    const recipient: AcceptedRecipient = {
      ...{ address, accounts },
      ...isSeparate && { isSeparate },
      ...remote.length > 0 && { remote },
    };
    // Filters are asked about those only who would get the message.
    if (this.#filters.has("recipient")) {
      const { refusal, findings } = await this.#filters.ask(
        "recipient",
        (filter) => filter.recipient?.(facts, address),
        aboutWhom(facts),
      );
      if (refusal !== undefined) return refuse(refusal);
      if (isSomething(findings)) this.#byRecipient.set(recipient, findings);
    }
    return { accepted: true, recipient };
  }

  async accept(message: IncomingMessage): Promise<AcceptAnswer> {
    const settings = this.#settings;
    const { connected, sender } = this.#byConnection.get(message.facts.id) ?? noConnectionFindings;
    const earlier = {
      whole: mergeFindings([connected, sender]),
      recipients: message.recipients.map((recipient) => this.#byRecipient.get(recipient) ?? noFindings),
    };
    const { storage, log, filterTimeout: timeout = usualFilterTimeout } = settings;
    const extensions = settings.extensions?.filter(({ extension }) => extension.place !== undefined) ?? [];
    const follow = (address: string) => route(address, this.#routing, true);
    return await acceptMessage(message, earlier, {
      ...{ storage, log, filters: this.#filters },
      ...extensions.length > 0 && { placing: { extensions, timeout, log, route: follow } },
      events: settings.events ?? unobserved,
      largest: settings.largestMessage ?? usualLargest,
      now: () => settings.now(),
    });
  }

  async #route(facts: ConnectionFacts, address: string): Promise<Route> {
    const { storage, log } = this.#settings;
    try {
      const found = await route(address, this.#routing, await this.#mayRelay(facts));
      const { warning } = found;
      if (warning) log.warn(warning.message, { recipient: address, at: warning.at.join(" ") });
      if ("refusal" in found) return found;
      const { accounts, quota } = found;
      for (const account of accounts) if (await isFull(account, storage, quota)) return { refusal: mailboxFull };
      return found;
    } catch (error) {
      log.error("a recipient cannot be looked up", { ...aboutWhom(facts), recipient: address, error });
      return { refusal: localError };
    }
  }

  /** Design section 8: who has authenticated; by an account that is everybody's, nobody has. */
  async #mayRelay({ account }: ConnectionFacts): Promise<boolean> {
    return account !== undefined && !await this.#settings.isEverybodys?.(account);
  }

  #remember(
    { id }: ConnectionFacts,
    stage: keyof ConnectionFindings,
    { refusal, findings = noFindings }: Judgement,
  ): SmtpReply | undefined {
    const known = this.#byConnection.get(id) ?? noConnectionFindings;
    const next = { ...known, [stage]: findings };
    if (isSomething(next.connected) || isSomething(next.sender)) this.#byConnection.set(id, next);
    else this.#byConnection.delete(id);
    return refusal;
  }
}

const noConnectionFindings: ConnectionFindings = { connected: noFindings, sender: noFindings };

function isSomething({ headers, quarantine }: Findings): boolean {
  return headers.length > 0 || quarantine !== undefined;
}

function aboutWhom({ id, peer }: ConnectionFacts): object {
  return { connection: id, peer };
}
