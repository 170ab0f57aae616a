/** docs/examples/quote_of_the_day.ts: RFC 865. */
import { playProtocol } from "@quetzal/server/testing";
import quoteOfTheDay from "../../../docs/examples/quote_of_the_day.ts";

Deno.test("examples: quote_of_the_day tells the day's quote, and closes", async () => {
  const options = { quotes: ["one", "two"] };
  await playProtocol(quoteOfTheDay, "S: one", { options, now: () => new Date("1970-01-01T12:00:00Z") });
  await playProtocol(quoteOfTheDay, "S: two", { options, now: () => new Date("1970-01-02T12:00:00Z") });
});
