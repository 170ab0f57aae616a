/** HTTP: a request is plain data, its body is read in pieces; a response comes back as a whole. */
import * as v from "valibot";
import type { HttpRoute, HttpRoutes } from "../../../contract/http.ts";
import { octets } from "../answers.ts";
import { type Ask, type Ends, type GuestCall, type HostParts, trusted } from "../ends.ts";
import type { Asks } from "../pending_call.ts";

/** Octets of the largest response. */
const LARGEST = 16 * 1024 * 1024;

const facts = v.object({
  routes: v.pipe(
    v.array(v.object({
      method: v.pipe(v.string(), v.regex(/^[A-Z]{1,20}$/)),
      // A pattern within a path is matched in the server's own thread: it could take for ever.
      path: v.pipe(v.string(), v.maxLength(500), v.regex(/^\/[^()]*$/, "expected a path without ( and )")),
      largestBody: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000_000))),
    })),
    v.maxLength(1000),
  ),
});

/** A request, as it crosses. */
interface CrossingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly hasBody: boolean;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Both ends of routes. */
export const httpEnds: Ends<"http"> = {
  guest: ({ routes }) => ({
    facts: v.parse(facts, { routes }),
    call: (call) => callRoute(routes, call),
  }),
  host: hostRoutes,
};

async function callRoute(routes: HttpRoutes["routes"], { args, ask, signal }: GuestCall): Promise<unknown> {
  const [index, { method, url, headers, hasBody, parameters }] = trusted<[number, CrossingRequest]>(args);
  const body = hasBody ? { body: bodyStream(ask) } : {};
  const request = new Request(url, { method, headers: headers.map(([name, value]) => [name, value]), signal, ...body });
  const response = await routes[index]?.handle(request, parameters);
  if (response === undefined) throw new Error("there is no such route");
  return { status: response.status, headers: [...response.headers], body: await response.bytes() };
}

/** Nothing is asked for that nobody reads. */
function bodyStream(ask: Ask): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const piece = trusted<Uint8Array | undefined>(await ask("body"));
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  }, { highWaterMark: 0 });
}

/** RFC 9110 §5.5: nothing in a value begins another field. */
const fields = v.array(v.strictTuple([
  v.pipe(v.string(), v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/)),
  v.pipe(v.string(), v.regex(/^[\t\x20-\x7e\x80-\xff]{0,8192}$/)),
]));

const response = v.object({
  // A response of the class 1 is none yet (RFC 9110 §15.2).
  status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: fields,
  body: v.pipe(octets, v.check((body) => body.length <= LARGEST, "the response is too large")),
});

function hostRoutes({ sandbox, facts: said }: HostParts): HttpRoutes {
  const { routes } = v.parse(facts, said);
  return {
    routes: routes.map((route, index): HttpRoute => ({
      ...route,
      async handle(request, parameters) {
        const { url, headers, body } = request;
        const crossing: CrossingRequest = {
          ...{ method: request.method, url, headers: [...headers], parameters: { ...parameters } },
          hasBody: body !== null,
        };
        const given = await sandbox.call("handle", [index, crossing], streamAsks(body), request.signal);
        const { status, headers: fields, body: content } = v.parse(response, given);
        return new Response(isBodiless(status) ? null : content, {
          status,
          headers: fields.map(([name, value]) => [name, value]),
        });
      },
    })),
  };
}

/** RFC 9110 §6.4.1. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** In the server: the next piece of a request's body, for as long as it is asked for. */
function streamAsks(body: ReadableStream<Uint8Array> | null): Asks {
  const reader = body?.getReader();
  return { body: async () => (await reader?.read())?.value };
}
