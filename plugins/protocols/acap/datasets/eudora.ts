/**
 * What Eudora asks for to configure itself: the entry `settings` of `/Vendor.Eudora/~/`, made from the account and the
 * options. No RFC has it; the names are those of Eudora's own source.
 */
import type { ProtocolContext } from "../../../../core/contract/mod.ts";
import { octetsOf } from "../octets.ts";
import type { AcapOptions } from "../options.ts";
import type { User } from "../state.ts";
import { type Location, nameOf } from "./locations.ts";
import { Rules } from "./rules.ts";
import { type Attribute, newView, type View } from "./view.ts";

const PREFIX = "Vendor.Eudora";

/** The class, as it is listed. */
export const eudorasClass = PREFIX;

/** Whether that is a dataset of Eudora's: nobody stores in it. Its client writes the class in two ways. */
export function isEudoras(location: Location): boolean {
  const [its = ""] = nameOf(location);
  return its.toLowerCase() === PREFIX.toLowerCase();
}

/** The user's own dataset, and no other. */
export function eudorasView(
  location: Location,
  user: User,
  { context, options }: {
    readonly context: Pick<ProtocolContext, "hostname" | "domains">;
    readonly options: AcapOptions;
  },
): View | undefined {
  const isOwn = location.kind === "stored" && location.below.length === 0 && location.owner.area === "user" &&
    location.owner.account === user.account;
  if (!isOwn) return undefined;
  const rules = new Rules({ dataset: nameOf(location), owner: location.owner, user, isFixed: true });
  // Who has not said who it is has no mail to read.
  if (!rules.isVisible) return undefined;
  const settings = new Map([
    ["MailName", loginOf(user.address, context.domains[0])],
    ["MailServer", context.hostname],
    ["ReturnAddress", user.address],
    ["SMTPServer", context.hostname],
    ...options.eudora_settings,
  ]);
  const attributes = new Map(
    [...settings].map(([name, value]): [string, Attribute] => [`${PREFIX}.${name}`, { value: octetsOf(value) }]),
  );
  return { ...newView(rules, [{ name: "settings", modtime: 0, attributes, size: 0 }]), isAllLiterals: true };
}

/** Eudora puts `@` and the server's name after it: a login of the first domain needs none of its own. */
function loginOf(address: string, domain: string): string {
  return address.endsWith(`@${domain}`) ? address.slice(0, -domain.length - 1) : address;
}
