/** All accounts, some at a time. Used by Ph and LDAP. */
import type { Account, Storage } from "../../core/contract/mod.ts";
import { letOthersIn } from "../../core/wire/turns.ts";

/** Accounts that are read at a time: other sessions have their turn before each page. */
const PAGE = 500;

/** Accounts in the order of their addresses. @param after Only those after this address. */
export async function* accountPages(
  storage: Pick<Storage, "accounts">,
  after?: string,
): AsyncGenerator<readonly Account[]> {
  for (let last = after, isMore = true; isMore;) {
    // A storage may have the next page at once.
    await letOthersIn();
    const page = await storage.accounts(last, PAGE);
    yield page;
    last = page.at(-1)?.address;
    isMore = page.length === PAGE;
  }
}
