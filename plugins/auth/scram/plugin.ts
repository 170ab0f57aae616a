/** What the plugins of the SCRAM family share: their options, and how they are set up. */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { type ChannelBinding, definePlugin, type PluginDefinition } from "../../../core/contract/mod.ts";
import { options } from "../../../core/options/options.ts";
import { listOf, oneOf, text } from "../../../core/options/values.ts";
import { inOneThread, secretFor } from "../../../core/sasl/holds.ts";
import type { ScramHash } from "../../../core/sasl/scram_keys.ts";
import { freshNonce, scram } from "./conversation.ts";

/** What an operator may say. */
export interface ScramOptions {
  /**
   * Types of channel binding. Clients take a `-PLUS` form whenever it is offered, and bind by tls-unique under TLS 1.2,
   * by tls-exporter under 1.3: these unless configured, where TLS has them, which today's engines do not. A client that
   * finds its own type refused is locked out, so tls-server-end-point is for those who know their clients.
   */
  readonly "channel_binding": readonly ChannelBinding[];
  /**
   * Makes the salts of users that are not there. Without it they change when the server starts, and differ between
   * servers: whoever compares learns who has an account. A random secret of each process is the default all
   * the same, because nothing that could be guessed, such as the server's name, would do.
   */
  readonly "salt_secret"?: string | undefined;
}

/** Facts about one of the family. */
export interface ScramFacts {
  /** Of the mechanism. */
  readonly hash: ScramHash;
  /** As in `mail.yaml`: the mechanism's name in lower case, and what the directory keeps for it. */
  readonly name: "scram-sha-1" | "scram-sha-256" | "scram-sha-512";
  /** One line. */
  readonly summary: string;
}

/** One plugin of the family; its `-PLUS` form comes with it. */
export function scramPlugin({ hash, name, summary }: ScramFacts): PluginDefinition<"auth", ScramOptions> {
  return definePlugin({
    apiVersion: 1,
    kind: "auth",
    name,
    summary,
    options: options({
      channel_binding: v.optional(
        listOf(
          oneOf(["tls-unique", "tls-exporter", "tls-server-end-point"]),
          "a list of tls-unique, tls-exporter and tls-server-end-point",
        ),
        ["tls-exporter", "tls-unique"],
      ),
      salt_secret: v.optional(text("any text that is hard to guess, such as ${SALT_SECRET}")),
    }),
    setup: (context, { channel_binding: bindings, salt_secret: given }) => {
      const saltSecret = given === undefined
        ? secretFor(`${name} salts`, inOneThread(context))
        : createHash("sha256").update(given).digest();
      return {
        mechanism: name.toUpperCase(),
        first: "client",
        // Not from a password that is kept as it is: deriving the keys takes milliseconds, which a stranger's would
        // have to take as well. A directory that keeps passwords can derive the keys itself (core/sasl/scram_keys.ts).
        needs: name,
        revealsPassword: false,
        bindings,
        exchange: (request) => scram(request, { hash, bindings, saltSecret, freshNonce }),
      };
    },
  });
}
