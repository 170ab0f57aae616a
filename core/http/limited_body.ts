/** The body of a request, as it comes, with an end to it. */

/** Why a body was broken off. */
class BodyRefused extends Error {
  override readonly name = "BodyRefused";
  /** RFC 9110 §15.5: its status. */
  readonly status: 408 | 413;

  constructor(status: 408 | 413) {
    super(status === 413 ? "the request's body is larger than the route takes" : "the request's body came too slowly");
    this.status = status;
  }
}

/** A body that is being read. */
export interface LimitedBody {
  /** For whoever answers; null: there is none. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** Why it was broken off; undefined: it was not. */
  readonly refused: BodyRefused | undefined;
}

/**
 * Passes a body on up to so many octets, and until the signal aborts.
 *
 * @param most Octets.
 */
export function limitedBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  most: number,
  signal: AbortSignal,
): LimitedBody {
  if (body === null) return { stream: null, refused: undefined };
  const reader = body.getReader();
  let refused: BodyRefused | undefined;
  let size = 0;
  let isAwaited = false;

  /** What is left of it is nobody's any more. */
  function end(controller: ReadableStreamDefaultController, error: unknown): void {
    controller.error(error);
    reader.cancel(error).catch(() => {});
  }

  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      signal.addEventListener("abort", () => {
        // The client is to blame only while somebody waits for it.
        if (isAwaited) refused ??= new BodyRefused(408);
        end(controller, refused ?? signal.reason);
      }, { once: true });
    },
    async pull(controller) {
      isAwaited = true;
      const { done, value } = await reader.read();
      isAwaited = false;
      if (signal.aborted) return;
      if (done) return controller.close();
      size += value.length;
      if (size <= most) return controller.enqueue(value);
      refused = new BodyRefused(413);
      end(controller, refused);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return {
    stream,
    get refused() {
      return refused;
    },
  };
}
