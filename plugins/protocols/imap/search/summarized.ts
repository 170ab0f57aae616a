/** Found messages with what was parsed of them, read many at a time: for orders and threads. */
import type { Message, MessageSummary, Storage } from "../../../../core/contract/mod.ts";

/** Messages whose summaries are read at a time. */
const BATCH = 200;

/** A message and its summary. */
export interface Summarized {
  /** The row. */
  readonly message: Message;
  /** Undefined where it was not asked for. */
  readonly summary: MessageSummary | undefined;
}

/** The messages in their order, with their summaries where those are needed. */
export async function* summarized(
  storage: Storage,
  messages: AsyncIterable<Message>,
  isNeeded: boolean,
): AsyncGenerator<Summarized> {
  let batch: Message[] = [];
  for await (const message of messages) {
    batch.push(message);
    if (batch.length < BATCH) continue;
    yield* await withSummaries(storage, batch, isNeeded);
    batch = [];
  }
  yield* await withSummaries(storage, batch, isNeeded);
}

async function withSummaries(storage: Storage, batch: readonly Message[], isNeeded: boolean): Promise<Summarized[]> {
  const summaries = isNeeded ? await storage.summaries(batch.map(({ body }) => body)) : [];
  return batch.map((message, index) => ({ message, summary: summaries[index] }));
}
