/**
 * Hundreds of hard messages in Quetzal and in Dovecot, and what both say of them: sizes, envelopes, structures, sections,
 * answers to searches. Each difference is one of those that are explained.
 */
import { assert, assertEquals } from "@std/assert";
import { type Dovecot, dovecot, whyNoDovecot } from "./dovecot.ts";
import { explained, explainedSearches, type Explanation } from "./explained_differences.ts";
import { hardMessages } from "./hard_messages.ts";
import { RawImapClient } from "./imap_client.ts";
import { searches } from "./searches.ts";
import { alice, type MailServer, mailServer } from "./server.ts";
import { type Difference, fetchDifferences, type Opinions, searchDifferences } from "./two_opinions.ts";

const missing = await whyNoDovecot();
if (missing !== undefined) console.warn(`NOT RUN: the comparison with Dovecot, since ${missing}`);

/** Appends every message to both, under the same UIDs. */
async function opinions(stack: AsyncDisposableStack, quetzal: MailServer, other: Dovecot): Promise<Opinions> {
  const connect = async (port: number, user: string, password: string) => {
    const client = stack.use(await RawImapClient.connect(port));
    await client.do(`LOGIN "${user}" "${password}"`);
    return client;
  };
  const [ours, writer] = await Promise.all(
    [1, 2].map(() => connect(quetzal.ports.imap, alice.address, alice.password)),
  );
  const theirs = await connect(other.port, other.user, other.password);
  assert(ours && writer);
  // RFC 6855 §4: headers beyond ASCII are taken only from those who know of them. The comparison is of IMAP4rev1.
  await writer.do("ENABLE UTF8=ACCEPT");
  // Neither takes a message without octets.
  const messages = (await hardMessages()).filter(({ text }) => text !== "");
  assert(messages.length >= 200, `${messages.length}`);
  for (const [at, { text }] of messages.entries()) {
    const day = String(at % 28 + 1).padStart(2, " ");
    for (const client of [writer, theirs]) {
      await client.do(`APPEND INBOX "${day}-Jan-2024 23:30:00 +0000" {${text.length}}`, text);
    }
  }
  for (const client of [ours, theirs]) await client.do("SELECT INBOX");
  return { ours, theirs, messages: new Map(messages.map((message, at) => [at + 1, message])) };
}

/** Each difference is explained, and each explanation is of something. */
async function assertExplained(
  differences: AsyncIterable<Difference>,
  { messages }: Opinions,
  explanations: readonly Explanation[],
): Promise<void> {
  const texts = new Map([...messages.values()].map(({ name, text }) => [name, text]));
  const used = new Set<Explanation>();
  const unexplained: Difference[] = [];
  for await (const difference of differences) {
    const found = explanations.find(({ holds }) => holds(difference, texts.get(difference.name) ?? ""));
    if (found === undefined) unexplained.push(difference);
    else used.add(found);
  }
  assertEquals(unexplained, []);
  const ofPython = /boundary\*|before the zone/;
  assertEquals(explanations.filter((one) => !used.has(one) && !ofPython.test(one.rule)).map(({ rule }) => rule), []);
}

Deno.test({
  name: "Dovecot and Quetzal say the same of hundreds of hard messages, or why not is known",
  ignore: missing !== undefined,
  async fn(context) {
    await using stack = new AsyncDisposableStack();
    const other = stack.use(await dovecot());
    const quetzal = stack.use(await mailServer({ cleartextAuth: true }));
    const both = await opinions(stack, quetzal, other);
    await context.step("FETCH of sizes, ENVELOPE, BODY, BODYSTRUCTURE and sections", async () => {
      await assertExplained(fetchDifferences(both), both, explained);
    });
    await context.step("SEARCH", async () => {
      await assertExplained(searchDifferences(both, searches), both, explainedSearches);
    });
  },
});
