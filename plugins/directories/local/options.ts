/** The options of `local` in the configuration. */
import * as v from "valibot";
import { options } from "../../../core/options/options.ts";
import { flag, integer, listOf, text, value, type ValueSchema } from "../../../core/options/values.ts";
import { isDomain } from "./address_book.ts";

/** RFC 5233 §4.1 leaves the separator to the server. A letter, a digit or a dot would cut ordinary names in two. */
const separator: ValueSchema<string> = value(
  'one character such as "+" or "-", or "" for no sub-addresses',
  (given) => typeof given === "string" && /^[!#$%&'*+\-/=?^_`{|}~]?$/.test(given) ? given : undefined,
);

/** `*.example.org` stands for the domains right below. */
const multidropDomain: ValueSchema<string> = value(
  'a domain such as "host.example.org", or "*.example.org" for each right below it',
  (given) => typeof given === "string" && isDomain(given.replace(/^\*\./, "")) ? given : undefined,
);

/** Their schema; all have defaults. */
export const localOptions = options({
  /**
   * Log2 of scrypt's N (RFC 7914 §2): 15 takes 32 MiB and about 80 ms; each step doubles both. Below 14 guessing is
   * cheap; 20 takes 1 GiB. Passwords kept at another cost are hashed anew when they are next used.
   */
  password_hash_cost: v.optional(integer(10, 20), 15),
  /** Whether `Joe` and `joe` are one local part. RFC 5321 §2.4 lets the host decide; nearly all have decided so. */
  fold_local_parts: v.optional(flag, true),
  /**
   * Addresses of accounts that may act as any other (RFC 4422 §3.4.1): they open others' mailboxes with their own
   * password. Each such login is in the log, with both names.
   */
  administrators: v.optional(listOf(text("an address"), "a list of addresses such as [postmaster@example.org]"), []),
  /**
   * Domains of hosts whose owners part their mail themselves, by its envelope (SDPS): each address has a copy of its own,
   * also where several lead to one account. Below `*.example.org`, all mail for `NAME.example.org` is that of the account
   * `NAME@example.org`, if there is one.
   */
  multidrop: v.optional(listOf(multidropDomain, 'a list of domains such as ["*.example.org"]'), []),
  /** Between user and detail in sub-addresses (RFC 5233). */
  subaddress_separator: v.optional(separator, "+"),
});

/** As the configuration has them. */
export type LocalOptions = v.InferOutput<typeof localOptions>;
