/** A server until a signal ends it: SIGTERM and SIGINT drain, a later one stops at once, SIGHUP reloads. */
import type { ServerLog } from "../observe/log.ts";
import { answerControl } from "../server/control/answer_control.ts";
import { openControlDesk } from "../server/control/control_desk.ts";
import type { ControlAnswer, ControlRequest } from "../server/control/control_messages.ts";
import { ConfigurationError } from "../server/configuration_error.ts";
import type { RunningServer } from "../server/server.ts";
import { endsWithin } from "../wire/in_time.ts";
import type { ExitCode } from "./command.ts";
import { EndingSignals } from "./ending_signals.ts";

/** Milliseconds that a reload has to come to an end, when the server is to stop, and those that sessions have then. */
const RELOADING = 5000, PATIENCE = 30_000;

/** Starts it, runs it, and disposes of it. Signals are heard from the first moment on: without a listener, SIGHUP kills. */
export async function runServer(start: () => Promise<RunningServer>, log: ServerLog): Promise<ExitCode> {
  const ending = Promise.withResolvers<Deno.Signal>();
  const signals = new EndingSignals();
  const end = (signal: Deno.Signal) => {
    if (signals.isAnother()) {
      log.warn("stopped at once", { signal });
      log.flush();
      // What was acknowledged is on disk; all else, clients will send again.
      Deno.exit(1);
    }
    ending.resolve(signal);
  };
  const starting = Promise.withResolvers<RunningServer>();
  let reloading: Promise<unknown> = starting.promise;
  using _listeners = listen({
    SIGTERM: () => end("SIGTERM"),
    SIGINT: () => end("SIGINT"),
    SIGHUP: () => {
      // One after another is the server's business.
      reloading = Promise.all([reloading, starting.promise.then((server) => reload(server, log))]);
    },
  });
  {
    await using server = await start();
    starting.resolve(server);
    await using desk = new AsyncDisposableStack();
    desk.use(
      await openControlDesk({ dataFolder: server.dataFolder, log, answer: (asked) => answer(server, asked, log) }),
    );
    const signal = await ending.promise;
    log.info("draining", { signal });
    const isOver = await endsWithin(Promise.all([reloading, desk.disposeAsync()]), RELOADING);
    if (!isOver) log.warn("a reload is given up: everything is as it was");
    await server.drain(AbortSignal.timeout(PATIENCE));
  }
  log.info("stopped");
  return 0;
}

async function reload(server: RunningServer, log: ServerLog): Promise<void> {
  try {
    await server.reload();
  } catch (error) {
    if (error instanceof ConfigurationError) { for (const problem of error.problems) log.error(problem); }
    log.error("not reloaded: everything is as it was", error instanceof ConfigurationError ? {} : { error });
  }
}

async function answer(server: RunningServer, request: ControlRequest, log: ServerLog): Promise<ControlAnswer> {
  const given = await answerControl(server, request);
  if (!given.ok) log.error("not reloaded: everything is as it was", { problems: given.problems });
  return given;
}

function listen(handlers: Readonly<Partial<Record<Deno.Signal, () => void>>>): Disposable {
  const stack = new DisposableStack();
  for (const [name, handler] of Object.entries(handlers)) {
    // Windows has no SIGTERM and no SIGHUP.
    const signal = known.find((one) => one === name);
    if (signal === undefined || handler === undefined) continue;
    Deno.addSignalListener(signal, handler);
    stack.defer(() => Deno.removeSignalListener(signal, handler));
  }
  return stack;
}

const known: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
