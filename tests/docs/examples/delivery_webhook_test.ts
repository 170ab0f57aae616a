/** docs/examples/delivery_webhook.ts: a delivery becomes a request. */
import { assertEquals } from "@std/assert";
import { createServer } from "@quetzal/server/embedding";
import webhook from "../../../docs/examples/delivery_webhook.ts";
import { dialogue } from "../../support/plain_client.ts";

Deno.test("examples: delivery_webhook posts what has been delivered", async () => {
  const posted = Promise.withResolvers<unknown>();
  await using hooks = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    posted.resolve(await request.json());
    return new Response();
  });
  const url = `http://127.0.0.1:${hooks.addr.port}/mail`;
  await using server = await createServer({
    plugins: [webhook],
    config: { extensions: [{ use: "delivery-webhook", options: { url } }] },
  });
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  for (const said of ["EHLO x", "MAIL FROM:<a@client.example>", "RCPT TO:<test@example.org>", "DATA"]) {
    await smtp.ask(said);
  }
  await smtp.ask("Subject: x\r\n\r\nText\r\n.");
  const { from, to, copies } = await posted.promise as Record<string, unknown>;
  assertEquals([from, to, copies], ["a@client.example", ["test@example.org"], 1]);
});
