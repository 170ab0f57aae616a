/** A directory that knows people and nothing of a storage: what it names is enough for mail to come, and to be fetched. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dialogue, pop3Session } from "../support/plain_client.ts";
import { pluginText } from "../support/plugin_text.ts";
import { testServer } from "../support/test_server.ts";

const ann = { address: "ann@example.org", password: "engine" };

/** In JavaScript, with what there must be and no more. */
const people = pluginText(
  "directory",
  "people",
  `() => {
    const known = (login) => login.replace("@example.org", "") === "ann" ? "ann" : undefined;
    return {
      canCheckPassword: true,
      secretSchemes: new Set(),
      checkPassword: async (login, password) => password === "engine" ? known(login) : undefined,
      secret: async () => undefined,
      mayActAs: async (account, login) => known(login) === account ? account : undefined,
      resolve: async (address) => {
        if (!address.endsWith("@example.org")) return { kind: "remote" };
        const account = known(address);
        return account ? { kind: "account", account } : { kind: "unknown" };
      },
    };
  }`,
);

Deno.test("directory: people that a plugin names by itself get mail, fetch it, and send as themselves", async () => {
  await using server = await testServer({
    directory: "./people.js",
    files: { "people.js": people },
    accounts: {},
    auth: ["plain"],
    cleartextAuth: true,
  });
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  await smtp.ask("HELO client.example");
  await smtp.ask("MAIL FROM:<a@example.net>");
  assertMatch(await smtp.ask("RCPT TO:<bob@example.org>"), /^550 5\.1\.1 /);
  assertMatch(await smtp.ask("RCPT TO:<ann@example.org>"), /^250 /);
  await smtp.ask("DATA");
  assertMatch(await smtp.ask("Subject: for Ann\r\n\r\nText\r\n."), /^250 /);

  await using session = await pop3Session(server.ports.pop3, ann);
  assertStringIncludes(await session.ask("RETR 1", true), "Subject: for Ann");

  await using submission = await dialogue(server.ports.submission);
  await submission.line();
  await submission.ask("EHLO client.example");
  assertMatch(await submission.ask(`AUTH PLAIN ${btoa("\0ann\0engine")}`), /^235 /);
  assertMatch(await submission.ask("MAIL FROM:<bob@example.org>"), /^550 5\.7\.1 /);
  assertMatch(await submission.ask("MAIL FROM:<ann@example.org>"), /^250 /);
  assertEquals(server.log.filter(({ level }) => level === "error"), []);
});
