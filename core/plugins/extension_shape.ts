/**
 * What a plugin's `setup` gives, held against the contract: a plugin in JavaScript may give anything, and what lacks a part
 * is better refused at the start than found by the first client.
 */
import type { AuthMechanism } from "../contract/authentication.ts";
import type { ExtensionByKind, PluginKind } from "../contract/plugin.ts";

/** Names of the methods that a type has; those that may be left out as well. */
type MethodOf<T> = {
  [Key in keyof T]-?: NonNullable<T[Key]> extends (...given: never[]) => unknown ? Key : never;
}[keyof T];

/**
 * Every method, and whether it may be left out: the compiler sees to it that none is missing here. What is "derived" where it
 * is left out, the core makes of the others.
 */
type Methods<T> = {
  readonly [Key in MethodOf<T>]: undefined extends T[Key] ? "optional" : "required" | "derived";
};

const methods: { readonly [Kind in PluginKind]: Methods<ExtensionByKind[Kind]> } = {
  protocol: { serve: "required" },
  auth: { exchange: "required" },
  filter: {
    connected: "optional",
    authenticating: "optional",
    sender: "optional",
    recipient: "optional",
    message: "optional",
  },
  extension: { place: "optional" },
  transport: { deliver: "required" },
  http: {},
  directory: {
    checkPassword: "required",
    secret: "required",
    advanceOtp: "optional",
    secretsMark: "optional",
    findAccount: "derived",
    mayActAs: "required",
    maySendAs: "derived",
    resolve: "required",
  },
  storage: {
    apply: "required",
    writeBody: "required",
    discardBody: "required",
    openBody: "required",
    openBodies: "required",
    openHeaders: "optional",
    summary: "required",
    summaries: "required",
    mailboxes: "required",
    mailboxByName: "required",
    mailbox: "required",
    mailboxesSharedWith: "required",
    subscriptions: "required",
    metadata: "required",
    snapshot: "required",
    messages: "required",
    envelopes: "required",
    textCandidates: "optional",
    watch: "required",
    watchAll: "required",
    lockMaildrop: "required",
    share: "optional",
    accountByAddress: "required",
    accountForMail: "optional",
    account: "required",
    accounts: "required",
    alias: "required",
    aliases: "required",
    changeAccounts: "required",
    dataset: "required",
    datasets: "required",
    datasetOctets: "required",
    queued: "required",
    queue: "required",
    nextDue: "required",
    watchQueue: "required",
  },
};

/** What else there must be. Each says what is wrong, or nothing. */
const facts: { readonly [Kind in PluginKind]?: readonly ((given: object) => string | undefined)[] } = {
  protocol: [fact("tooMany", isSayable, "a line, or a Uint8Array")],
  auth: [
    fact("mechanism", isMechanismName, "a name such as SCRAM-SHA-256: up to 20 capitals, digits, - and _"),
    fact("first", isOneOf<AuthMechanism["first"]>("client", "server", "variable"), "client, server or variable"),
    fact("needs", isText, "what the directory must have, such as password-check"),
    // Left out, a password would be asked for in the clear.
    fact("revealsPassword", isBoolean, "true or false"),
  ],
  directory: [
    fact("canCheckPassword", isBoolean, "true or false"),
    fact("secretSchemes", (value) => value instanceof Set, "a Set"),
  ],
  storage: [fact("features", (value) => value instanceof Set, "a Set")],
  filter: [fact("order", isOneOf(undefined, "early", "normal", "late"), "early, normal or late")],
  http: [fact("routes", Array.isArray, "a list")],
};

/** What of the contract is missing in what a plugin gives: the rest of a sentence about the plugin; undefined: nothing. */
export function faultOf(kind: PluginKind, given: object): string | undefined {
  for (const [name, presence] of Object.entries(methods[kind])) {
    const member: unknown = Reflect.get(given, name);
    if (typeof member === "function" || presence !== "required" && member === undefined) continue;
    return `its setup gives ${member === undefined ? "no" : "another"} ${name}; expected a function`;
  }
  for (const check of facts[kind] ?? []) {
    const fault = check(given);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fact(name: string, isRight: (value: unknown) => boolean, expected: string) {
  return (given: object): string | undefined => {
    const value: unknown = Reflect.get(given, name);
    if (isRight(value)) return undefined;
    const found = typeof value === "string" ? JSON.stringify(value) : value === undefined ? "nothing" : typeof value;
    return `its setup gives a wrong ${name}: expected ${expected}, found ${found}`;
  };
}

/** RFC 4422 §3.1: anything else could not be told to clients, or would tell them something else. */
function isMechanismName(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z0-9_-]{1,20}$/.test(value);
}

function isSayable(value: unknown): boolean {
  return value === undefined || typeof value === "string" || value instanceof Uint8Array;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isOneOf<Value>(...values: readonly Value[]): (value: unknown) => boolean {
  return (value) => values.some((one) => one === value);
}
