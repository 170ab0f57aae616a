/**
 * Logins by tokens that a company's sign-on page gives out: `login.expiry.signature`, signed with a secret that both know.
 *
 *     auth: [scram-sha-256, { use: ./company_token.ts, options: { secret: "${TOKEN_SECRET}" } }]
 */
import { createHmac } from "node:crypto";
import {
  type AuthOutcome,
  decodeUtf8,
  definePlugin,
  encodeUtf8,
  equalInConstantTime,
  options,
  text,
} from "@quetzal/server";

const refused: AuthOutcome = { status: "failure", reason: "credentials" };

export default definePlugin({
  apiVersion: 1,
  kind: "auth",
  name: "x-company-token",
  summary: "Logins by signed tokens of the company's sign-on page",
  options: options({ secret: text("the secret that the sign-on page signs with") }),
  setup: ({ now }, { secret }) => ({
    mechanism: "X-COMPANY-TOKEN",
    first: "client",
    // The proof is in the token: the directory only has to know whose it is.
    needs: "nothing",
    // Whoever reads a token can use it until it ends: offered under TLS only.
    revealsPassword: true,
    // deno-lint-ignore require-yield
    async *exchange({ firstResponse, findAccount }) {
      const token = decodeUtf8(firstResponse ?? new Uint8Array());
      const [, signed, login, expiry, signature] = /^((.+)\.(\d{1,12}))\.([0-9a-f]{64})$/.exec(token ?? "") ?? [];
      if (signed === undefined || login === undefined || signature === undefined) {
        return { status: "failure", reason: "malformed" };
      }
      const expected = createHmac("sha256", secret).update(signed).digest("hex");
      if (!equalInConstantTime(encodeUtf8(signature), encodeUtf8(expected))) return refused;
      if (Number(expiry) * 1000 <= now().getTime()) return { status: "failure", reason: "expired" };
      const account = await findAccount(login);
      return account === undefined ? refused : { status: "success", account };
    },
  }),
});
