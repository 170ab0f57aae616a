import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { HttpRoute } from "../../../core/contract/http.ts";
import { Refusal, type RefusalKind } from "../../../core/contract/refusal.ts";
import { answer, type AnswerTimes } from "../../../core/http/answer.ts";
import { RouteTable } from "../../../core/http/route_table.ts";
import { recordedLog } from "../../support/recorded_log.ts";

const patient: AnswerTimes = { handled: 60_000, sent: 60_000 };

interface Asked {
  readonly route?: Partial<HttpRoute>;
  readonly times?: AnswerTimes;
  readonly stop?: AbortSignal;
}

/** What a request comes to, and what is logged. */
async function ask(request: Request, { route, times = patient, stop = new AbortController().signal }: Asked = {}) {
  using log = recordedLog();
  const full: HttpRoute = { method: "POST", path: "/hooks/:name", handle: () => new Response("done"), ...route };
  const routes = new RouteTable([{ name: "mine", routes: [full] }]);
  const response = await answer(request, { routes, peer: "192.0.2.1", log: log.log, stop, times });
  const text = await response.text();
  return { response, status: response.status, text, events: log.events.map((event) => ({ ...event })) };
}

function post(body?: BodyInit, path = "/hooks/secret-name?token=secret"): Request {
  return new Request(`http://localhost${path}`, { method: "POST", ...body !== undefined && { body } });
}

/** A body that never ends, and never comes. */
function stuck(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream();
}

Deno.test("http: a route answers with what stands in the path, and the log has neither that nor the query", async () => {
  const { status, text, events } = await ask(post("a body"), {
    route: { handle: async (request, { name }) => new Response(`${name}: ${await request.text()}`, { status: 201 }) },
  });
  assertEquals([status, text], [201, "secret-name: a body"]);
  assertEquals(events.length, 1);
  const [event] = events;
  assertEquals([event?.message, event?.["peer"], event?.["method"]], ["http request", "192.0.2.1", "POST"]);
  assertEquals([event?.["plugin"], event?.["route"], event?.["status"]], ["mine", "/hooks/:name", 201]);
  assert(!JSON.stringify(events).includes("secret"));
});

Deno.test("http: 404 where there is nothing, 405 with Allow where there is another method", async () => {
  const nothing = await ask(post(undefined, "/nowhere?secret"));
  assertEquals(nothing.status, 404);
  assert(!JSON.stringify(nothing.events).includes("secret"));
  const { response } = await ask(new Request("http://localhost/hooks/x"));
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
});

Deno.test("http: HEAD is answered by GET, without content", async () => {
  const request = new Request("http://localhost/hooks/x", { method: "HEAD" });
  const { status, text, response } = await ask(request, {
    route: { method: "GET", handle: () => new Response("content", { headers: { "x-mine": "yes" } }) },
  });
  assertEquals([status, text, response.headers.get("x-mine")], [200, "", "yes"]);
});

Deno.test("http: 413 for a body that says that it is too large, or turns out to be", async () => {
  let isAsked = false;
  const route: Partial<HttpRoute> = {
    largestBody: 10,
    async handle(request) {
      isAsked = true;
      return new Response(await request.text());
    },
  };
  const said = new Request(post("12345678901"), { headers: { "content-length": "11" } });
  assertEquals((await ask(said, { route })).status, 413);
  assertEquals(isAsked, false);
  const streamed = () => new Response("12345678901").body ?? stuck();
  assertEquals((await ask(post(streamed()), { route })).status, 413);
  // Also where the plugin makes nothing of it.
  const handle = async (request: Request) => new Response(await request.text().catch(() => "fine"));
  assertEquals((await ask(post(streamed()), { route: { largestBody: 10, handle } })).status, 413);
  const { status, text } = await ask(post("1234567890"), { route });
  assertEquals([status, text], [200, "1234567890"]);
});

Deno.test("http: 408 for a body that does not come, 503 for a plugin that does not answer", async () => {
  const times = { handled: 20, sent: 60_000 };
  const slow = await ask(post(stuck()), { times, route: { handle: async (r) => new Response(await r.text()) } });
  assertEquals(slow.status, 408);
  let signal: AbortSignal | undefined;
  const handle = (request: Request) => {
    signal = request.signal;
    return new Promise<Response>(() => {});
  };
  const { status, response, events } = await ask(post("body"), { times, route: { handle } });
  assertEquals([status, response.headers.get("retry-after")], [503, "30"]);
  assertEquals(events[0]?.message, "a route did not answer in time");
  assertEquals(signal?.aborted, true);
});

Deno.test("http: 503 when patience is at its end", async () => {
  const stop = new AbortController();
  const asking = ask(post(), {
    stop: stop.signal,
    route: {
      handle() {
        stop.abort();
        return new Promise<Response>(() => {});
      },
    },
  });
  assertEquals((await asking).status, 503);
});

Deno.test("http: 500 for what throws, with the error in the log and not in the answer", async () => {
  for (const handle of [() => Promise.reject(new Error("secret cause")), () => "no response" as unknown as Response]) {
    const { status, text, events } = await ask(post(), { route: { handle } });
    assertEquals([status, text], [500, "something went wrong here; the log says what\n"]);
    assertEquals(events[0]?.message, "a route failed");
  }
});

Deno.test("http: a refusal has its own text and a status of its kind", async () => {
  const kinds: Readonly<Record<RefusalKind, number>> = {
    ...{ invalid: 400, forbidden: 403, "not-found": 404, conflict: 409 },
    ...{ "too-large": 413, "over-quota": 507, unavailable: 503 },
  };
  for (const [kind, status] of Object.entries(kinds)) {
    const refusal = new Refusal(kind as RefusalKind, "because of this");
    const answered = await ask(post(), { route: { handle: () => Promise.reject(refusal) } });
    assertEquals([answered.status, answered.text], [status, "because of this\n"]);
  }
});

Deno.test("http: an answer that goes on for ever is broken off", async () => {
  let isCancelled = false;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(10));
        return new Promise((resolve) => setTimeout(resolve, 1));
      },
      cancel() {
        isCancelled = true;
      },
    });
  const times = { handled: 60_000, sent: 20 };
  const failed = await ask(post(), { times, route: { handle: () => new Response(endless()) } }).catch(String);
  assertStringIncludes(String(failed), "Abort");
  assertEquals(isCancelled, true);
});

Deno.test("http: nothing of a request is kept when it has been answered, however long the server runs", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const stop = new AbortController();
  const bodies: WeakRef<object>[] = [];
  const route = { handle: async (request: Request) => new Response(await request.text()) };
  for (let n = 0; n < 20; n++) {
    const request = post("body");
    bodies.push(new WeakRef(request.body ?? {}));
    assertEquals((await ask(request, { route, stop: stop.signal })).text, "body");
  }
  const kept = () => bodies.filter((one) => one.deref() !== undefined).length;
  // Other turns, in which references of this one are gone; the last one may still be on the stack.
  for (let n = 0; n < 20 && kept() > 1; n++) {
    await new Promise((resolve) => setTimeout(resolve));
    collect();
  }
  assert(kept() <= 1, `${kept()} of ${bodies.length} are kept`);
  assertEquals(stop.signal.aborted, false);
});
