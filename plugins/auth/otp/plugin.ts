/** The plugin `otp`: one-time passwords (RFC 2444). */
import { createHash } from "node:crypto";
import * as v from "valibot";
import { definePlugin, type PluginDefinition } from "../../../core/contract/mod.ts";
import { options } from "../../../core/options/options.ts";
import { text } from "../../../core/options/values.ts";
import { inOneThread, secretFor } from "../../../core/sasl/holds.ts";
import { otp } from "./conversation.ts";

/** What an operator may say. */
export interface OtpOptions {
  /**
   * Makes the challenges of users that are not there. Without it they change when the server starts: whoever compares
   * learns who has one-time passwords. A random secret of each process is the default all the same, because nothing that
   * could be guessed would do.
   */
  readonly "seed_secret"?: string | undefined;
}

const plugin: PluginDefinition<"auth", OtpOptions> = definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "otp",
  summary: "OTP (RFC 2444): one-time passwords, for machines that are not trusted",
  options: options({ seed_secret: v.optional(text("any text that is hard to guess, such as ${SEED_SECRET}")) }),
  setup: (context, { seed_secret: given }) => {
    const { log } = context, common = inOneThread(context);
    const seedSecret = given === undefined
      ? secretFor("otp seeds", common)
      : createHash("sha256").update(given).digest();
    return {
      mechanism: "OTP",
      first: "client",
      needs: "otp",
      revealsPassword: false,
      exchange: (request) => otp(request, { common, seedSecret, log }),
    };
  },
});
export default plugin;
