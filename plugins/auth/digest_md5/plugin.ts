/** DIGEST-MD5 (RFC 2831), whole: subsequent authentication and security layers included. */
import * as v from "valibot";
import { definePlugin, type PluginDefinition } from "../../../core/contract/mod.ts";
import { options } from "../../../core/options/options.ts";
import { duration, listOf, oneOf, text } from "../../../core/options/values.ts";
import { digestMd5, freshNonce, ownMaxbuf } from "./conversation.ts";
import { type CipherName, printChallenge, type Qop } from "./directives.ts";
import { Nonces } from "./nonces.ts";

/** What an operator may say. */
export interface DigestOptions {
  /** Realms that are offered; the server's name unless configured. */
  readonly realms?: readonly string[] | undefined;
  /** Names, besides its own and those of its first domain, under which clients know the server. */
  readonly hosts: readonly string[];
  /** What is offered: authentication alone, packets that nobody can change, packets that nobody can read. */
  readonly qop: readonly Qop[];
  /** What packets are encrypted with. All of it is weak by now; TLS is better. */
  readonly ciphers: readonly CipherName[];
  /** How long a client may log in again without a challenge, in milliseconds. */
  readonly "subsequent_lifetime": number;
}

const plugin: PluginDefinition<"auth", DigestOptions> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "digest-md5",
  summary: "DIGEST-MD5 (RFC 2831): a digest of both sides' nonces, with security layers",
  options: options({
    realms: v.optional(listOf(text('a realm such as "example.org"'), "at least one realm, such as [example.org]", 1)),
    hosts: v.optional(listOf(text('a host such as "pop.example.net"'), "a list of hosts"), []),
    qop: v.optional(listOf(oneOf(["auth", "auth-int", "auth-conf"]), "a list of auth, auth-int and auth-conf", 1), [
      "auth",
      "auth-int",
      "auth-conf",
    ]),
    ciphers: v.optional(
      listOf(oneOf(["3des", "des", "rc4", "rc4-56", "rc4-40"]), "a list of 3des, des, rc4, rc4-56 and rc4-40", 1),
      ["3des", "rc4", "des", "rc4-56", "rc4-40"],
    ),
    subsequent_lifetime: v.optional(duration, "10m"),
  }),
  setup: ({ hostname, log, now }, { realms = [hostname], hosts, qop, ciphers, subsequent_lifetime: lifetime }) => {
    // RFC 2831 §2.1.1: "The size of a digest-challenge MUST be less than 2048 bytes."
    const sample = { realms, qop, ciphers, nonce: freshNonce(), maxbuf: ownMaxbuf, stale: true };
    if (printChallenge(sample).length >= 2048) {
      throw new Error("auth digest-md5: options.realms: too long for a challenge: expected 1500 octets at most in all");
    }
    const nonces = new Nonces(lifetime, now);
    return {
      mechanism: "DIGEST-MD5",
      // RFC 2831 §2.2: an initial response is subsequent authentication.
      first: "variable",
      needs: "digest-md5",
      alternatives: ["plain"],
      revealsPassword: false,
      exchange: (request) => digestMd5(request, { realms, hosts, qop, ciphers, nonces, log, freshNonce }),
    };
  },
});
export default plugin;
