/**
 * The dialogue of a simple protocol, from its first words to its last: a line from the client, an answer, in turn. Used by
 * POP1, POP2, poppassd and Ph.
 */
import type { Connection } from "../../core/contract/mod.ts";
import {
  ConnectionClosed,
  DeadlineExceeded,
  Endless,
  LineTooLong,
  OutOfStep,
  Stopping,
} from "../../core/wire/errors.ts";
import { sendLastWords } from "../../core/wire/last_words.ts";

/** What a protocol says. Lines are kept by the writer and sent before the next one is waited for. */
export interface LineDialogue {
  /** Octets of a line, its end not counted. */
  readonly longestLine: number;
  /** Milliseconds that the next line may take. */
  readonly idleTimeout: number;
  /** The last words when the server stops. */
  readonly stopping: string;
  /** The last words when something has failed that is not the client's fault. */
  readonly failed: string;
  /** Says the first words; false where they are the last. */
  greet(): boolean;
  /** Answers a line, given without its end, undefined where it was too long; false after the last words. */
  answer(line: Uint8Array | undefined): boolean | Promise<boolean>;
}

/** Holds a dialogue. Never throws but for what the dialogue gives no words for. */
export async function holdDialogue(connection: Connection, stop: AbortSignal, dialogue: LineDialogue): Promise<void> {
  const { reader, writer } = connection;
  connection.setIdleTimeout(dialogue.idleTimeout);
  try {
    for (let goesOn = dialogue.greet(); goesOn;) {
      if (stop.aborted) throw new Stopping();
      await writer.flush();
      goesOn = await dialogue.answer(await readLine(reader, dialogue.longestLine));
    }
    await writer.flush();
  } catch (error) {
    await sayWhy(connection, dialogue, error);
  }
}

async function readLine(reader: Connection["reader"], longest: number): Promise<Uint8Array | undefined> {
  try {
    const line = await reader.readLine(longest);
    if (line === undefined) throw new ConnectionClosed("the client left");
    return line;
  } catch (error) {
    if (error instanceof LineTooLong) return undefined;
    throw error;
  }
}

/** What there is to say at an end that was not the client's, if the client can still hear it. */
async function sayWhy(
  connection: Connection,
  { stopping, failed }: LineDialogue,
  error: unknown,
): Promise<void> {
  const { log, writer } = connection;
  if (error instanceof Endless) return log.info("client cut off", { why: error.message });
  if (error instanceof ConnectionClosed) return log.debug("client broke off", { why: error.message });
  if (error instanceof DeadlineExceeded) return log.info("client was too slow");
  // Data has begun: what came now would be taken for a part of it.
  if (error instanceof OutOfStep) return log.error("a reply was left unfinished", { error: error.cause ?? error });
  if (!(error instanceof Stopping)) log.error("command failed", { error });
  writer.line(error instanceof Stopping ? stopping : failed);
  await sendLastWords(connection);
}
