/** The FETCH load: whole mailboxes, again and again. */
import { type ImapClient, selectAll } from "./imap_client.ts";
import { type ImapFetchLoad, numbers, type Ran } from "./load.ts";

/** Runs it; milliseconds of each FETCH, and how many messages they told. */
export async function imapFetchLoad(load: ImapFetchLoad): Promise<Ran> {
  using stack = new DisposableStack();
  const clients = await selectAll(stack, load);
  const times: number[] = [];
  const turns = numbers(load);
  let messages = 0;
  async function connection(client: ImapClient) {
    for (const _ of turns) {
      const begun = performance.now();
      const { fetched } = await client.command(`FETCH 1:* ${load.items}`);
      if (fetched !== load.messages) throw new Error(`${fetched} messages came of ${load.messages}`);
      messages += fetched;
      times.push(performance.now() - begun);
    }
  }
  const begun = performance.now();
  await Promise.all(clients.map(connection));
  return { times, messages, begun };
}
