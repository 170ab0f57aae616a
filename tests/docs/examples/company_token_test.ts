/** docs/examples/company_token.ts: who has a token that the company signed is let in, for as long as it holds. */
import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { logIn } from "@quetzal/server/testing";
import companyToken from "../../../docs/examples/company_token.ts";

const settings = { options: { secret: "of the company" }, now: () => new Date(1_000_000_000) };

function token(login: string, expiry: number, secret = "of the company"): string {
  const signed = `${login}.${expiry}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("hex")}`;
}

async function outcome(response: string): Promise<string | undefined> {
  const { end } = await logIn(companyToken, [response], settings);
  return end?.state === "refused" ? end.reason : end?.state;
}

Deno.test("examples: company_token lets in who has a token that holds, and nobody else", async () => {
  assertEquals(await outcome(token("test@example.org", 1_000_001)), "authenticated");
  assertEquals(await outcome(token("test@example.org", 1_000_000)), "expired");
  assertEquals(await outcome(token("test@example.org", 1_000_001, "of another")), "credentials");
  assertEquals(await outcome(token("nobody@example.org", 1_000_001)), "credentials");
  assertEquals(await outcome("test@example.org"), "malformed");
});
