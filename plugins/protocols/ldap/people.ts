/** Which people there are for whoever asks: accounts of the storage, as entries. */
import type { Account, AccountId } from "../../../core/contract/mod.ts";
import { accountPages } from "../account_pages.ts";
import type { Entry } from "./entry.ts";
import { personEntry } from "./person.ts";
import type { LdapService } from "./service.ts";

/** Whom somebody may see. */
export type IsVisible = (account: Pick<Account, "id" | "address">) => boolean;

/** People as one client sees them. */
export class People {
  readonly #service: LdapService;
  readonly #isVisible: IsVisible;

  /** @param isVisible Whether the client may see an account. */
  constructor(service: LdapService, isVisible: IsVisible) {
    this.#service = service;
    this.#isVisible = isVisible;
  }

  /** The entry of this address, however it is written; undefined where there is none, or none to be seen. */
  async find(address: string): Promise<Entry | undefined> {
    const { context: { directory, storage } } = this.#service;
    const id = await directory.findAccount(address);
    const account = id && await storage.account(id);
    if (account === undefined || !this.#isVisible(account)) return undefined;
    return this.#entryOf(account, await this.#aliases());
  }

  /** All, in the order of their addresses, after one of them. */
  async *all(after: string | undefined): AsyncGenerator<Entry> {
    const { context: { storage } } = this.#service;
    const aliases = await this.#aliases();
    for await (const page of accountPages(storage, after)) {
      for (const account of page) {
        const entry = this.#isVisible(account) ? this.#entryOf(account, aliases) : undefined;
        if (entry !== undefined) yield entry;
      }
    }
  }

  #entryOf(account: Account, aliases: Aliases): Entry | undefined {
    const place = this.#service.tree.placeOf(account.address);
    return place && personEntry(place.people, place.uid, account, aliases.get(account.address) ?? []);
  }

  /** Aliases by the one address that they lead to; lists of several are nobody's own. */
  async #aliases(): Promise<Aliases> {
    const { context: { storage }, options } = this.#service;
    const byAddress = new Map<string, string[]>();
    for (const { address, to: [to = "", ...more] } of options.aliases ? await storage.aliases() : []) {
      // A catch-all is no address.
      if (more.length > 0 || address.startsWith("@")) continue;
      byAddress.set(to, [...byAddress.get(to) ?? [], address]);
    }
    return byAddress;
  }
}

type Aliases = ReadonlyMap<string, readonly string[]>;

/** Whom an account may see; undefined: whom anybody may see. */
export function visibility(
  { options }: Pick<LdapService, "options">,
  own: { readonly id: AccountId; readonly address: string } | undefined,
): IsVisible {
  if (own === undefined || options.visible === "all") return () => true;
  if (options.visible === "self") return ({ id }) => id === own.id;
  const domain = own.address.slice(own.address.lastIndexOf("@"));
  return ({ address }) => address.endsWith(domain);
}
