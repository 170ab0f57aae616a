/** What all sessions share. */
import type { ProtocolContext } from "../../../core/contract/mod.ts";
import type { Entry } from "./entry.ts";
import type { LdapOptions } from "./options.ts";
import { subschemaEntry } from "./subschema.ts";
import { Tree } from "./tree.ts";

/** The service. */
export interface LdapService {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: LdapOptions;
  /** Where entries are. */
  readonly tree: Tree;
  /** The schema. */
  readonly subschema: Entry;
}

/** Makes it. */
export function ldapService(context: ProtocolContext, options: LdapOptions): LdapService {
  return { context, options, tree: new Tree(context.domains, options.base), subschema: subschemaEntry() };
}
