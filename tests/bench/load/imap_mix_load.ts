/** The mixed IMAP load: what clients do all day, in proportions of a busy mailbox. */
import { type ImapClient, selectAll } from "./imap_client.ts";
import { type ImapMixLoad, numbers, type Ran, userName } from "./load.ts";
import { bodyText, header } from "./message_text.ts";

interface Turn {
  readonly client: ImapClient;
  /** A message that is there. */
  readonly message: number;
  /** Counts. */
  readonly number: number;
  /** What it appends. */
  text(): string;
}

/** In a hundred. */
const operations: readonly (readonly [share: number, run: (turn: Turn) => Promise<unknown>])[] = [
  [15, ({ client }) => client.command("NOOP")],
  [5, idleAndDone],
  [25, ({ client, message }) => client.command(`FETCH ${message} (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)`)],
  [20, ({ client, message }) => client.command(`FETCH ${message} (UID FLAGS BODY.PEEK[])`)],
  [15, ({ client, message, number }) => client.command(`STORE ${message} ${number % 2 ? "+" : "-"}FLAGS (\\Seen)`)],
  [3, ({ client }) => client.command("SEARCH UNSEEN")],
  [3, ({ client, number }) => client.command(`SEARCH SUBJECT "number ${number % 100}"`)],
  [13, appendOrExpunge],
  [1, ({ client }) => client.command("STATUS INBOX (MESSAGES UNSEEN UIDNEXT)")],
];

async function idleAndDone({ client }: Turn): Promise<void> {
  await client.idle();
  await client.done();
}

/** By turns: a mailbox stays as large as it is. */
async function appendOrExpunge({ client, message, text }: Turn): Promise<void> {
  if (client.exists % 2 === 0) return await client.append(text());
  await client.command(`STORE ${message} +FLAGS.SILENT (\\Deleted)`);
  await client.command("EXPUNGE");
}

/** Runs it; milliseconds of each operation. */
export async function imapMixLoad(load: ImapMixLoad): Promise<Ran> {
  using stack = new DisposableStack();
  const clients = await selectAll(stack, load);
  const body = bodyText(load.size);
  const times: number[] = [];
  const turns = numbers(load);
  async function connection(client: ImapClient, own: number) {
    // The same numbers for every server.
    let state = own + 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % below;
    };
    for (const number of turns) {
      const message = random(client.exists) + 1;
      const begun = performance.now();
      await pick(random(100))({
        ...{ client, message, number: random(1000) },
        text: () => header(number, `${userName(load.users, own)}@${load.users.domain}`) + body,
      });
      times.push(performance.now() - begun);
    }
  }
  const begun = performance.now();
  await Promise.all(clients.map(connection));
  return { times, begun };
}

function pick(share: number): (turn: Turn) => Promise<unknown> {
  for (const [own, run] of operations) {
    if (share < own) return run;
    share -= own;
  }
  throw new Error("the shares do not add up to a hundred");
}
