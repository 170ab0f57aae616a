/**
 * Answers numbered requests with a writer, which the first of them opens. Those who ask are the thread that started it, and
 * others of the program through ports; what one of them commits, the others are told.
 */
import type {
  Group,
  GroupOutcome,
  News,
  NumberedRequest,
  OwnerMessage,
  WriterAnswers,
  WriterMessage,
} from "../writer_messages.ts";
import { JointCommits } from "./joint_commits.ts";
import { failureOf, Writer } from "./writer.ts";

/** Whoever asks. */
export interface Asker {
  /** Tells it. */
  postMessage(message: WriterMessage): void;
}

/** One writer, in whatever thread. */
export class WriterServer {
  readonly #owner: Asker;
  readonly #others = new Map<number, MessagePort>();
  readonly #commits = new JointCommits<Asker>((group, askers) => this.#commit(group, askers));
  /** Those that have looked: what was written before they came, they have been told. */
  readonly #looked = new WeakSet<Asker>();
  #writer: Writer | undefined;

  /** @param owner Who started it. */
  constructor(owner: Asker) {
    this.#owner = owner;
  }

  /** Never throws. */
  take(message: OwnerMessage): void {
    if ("join" in message) this.#join(message.join, message.port);
    else if ("leave" in message) this.#leave(message.leave);
    else this.#serve(message, this.#owner);
  }

  #join(thread: number, port: MessagePort): void {
    this.#leave(thread);
    this.#others.set(thread, port);
    port.onmessage = ({ data }: MessageEvent<NumberedRequest>) => this.#serve(data, port);
  }

  #leave(thread: number): void {
    this.#others.get(thread)?.close();
    this.#others.delete(thread);
  }

  /** All is done in the order in which it is asked; commits may wait a little for those of other threads. */
  #serve(asked: NumberedRequest, asker: Asker): void {
    const { id } = asked;
    if (asked.name === "commit" && this.#others.size > 0) {
      this.#commits.add(asker, asked.request, (outcome) => answer(asker, id, outcome));
    } else {
      this.#commits.flush();
      answer(asker, id, () => this.#do(asked, asker));
    }
  }

  #do(asked: NumberedRequest, asker: Asker): WriterAnswers[keyof WriterAnswers] {
    if (asked.name === "open" && asker === this.#owner) {
      this.#writer = new Writer(asked.request);
      return { session: this.#writer.session };
    }
    const writer = this.#opened();
    switch (asked.name) {
      case "open":
        return { session: writer.nextSession() };
      case "commit":
        return writer.commit(asked.request);
      case "chunk":
        return writer.chunk(asked.request);
      case "finish":
        return writer.finish(asked.request);
      case "prefix":
        return writer.prefix(asked.request);
      case "discard":
        return writer.discard(asked.request);
      case "look":
        return this.#look(writer, asker);
      case "collect":
        return writer.collect(asked.request);
      case "index":
        return writer.index(asked.request);
      case "close":
        return asker === this.#owner ? writer.close() : undefined;
    }
  }

  #opened(): Writer {
    if (this.#writer === undefined) throw new Error("the writer was asked before it was opened");
    return this.#writer;
  }

  /** Those whose batches are not among them learn of it at once, too. */
  #commit(group: Group, askers: ReadonlySet<Asker>): GroupOutcome {
    const outcome = this.#opened().commit(group);
    const { batches: _results, ...news } = outcome;
    this.#tell(news, askers);
    return outcome;
  }

  /** What is told once is told to all. To whoever has just come, all who wrote before are others. */
  #look(writer: Writer, asker: Asker): WriterAnswers["look"] {
    const { othersWrote } = writer.look(), isNew = !this.#looked.has(asker);
    this.#looked.add(asker);
    if (othersWrote) this.#tell({ othersWrote, touched: [], garbage: false, wakesQueue: false }, new Set([asker]));
    return { othersWrote: othersWrote || isNew };
  }

  #tell(news: News, except: ReadonlySet<Asker>): void {
    for (const asker of [this.#owner, ...this.#others.values()]) if (!except.has(asker)) asker.postMessage({ news });
  }
}

function answer(asker: Asker, id: number, outcome: () => WriterAnswers[keyof WriterAnswers]): void {
  try {
    asker.postMessage({ id, answer: outcome() });
  } catch (error) {
    asker.postMessage({ id, failure: failureOf(error) });
  }
}
