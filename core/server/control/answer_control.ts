/** Does what the command line asks of a running server. */
import { SetupError } from "../../plugins/lifecycle.ts";
import { ConfigurationError } from "../configuration_error.ts";
import { ReloadRefused } from "../fresh_plugins.ts";
import type { RunningServer } from "../server.ts";
import type { ControlAnswer, ControlRequest } from "./control_messages.ts";

/** What is needed of a server. */
export type Asked = Pick<RunningServer, "plugins" | "reload">;

/** Never rejects. */
export async function answerControl(server: Asked, request: ControlRequest): Promise<ControlAnswer> {
  try {
    switch (request.ask) {
      case "reload": {
        const { plugins, waiting } = await server.reload(request.plugin);
        return { ok: true, reloaded: plugins, waiting };
      }
      case "plugins":
        return {
          ok: true,
          plugins: server.plugins.map(({ definition: { kind, name }, entry: { use }, reading }) => {
            return { kind, name, use, reading };
          }),
        };
    }
  } catch (error) {
    return { ok: false, problems: problemsOf(error) };
  }
}

/** Lines for the operator, on why nothing has changed. */
export function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigurationError) return error.problems;
  if (error instanceof ReloadRefused || error instanceof SetupError) return [error.message];
  return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
}
