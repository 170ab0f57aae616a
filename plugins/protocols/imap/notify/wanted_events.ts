/** Which events a client wants to be told of, of which mailboxes (RFC 5465 §5, §6). Pure. */
import { othersPrefix } from "../access.ts";
import type { FetchItem } from "../grammar/fetch_items.ts";
import { superiorNames } from "./superior_names.ts";
import type { EventGroup, NotifyEvent } from "../grammar/notify_arguments.ts";

/** Events of a mailbox, as bits. */
export const MESSAGES = 1, FLAGS = 2, NAMES = 4, SUBSCRIPTIONS = 8, METADATA = 16;

/** The bits by the names of the events; what is not here is not supported. */
const bits: ReadonlyMap<string, number> = new Map([
  // RFC 5465 §5: the grammar has both or none of them.
  ["MessageNew", MESSAGES],
  ["MessageExpunge", MESSAGES],
  ["FlagChange", FLAGS],
  ["MailboxName", NAMES],
  ["SubscriptionChange", SUBSCRIPTIONS],
  ["MailboxMetadataChange", METADATA],
  // Of no mailbox.
  ["ServerMetadataChange", 0],
]);

/** Names of the events that there are (RFC 5465 §3.1, BADEVENT). */
export const supportedEvents: readonly string[] = [...bits.keys()];

/** What a client wants to be told of the mailbox that is selected. */
export interface SelectedEvents {
  /** Whether that others come and go. */
  readonly messages: boolean;
  /** Whether flags. */
  readonly flags: boolean;
  /** Whether what is gone waits until the client asks for something (RFC 5465 §6.1.2). */
  readonly isDelayed: boolean;
  /** What is told of each new message, besides that it is there. */
  readonly items: readonly FetchItem[];
}

/** RFC 5465 §3.1: what a client is told that has never sent NOTIFY. */
export const everything: SelectedEvents = { messages: true, flags: true, isDelayed: false, items: [] };
/** RFC 5465 §3.1: what it is told without a filter for the selected mailbox. */
const nothing: SelectedEvents = { messages: false, flags: false, isDelayed: false, items: [] };

/** Whether an event is among those that are supported. */
export function isSupported({ name }: NotifyEvent): boolean {
  return bits.has(name);
}

/** The events of a whole command. */
export class WantedEvents {
  /** Of the selected mailbox, whichever that is. */
  readonly selected: SelectedEvents;
  /** Whether entries of the server's metadata are wanted. */
  readonly serverMetadata: boolean;
  #personal = 0;
  #subscribed = 0;
  readonly #named = new Map<string, number>();
  readonly #below = new Map<string, number>();

  /** Of groups whose names are as LIST has them. */
  constructor(groups: readonly EventGroup[]) {
    this.selected = selectedOf(groups) ?? nothing;
    this.serverMetadata = groups.some(({ events }) => events.some(({ name }) => name === "ServerMetadataChange"));
    for (const { filter, events } of groups) {
      const wanted = events.reduce((sum, { name }) => sum | (bits.get(name) ?? 0), 0);
      switch (filter.which) {
        case "personal":
        // RFC 5465 §6.3: filters may have mail delivered anywhere, and so it is the same.
        case "inboxes":
          this.#personal |= wanted;
          break;
        case "subscribed":
          this.#subscribed |= wanted;
          break;
        case "mailboxes":
          for (const name of filter.names) add(this.#named, name, wanted);
          break;
        case "subtree":
          for (const name of filter.names) add(this.#below, name, wanted);
          break;
      }
    }
  }

  /** Bits of a mailbox by its name. */
  of(name: string, isSubscribed: boolean): number {
    let wanted = (this.#named.get(name) ?? 0) | (this.#below.get(name) ?? 0);
    if (isSubscribed) wanted |= this.#subscribed;
    if (!name.startsWith(othersPrefix)) wanted |= this.#personal;
    // RFC 5465 §6.5: what is below a name is of its subtree.
    if (this.#below.size > 0) { for (const above of superiorNames(name)) wanted |= this.#below.get(above) ?? 0; }
    return wanted;
  }

  /** Whether anything is wanted of mailboxes that are not selected. */
  get isOfOthers(): boolean {
    return this.#all.some((events) => events !== 0);
  }

  get #all(): readonly number[] {
    return [this.#personal, this.#subscribed, ...this.#named.values(), ...this.#below.values()];
  }

  /** Whether entries of metadata are wanted of any mailbox. */
  get hasMetadata(): boolean {
    return this.#all.some((events) => (events & METADATA) !== 0);
  }

  /** Whether names are wanted, or subscriptions to them. */
  get hasNames(): boolean {
    return this.#all.some((events) => (events & (NAMES | SUBSCRIPTIONS)) !== 0);
  }

  /** Whether others' mailboxes can be among those that are meant. */
  get reachesOthers(): boolean {
    if (this.#subscribed !== 0) return true;
    return [...this.#named.keys(), ...this.#below.keys()].some((name) => `${name}/`.startsWith(othersPrefix));
  }
}

function selectedOf(groups: readonly EventGroup[]): SelectedEvents | undefined {
  for (const { filter, events } of groups) {
    if (filter.which !== "selected" && filter.which !== "selected-delayed") continue;
    const find = (wanted: string) => events.find(({ name }) => name === wanted);
    const isNew = find("MessageNew");
    return {
      messages: isNew !== undefined,
      flags: find("FlagChange") !== undefined,
      isDelayed: filter.which === "selected-delayed",
      items: isNew?.items ?? [],
    };
  }
  return undefined;
}

function add(wanted: Map<string, number>, name: string, events: number): void {
  wanted.set(name, (wanted.get(name) ?? 0) | events);
}
