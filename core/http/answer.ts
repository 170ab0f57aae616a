/**
 * From a request to its answer, in bounded time and with one line in the log. The log never has a query or the values in a
 * path: they may be secrets.
 */
import type { Logger } from "../contract/logger.ts";
import { Refusal, type RefusalKind } from "../contract/refusal.ts";
import { unlessAborted } from "../wire/in_time.ts";
import { JoinedSignal } from "../wire/joined_signal.ts";
import { limitedBody } from "./limited_body.ts";
import type { FoundRoute, RouteTable } from "./route_table.ts";

/** How long may be taken, in milliseconds. */
export interface AnswerTimes {
  /** For the request's body to come, and the plugin to answer. */
  readonly handled: number;
  /** For the answer's body to go. */
  readonly sent: number;
}

/** What is needed to answer. */
export interface AnswerParts {
  /** What there is at the address. */
  readonly routes: RouteTable;
  /** The client's address. */
  readonly peer: string;
  /** Of the address. */
  readonly log: Logger;
  /** Aborts when patience with all requests is at its end. */
  readonly stop: AbortSignal;
  /** Default: half a minute, five minutes. */
  readonly times?: AnswerTimes;
}

const usualTimes: AnswerTimes = { handled: 30_000, sent: 300_000 };
/** Octets of a request's body where a route does not say. */
const usualBody = 1_048_576;

/** Answers. Never rejects. */
export async function answer(request: Request, parts: AnswerParts): Promise<Response> {
  const begun = performance.now();
  const { method } = request;
  const path = URL.parse(request.url)?.pathname;
  // RFC 9110 §7.1: what names no resource, such as a Host that is none.
  const found = path === undefined ? undefined : parts.routes.find(method, path);
  const said = (response: Response, about: Readonly<Record<string, unknown>>) => {
    const duration = Math.round(performance.now() - begun);
    parts.log.info("http request", { peer: parts.peer, method, ...about, status: response.status, duration });
    return response;
  };
  switch (found?.is) {
    case undefined:
      return said(plain(400), {});
    case "nothing":
      return said(plain(404), {});
    case "other-methods":
      // RFC 9110 §15.5.6: Allow is a must.
      return said(plain(405, undefined, { allow: found.allowed.join(", ") }), {});
    case "found": {
      const { plugin, route } = found.found;
      return said(await handled(request, found.found, parts), { plugin, route: route.path });
    }
  }
}

async function handled(request: Request, { plugin, route, parameters }: FoundRoute, parts: AnswerParts) {
  const { log, stop, times = usualTimes } = parts;
  const most = route.largestBody ?? usualBody;
  // RFC 9110 §15.5.14.
  if (Number(request.headers.get("content-length") ?? 0) > most) return plain(413);
  using late = alarm(times.handled);
  using over = new JoinedSignal(late.signal, stop);
  const { signal } = over;
  const body = limitedBody(request.body, most, signal);
  try {
    const { method, headers } = request;
    const limited = new Request(request.url, { method, headers, body: body.stream, signal });
    const response = await unlessAborted(signal, Promise.try(() => route.handle(limited, parameters)));
    if (!(response instanceof Response)) throw new TypeError("a route has to answer with a Response");
    if (body.refused !== undefined) return plain(body.refused.status);
    return complete(response, request.method, stop, times.sent);
  } catch (error) {
    if (stop.aborted) return plain(503);
    if (body.refused !== undefined) return plain(body.refused.status);
    if (late.signal.aborted) {
      log.error("a route did not answer in time", { plugin, route: route.path });
      return plain(503);
    }
    if (error instanceof Refusal) return plain(statusOf[error.kind], error.message);
    log.error("a route failed", { plugin, route: route.path, error });
    return plain(500);
  }
}

/** The answer with an end to its body: a client that does not read it cannot hold on to it. */
function complete(response: Response, method: string, stop: AbortSignal, milliseconds: number): Response {
  const { status, statusText, headers, body } = response;
  if (method === "HEAD" || body === null) {
    body?.cancel().catch(() => {});
    return new Response(null, { status, statusText, headers });
  }
  const late = alarm(milliseconds);
  const over = new JoinedSignal(late.signal, stop);
  const done = () => {
    late[Symbol.dispose]();
    over[Symbol.dispose]();
  };
  const stream = body.pipeThrough(new TransformStream({ flush: done, cancel: done }), { signal: over.signal });
  return new Response(stream, { status, statusText, headers });
}

/** RFC 9110 §15.5, §15.6; RFC 4918 §11.5. */
const statusOf: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  "over-quota": 507,
  unavailable: 503,
};

const texts: Readonly<Record<number, string>> = {
  400: "the request makes no sense",
  404: "there is nothing here",
  405: "not by this method",
  408: "the request came too slowly",
  413: "the request is too large",
  500: "something went wrong here; the log says what",
  503: "not now, try again later",
};

/** An answer of the server itself. */
export function plain(status: number, text = texts[status] ?? "", headers: HeadersInit = {}): Response {
  const response = new Response(`${text}\n`, { status, headers });
  response.headers.set("content-type", "text/plain; charset=utf-8");
  // RFC 9110 §10.2.3.
  if (status === 503) response.headers.set("retry-after", "30");
  return response;
}

/** Aborts after so many milliseconds, unless it is disposed of before. */
function alarm(milliseconds: number): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
